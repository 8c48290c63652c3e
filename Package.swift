// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "fajma",
    products: [
        .executable(name: "fajma", targets: ["fajma"]),
        .executable(name: "fajma-api", targets: ["fajma-api"]),
        .executable(name: "fajma-push", targets: ["fajma-push"]),
    ],
    dependencies: [
        // The push daemon's event loops, HTTP upgrade and WebSocket frames.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        // The command line of `fajma`: parsing, help, exit code 64.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // One logging interface for the daemons and the libraries below them.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CFastCGI", pkgConfig: "fcgi", providers: [.apt(["libfcgi-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        // A device's address and key as a QR code; Reed-Solomon codes are not ours to write.
        .systemLibrary(name: "CQRCode", pkgConfig: "qrcodegen", providers: [.apt(["libqrcodegen-dev"])]),

        .target(name: "Metrics"),
        .target(name: "Listening"),
        .target(
            name: "Admin",
            dependencies: [
                "Listening", "Metrics",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        .target(name: "Postgres", dependencies: ["CPostgres", "Metrics"]),
        .target(name: "FastCGI", dependencies: ["CFastCGI", logging]),
        .target(name: "Curl", dependencies: ["CCurl"]),
        .target(name: "Clinical"),
        // What the ESP32 runs; here for its tests, `fajma signal` and `fajma simulate`.
        // Optimised in debug builds too: its tests let weeks pass.
        .target(name: "DeviceCore", path: "firmware/core", cSettings: [.unsafeFlags(["-O2"])]),
        // The core on simulated sensors and flash.
        .target(name: "DeviceSimulation", dependencies: ["DeviceCore"], swiftSettings: [.unsafeFlags(["-O"])]),
        .target(name: "Access", dependencies: ["COpenSSL", "CQRCode", "Clinical"]),
        .target(
            name: "Store",
            dependencies: ["Postgres", "Clinical", "Access", "Metrics", logging],
            exclude: ["SQL/schema.sql"],
            resources: [
                "migrations/m0001_initial", "migrations/m0002_people", "migrations/m0003_alarms", "migrations/m0004_alarm_care",
                "migrations/m0005_limit_changes", "migrations/m0006_history",
                "routines/readings", "routines/rollups", "routines/alerts", "routines/pauses", "routines/devices", "routines/rights", "routines/audit", "routines/sessions",
            ].map { .embedInCode("SQL/\($0).sql") }),
        .target(name: "API", dependencies: ["Store", "Postgres", "Access", "Clinical", "Metrics", logging]),
        .target(
            name: "Push",
            dependencies: [
                "Listening", "Metrics", "Store", "Postgres", "Access", "Clinical", "Curl", logging,
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ]),

        .target(name: "Settings", dependencies: [logging]),
        .executableTarget(name: "fajma-api", dependencies: ["API", "Admin", "FastCGI", "Store", "Access", "Clinical", "Settings", logging]),
        .executableTarget(name: "fajma-push", dependencies: ["Push", "Admin", "Store", "Access", "Clinical", "Settings", logging]),
        .executableTarget(
            name: "fajma",
            dependencies: [
                "CCurl", "Curl", "Store", "Postgres", "Access", "Clinical", "Settings", "DeviceCore", "DeviceSimulation",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        .executableTarget(
            name: "ws-echo", dependencies: ["Push", .product(name: "NIOCore", package: "swift-nio")], path: "Tests/EchoServer"),
        .target(name: "TestDatabase", dependencies: ["Postgres", "Store", "Access", "Clinical", logging], path: "Tests/TestDatabase"),
        .testTarget(name: "PostgresTests", dependencies: ["Postgres", "TestDatabase"]),
        .testTarget(name: "AdminTests", dependencies: ["Admin", "Metrics"]),
        .testTarget(name: "FastCGITests", dependencies: ["FastCGI"]),
        .testTarget(name: "DeviceCoreTests", dependencies: ["DeviceCore", "DeviceSimulation", "Clinical"], swiftSettings: [.unsafeFlags(["-O"])]),
        .testTarget(name: "ClinicalTests", dependencies: ["Clinical"]),
        .testTarget(name: "AccessTests", dependencies: ["Access", "Clinical", "DeviceCore"]),
        .testTarget(name: "StoreTests", dependencies: ["Store", "Access", "TestDatabase"]),
        .testTarget(
            name: "APITests", dependencies: ["API", "Store", "Access", "Clinical", "Metrics", "Postgres", "TestDatabase", logging]),
        .testTarget(name: "CommandLineTests", dependencies: ["fajma", "Settings", "DeviceCore", "DeviceSimulation"]),
        .testTarget(
            name: "PushTests",
            dependencies: [
                "Listening", "Push", "Store", "Access", "Clinical", "Postgres", "TestDatabase", logging,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)

var logging: Target.Dependency { .product(name: "Logging", package: "swift-log") }
