import CPostgres
import Glibc

/// Statements collected to travel together: sent at once, answered at once, one round trip.
public struct Pipeline {
    fileprivate struct Command {
        let sql: String
        let parameters: Parameters
    }
    fileprivate var commands: [Command] = []

    public mutating func query(_ sql: String, _ values: [any PostgresEncodable] = []) {
        commands.append(Command(sql: sql, parameters: Parameters(values)))
    }
}

extension Connection {
    /// Runs the statements that `build` collects in one round trip and returns a result for each, in order. Outside an explicit
    /// transaction they are one: all or nothing.
    ///
    /// - Throws: the first statement's error that failed; those after it were not run.
    @discardableResult
    public func pipeline(statement: String = #function, _ build: (inout Pipeline) throws -> Void) throws -> [Result] {
        var pipeline = Pipeline()
        try build(&pipeline)
        expectAnswer()
        guard PQenterPipelineMode(handle) == 1 else { throw lost(statement) }
        defer { PQexitPipelineMode(handle) }

        let isNew = try pipeline.commands.map { try send($0, statement) }
        guard PQpipelineSync(handle) == 1 else { throw lost(statement) }

        var results: [Result] = []
        var failure: PostgresError?
        for (command, isNew) in zip(pipeline.commands, isNew) {
            var isPrepared = !isNew
            do {
                if isNew { _ = try receive(statement) }
                isPrepared = true
                results.append(try receive(statement))
            } catch let error as PostgresError {
                // One that was prepared and then refused its values stays: under another name it would be there twice.
                if !isPrepared { forget(command.sql) }
                failure = failure ?? error
                // The null behind the result. From here on every result says "aborted", so it does not matter that a failed
                // preparation leaves one more of them than is read: `drainSync` throws it away.
                while error.kind != .deadlineExceeded, let rest = try next(statement) { PQclear(rest) }
                if error.kind == .deadlineExceeded || PQstatus(handle) == CONNECTION_BAD { throw error }
            }
        }
        try drainSync(statement)
        if let failure { throw failure }
        return results
    }

    /// Sends one command; answers whether it had to be prepared before.
    private func send(_ command: Pipeline.Command, _ statement: String) throws -> Bool {
        let (name, isNew) = preparedName(for: command.sql)
        if isNew {
            let oids = command.parameters.oids
            guard PQsendPrepare(handle, name, command.sql, Int32(oids.count), oids) == 1 else { throw lost(statement) }
        }
        let sent = command.parameters.withPointers { count, values, lengths, formats in
            PQsendQueryPrepared(handle, name, count, values, lengths, formats, 1)
        }
        guard sent == 1 else { throw lost(statement) }
        return isNew
    }

    /// The next command's result, and the null that ends it.
    private func receive(_ statement: String) throws -> Result {
        guard let pointer = try next(statement) else { throw lost(statement) }
        let result = Result(pointer)
        switch PQresultStatus(pointer) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
            while let rest = try next(statement) { PQclear(rest) }
            return result
        default:
            throw PostgresError(result: pointer, connection: handle, statement: statement)
        }
    }

    /// Reads on until the answer to the sync, which stands behind everything that was sent.
    private func drainSync(_ statement: String) throws {
        while PQstatus(handle) == CONNECTION_OK {
            guard let pointer = try next(statement) else { continue }
            defer { PQclear(pointer) }
            if PQresultStatus(pointer) == PGRES_PIPELINE_SYNC { return }
        }
        throw lost(statement)
    }

    /// `PQgetResult`, once it does not block, or the deadline has passed.
    func next(_ statement: String) throws -> OpaquePointer? {
        guard let deadline else { return PQgetResult(handle) }
        while true {
            let unsent = PQflush(handle)
            if unsent < 0 { throw lost(statement) }
            if unsent == 0, PQisBusy(handle) == 0 { return PQgetResult(handle) }
            let left = deadline - .now
            guard left > .zero else { throw PostgresError(kind: .deadlineExceeded, statement: statement) }
            var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN | (unsent > 0 ? POLLOUT : 0)), revents: 0)
            // A millisecond more than is left, so that it is not asked again before.
            _ = poll(&descriptor, 1, Int32(clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1))
            if descriptor.revents & Int16(POLLIN | POLLERR | POLLHUP) != 0, PQconsumeInput(handle) == 0 { throw lost(statement) }
        }
    }

    private func lost(_ statement: String) -> PostgresError {
        PostgresError(kind: .connectionLost, statement: statement)
    }
}
