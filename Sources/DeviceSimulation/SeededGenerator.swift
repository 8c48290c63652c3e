import Foundation

/// Random numbers that a seed fixes (SplitMix64, after Steele, Lea and Flood 2014), so that a simulation can be repeated. Not for secrets.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Standard normal (Box and Muller).
    public mutating func normal() -> Double {
        let radius = (-2 * log(Double.random(in: .leastNonzeroMagnitude..<1, using: &self))).squareRoot()
        return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &self))
    }

    /// The time until the next of events that come at random, `mean` apart.
    public mutating func exponential(mean: Double) -> Double {
        -mean * log(Double.random(in: .leastNonzeroMagnitude..<1, using: &self))
    }
}
