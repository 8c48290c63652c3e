import Glibc

/// Descriptors that are no connections: the listener, the loops' own, the database, logs.
let spareDescriptors = 256

/// Asks for this many descriptors, or for as many as the system allows: a login shell's usual 1,024 would be the limit
/// of connections otherwise. What is over the limit stays in the backlog until a connection closes.
func raiseDescriptorLimit(to wanted: Int) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < UInt(wanted) else { return }
    limit.rlim_cur = min(UInt(wanted), limit.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}
