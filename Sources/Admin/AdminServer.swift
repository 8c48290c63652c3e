import BindAddress
import Glibc
import Metrics
import NIOCore
import NIOHTTP1
import NIOPosix

/// What the machine's own watchers ask a daemon, on a unix socket that no web server passes on: `/live`, `/ready`, `/metrics`.
public final class AdminServer: Sendable {
    /// Questions that may wait for the database at once.
    private static let threads = 2

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let clerks = NIOThreadPool(numberOfThreads: AdminServer.threads)
    private let listener: any Channel
    private let path: String
    /// The file that was made there: at the end another process may have put its own in its place.
    private let file: ino_t?

    /// Listens and answers until `stop`. Blocks shortly.
    ///
    /// - Parameters:
    ///   - path: the socket, mode 0660; what a dead process left there is replaced.
    ///   - checkReadiness: throws why the daemon cannot serve now; may block. What it throws is shown: no secret, nothing of a patient.
    public init(path: String, metrics: [Metric], checkReadiness: @escaping @Sendable () throws -> Void) throws {
        self.path = path
        let descriptor = try BindAddress.unix(path: path).bound()
        file = inode(path)
        clerks.start()
        let answers = AdminAnswers(metrics: metrics, checkReadiness: checkReadiness)
        listener = try ServerBootstrap(group: group)
            .childChannelInitializer { [clerks] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(AdminHandler(answers: answers, clerks: clerks))
                }
            }
            .withBoundSocket(descriptor).wait()
    }

    /// Takes the socket away and ends the threads. Blocks shortly.
    public func stop() throws {
        if file == inode(path) { unlink(path) }
        try? listener.close().wait()  // closed already: all the same
        try clerks.syncShutdownGracefully()
        try group.syncShutdownGracefully()
    }
}

private func inode(_ path: String) -> ino_t? {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_ino : nil
}
