import Synchronization

/// Counts what happened since the process began. From any thread; it costs one atomic addition.
public final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    public init() {}

    public func add(_ more: Int = 1) { count.wrappingAdd(more, ordering: .relaxed) }
    public var value: Int { count.load(ordering: .relaxed) }
}

/// A state that somebody sets.
public final class Flag: Sendable {
    private let isUp = Atomic<Bool>(false)

    public init() {}

    public var isSet: Bool { isUp.load(ordering: .acquiring) }
    public func set(_ value: Bool) { isUp.store(value, ordering: .releasing) }
}
