// swift-tools-version: 6.1
import Foundation
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
        .target(name: "BindAddress"),
        .target(
            name: "Admin",
            dependencies: [
                "BindAddress", "Metrics",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        .target(name: "Postgres", dependencies: ["CPostgres", "Metrics"]),
        .target(name: "FastCGI", dependencies: ["CFastCGI", logging]),
        .target(name: "Curl", dependencies: ["CCurl"]),
        // Optimised in debug builds too: its tests let thousands of days with alarms pass.
        .target(name: "Clinical", swiftSettings: [.unsafeFlags(["-O"])]),
        // What the ESP32 runs; here for its tests, `fajma signal` and `fajma simulate`.
        // Optimised in debug builds too: its tests let weeks pass.
        .target(name: "DeviceCore", path: "firmware/core", cSettings: [.unsafeFlags(["-O2"])]),
        // The core on simulated sensors and flash.
        .target(name: "DeviceSimulation", dependencies: ["DeviceCore"], swiftSettings: [.unsafeFlags(["-O"])]),
        .target(name: "Access", dependencies: ["COpenSSL", "CQRCode", "Clinical"]),
        .target(
            name: "Store",
            dependencies: ["Postgres", "Clinical", "Access", "Metrics", logging],
            exclude: ["SQL"], plugins: ["EmbedText"]),
        // Text files of a target as Swift source, found by folder.
        .plugin(name: "EmbedText", capability: .buildTool(), dependencies: ["embed-text"]),
        .executableTarget(name: "embed-text"),
        .target(name: "Version", plugins: ["EmbedText"]),
        .target(name: "API", dependencies: ["Store", "Postgres", "Access", "Clinical", "Metrics", "Version", logging]),
        .target(
            name: "Push",
            dependencies: [
                "BindAddress", "Metrics", "Store", "Postgres", "Access", "Clinical", logging,
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ]),

        // The elected leader and the periodic jobs of the whole hospital.
        .target(name: "Maintenance", dependencies: ["Store", "Postgres", "Access", "Clinical", "Curl", "Metrics", logging]),
        // SIGTERM and SIGINT, and how a daemon begins and ends. Not `Process`: Foundation has a class of that name.
        .target(name: "ProcessSignals", dependencies: ["ServiceManager"]),
        // What a daemon tells systemd and journald. Their protocols are a datagram and a prefix: no library needed.
        .target(name: "ServiceManager", dependencies: [logging]),
        .target(name: "Settings", dependencies: ["Access", "Clinical", "ServiceManager", logging]),
        .executableTarget(
            name: "fajma-api",
            dependencies: [
                "API", "Admin", "FastCGI", "Store", "Access", "Clinical", "Metrics", "ProcessSignals", "ServiceManager", "Settings", "Version",
                logging,
            ]),
        .executableTarget(
            name: "fajma-push",
            dependencies: [
                "Push", "Maintenance", "Admin", "Store", "Access", "Clinical", "Metrics", "ProcessSignals", "ServiceManager", "Settings", "Version",
                logging,
            ]),
        .executableTarget(
            name: "fajma",
            dependencies: [
                "API", "CCurl", "Curl", "Store", "Postgres", "Access", "Clinical", "ProcessSignals", "Settings", "Version", "DeviceCore",
                "DeviceSimulation",
                .product(name: "ArgumentParser", package: "swift-argument-parser"), logging,
            ]),

        .executableTarget(
            name: "ws-echo", dependencies: ["Push", .product(name: "NIOCore", package: "swift-nio")], path: "Tests/EchoServer"),
        .target(
            name: "TestDatabase", dependencies: ["Postgres", "Store", "Access", "Clinical", logging], path: "Tests/TestDatabase"),
        .testTarget(name: "PostgresTests", dependencies: ["Postgres", "TestDatabase"]),
        .testTarget(name: "AdminTests", dependencies: ["Admin", "Metrics"]),
        .testTarget(name: "FastCGITests", dependencies: ["FastCGI"]),
        .testTarget(name: "ServiceManagerTests", dependencies: ["ServiceManager", "Settings", logging]),
        .testTarget(name: "DeviceCoreTests", dependencies: ["DeviceCore", "DeviceSimulation", "Clinical"]),
        .testTarget(name: "ClinicalTests", dependencies: ["Clinical", "DeviceSimulation"]),
        .testTarget(name: "AccessTests", dependencies: ["Access", "Clinical", "DeviceCore"]),
        .testTarget(
            name: "StoreTests", dependencies: ["Store", "Access", "DeviceSimulation", "TestDatabase"],
            exclude: ["Schema/migrations.sha256"]),
        .testTarget(
            name: "APITests", dependencies: ["API", "Store", "Access", "Clinical", "Metrics", "Postgres", "TestDatabase", logging]),
        .testTarget(name: "CommandLineTests", dependencies: ["fajma", "Settings", "DeviceCore", "DeviceSimulation"]),
        .testTarget(
            name: "MaintenanceTests", dependencies: ["Maintenance", "Clinical", "Metrics", "Store", "Postgres", "TestDatabase", logging]),
        .testTarget(
            name: "PushTests",
            dependencies: [
                "BindAddress", "Push", "Store", "Access", "Clinical", "DeviceSimulation", "Postgres", "TestDatabase", logging,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)

var logging: Target.Dependency { .product(name: "Logging", package: "swift-log") }

// Compiled by Tests/Fuzz/run-service alone. libFuzzer brings its `main`, and sees which ways through the code an input takes.
if ProcessInfo.processInfo.environment["FAJMA_FUZZ"] == "1" {
    let watched: SwiftSetting = .unsafeFlags(["-sanitize=fuzzer", "-parse-as-library"])
    for target in package.targets where ["API", "Push", "Access", "Clinical"].contains(target.name) {
        target.swiftSettings = (target.swiftSettings ?? []) + [watched]
    }
    package.targets.append(
        .executableTarget(
            name: "fuzz-service",
            dependencies: ["API", "Push", "Access", "Clinical", logging, .product(name: "NIOCore", package: "swift-nio")], path: "Tests/Fuzz/Service",
            swiftSettings: [watched], linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]))
}
