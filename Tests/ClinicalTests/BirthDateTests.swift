import Testing

@testable import Clinical

@Suite("Birth dates")
struct BirthDateTests {
    @Test(
        "a birth date is between today and 130 years ago, both included",
        arguments: [
            ("2026-11-30", true), ("2026-12-01", false), ("2056-05-04", false), ("1896-11-30", true), ("1896-11-29", false), ("1950-02-29", false),
            ("1952-02-29", true), ("0001-01-01", false), ("9999-12-31", false), ("tomorrow", false), ("", false),
        ])
    func possible(day: String, isPossible: Bool) { #expect(BirthDate.isPossible(day, today: "2026-11-30") == isPossible) }

    @Test("130 years before a leap day are a bound, too") func leap() {
        #expect(BirthDate.isPossible("1899-03-01", today: "2029-02-28") && BirthDate.isPossible("1898-03-01", today: "2028-02-29"))
        #expect(!BirthDate.isPossible("1898-02-28", today: "2028-02-29"))
    }

    @Test("the day is that of the zone: a newborn is of today in Auckland while UTC has yesterday") func zones() throws {
        let instant = try #require(Instant(rfc3339: "2026-11-29T11:30:00Z"))
        #expect(instant.day(offsetSeconds: 13 * 3600) == "2026-11-30" && instant.day(offsetSeconds: 0) == "2026-11-29")
        #expect(instant.day(offsetSeconds: -12 * 3600) == "2026-11-28")
    }
}
