import Access
import Foundation
import Glibc

/// Passwords come on standard input: arguments are seen by every account of the machine.
enum PasswordInput {
    /// One line. On a terminal it is asked for, twice, without showing it.
    static func read(for name: String) throws -> String {
        guard isatty(STDIN_FILENO) == 1 else { return try line() }
        let first = try withoutEcho { try prompted("Password for \(name): ") }
        let second = try withoutEcho { try prompted("Again: ") }
        guard first == second else { throw Failure("the two passwords differ") }
        return first
    }

    private static func prompted(_ prompt: String) throws -> String {
        Console.write(prompt, to: .standardError)
        defer { Console.write("\n", to: .standardError) }
        guard let text = readLine(strippingNewline: true) else { throw Failure("no password was given") }
        return text
    }

    private static func line() throws -> String {
        let data = try FileHandle.standardInput.read(upToCount: Password.maximumBytes + 2) ?? Data()
        guard !data.isEmpty else { throw Failure("no password came on standard input") }
        guard var text = String(data: data, encoding: .utf8) else { throw Failure("the password is not UTF-8") }
        if text.last?.isNewline == true { text.removeLast() }  // "\r\n" is one character in Swift
        guard !text.contains(where: \.isNewline) else { throw Failure("the password must be one line") }
        return text
    }

    private static func withoutEcho<T>(_ body: () throws -> T) throws -> T {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { throw Failure("the terminal does not let the password be hidden") }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0 else {
            throw Failure("the terminal does not let the password be hidden")
        }
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) }
        return try body()
    }
}
