import Foundation
import Glibc

/// What the person at the terminal sees of the setup, and is asked.
struct SetupReport {
    /// Nothing is asked: what would be proposed is taken.
    let takesDefaults: Bool

    /// A step that changed something.
    func done(_ step: String, _ what: String) { Console.say("✓ \(step): done: \(what)") }

    /// A step that found everything as it should be.
    func already(_ step: String, _ what: String) { Console.say("✓ \(step): already so: \(what)") }

    /// A step that is somebody else's.
    func skipped(_ step: String, _ why: String) { Console.say("– \(step): \(why)") }

    /// What is about to be written, line by line.
    func show(_ heading: String, _ text: String) {
        Console.say("\(heading)\n" + text.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }.joined(separator: "\n"))
    }

    /// - Returns: what was typed, or the proposal.
    func ask(_ question: String, proposal: String) -> String {
        if takesDefaults { return proposal }
        Console.write("\(question) [\(proposal)]: ", to: .standardError)
        let typed = (readLine(strippingNewline: true) ?? "").trimmingCharacters(in: .whitespaces)
        return typed.isEmpty ? proposal : typed
    }

    /// - Returns: false only where a person said no.
    func agrees(_ question: String) -> Bool {
        if takesDefaults { return true }
        Console.write("\(question) [Y/n]: ", to: .standardError)
        return !["n", "no"].contains((readLine(strippingNewline: true) ?? "n").trimmingCharacters(in: .whitespaces).lowercased())
    }
}

/// The files of the machine, or of an image of one, below a directory.
struct SetupFiles {
    /// Empty for the machine itself.
    let root: String

    func path(_ path: String) -> String { root + path }

    func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: self.path(path)).map { String(decoding: $0, as: UTF8.self) }
    }

    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: self.path(path)) }

    /// Whole or not at all, and never readable for others than `mode` says, not even for a moment.
    func write(_ path: String, _ text: String, mode: mode_t = 0o644) throws {
        let place = self.path(path)
        let folder = URL(fileURLWithPath: place).deletingLastPathComponent().path
        do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
            throw Failure("cannot make \(folder): \(error.localizedDescription)")
        }
        var name = Array("\(folder)/.fajma-XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw Failure("cannot write in \(folder): \(String(cString: strerror(errno)))") }
        let temporary = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: Data(text.utf8))
            guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0, rename(temporary, place) == 0 else {
                throw Failure("cannot write \(place): \(String(cString: strerror(errno)))")
            }
        } catch {
            unlink(temporary)
            throw error
        }
    }
}

/// A program of the system's.
enum SetupProgram {
    /// - Returns: its exit code and what it said on standard error; nil: it is not there.
    static func run(_ path: String, _ arguments: [String]) -> (code: Int32, errors: String)? {
        guard FileManager.default.isExecutableFile(atPath: path) else { return nil }
        let (process, errors) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        do { try process.run() } catch { return nil }
        let said = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: said, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
