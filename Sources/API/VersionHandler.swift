import Version

extension Service {
    /// GET `/api/version/`: `{"version": "0.1.0"}`, for support and for programs that wait for an update.
    func showVersion(_ call: Call) throws -> Response { try .json(["version": Version.current]) }
}
