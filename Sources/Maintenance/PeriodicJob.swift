/// Work that one daemon of the installation, the leader, repeats for the whole hospital.
protocol PeriodicJob: SendableMetatype {
    /// In log lines.
    var name: String { get }

    /// From the end of a run to the begin of the next.
    var periodSeconds: Double { get }

    /// What is due. One thread calls it, and never twice at once.
    ///
    /// - Parameter isStopping: asked by a run that may take more than a second, which returns early then.
    /// - Throws: what keeps it from its work; it is run again after the period.
    mutating func run(isStopping: () -> Bool) throws
}
