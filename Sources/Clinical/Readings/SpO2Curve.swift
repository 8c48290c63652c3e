/// SpO2 = a R² + b R + c, in percent: how a device makes it of R, the ratio of red and infrared.
public struct SpO2Curve: Codable, Sendable, Hashable {
    public static let coefficients = -1000.0...1000.0
    /// What a curve must give for a finger, or it is a slip.
    public static let plausiblePercent = 60.0...110.0

    public var a, b, c: Double

    public init(a: Double, b: Double, c: Double) { (self.a, self.b, self.c) = (a, b, c) }

    public func percent(atRatio r: Double) -> Double { (a * r + b) * r + c }

    /// As the device's core checks it (`fj_setup_parse`): at R 0.5 and 1.0 a finger's, and less at the higher one.
    public var isPlausible: Bool {
        let (low, high) = (percent(atRatio: 0.5), percent(atRatio: 1))
        return Self.plausiblePercent.contains(low) && Self.plausiblePercent.contains(high) && high < low
    }
}
