import Foundation

/// libFuzzer's own main function, as a library function: `(argc, argv, callback)`.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The package manager looks for the main function of an executable under this name.
@_cdecl("fuzz_service_main")
public func fuzzServiceMain(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> CInt {
    var (count, arguments) = (count, arguments)
    return runDriver(&count, &arguments, fuzzOneInput)
}

/// What libFuzzer calls with each input: the part of the daemons that FUZZ_TARGET names, with what others may send it. It must return: a trap is found
/// as a crash, a loop as a time-out, and a process that grows as too much memory.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    target(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

private let target: @Sendable ([UInt8]) -> Void = {
    switch ProcessInfo.processInfo.environment["FUZZ_TARGET"] {
    case "bodies": return fuzzBody
    case "tokens": return fuzzToken
    case "frames": return fuzzFrames
    default: fatalError("FUZZ_TARGET must be bodies, tokens or frames")
    }
}()
