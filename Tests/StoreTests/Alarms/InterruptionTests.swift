import Clinical
import Foundation
import Postgres
import Store
import TestDatabase
import Testing

/// One alert for each ward and time in which nothing was stored, whichever daemon leads.
@Suite struct InterruptionTests {
    let store: TestStore
    let session: LeaderSession
    let sql: Connection

    private static let since = Instant(milliseconds: 1_795_860_000_000)  // 28 November 2026, 10:00 UTC
    private static let until = since.advanced(bySeconds: 40)

    init() throws {
        store = try TestStore()
        session = try LeaderSession(url: store.url)
        sql = try store.connection()
    }

    /// Each alert as `1 from 0 to 40 s`, in seconds since `since`; `…` while it lasts.
    private func alerts() throws -> [String] {
        try sql.query(
            """
            SELECT concat_ws(' ', ward_id, 'from', extract(epoch FROM measured_at - $1)::int, 'to',
                coalesce(extract(epoch FROM ended_at - $1)::int || ' s', '…'))
            FROM alerts WHERE kind = 'surveillance_interrompue' AND severity = 'error' AND acknowledged_at IS NULL ORDER BY id
            """, [Timestamp(microseconds: Self.since.milliseconds * 1000)]
        ).map { try $0[0] }
    }

    @Test("An interruption that lasts is one alert for each ward with patients, and ends with it") func lasting() throws {
        try sql.script("INSERT INTO wards (name) VALUES ('Leer')")
        for _ in 0..<2 { try session.raise(Interruption(since: Self.since)) }
        #expect(try alerts() == ["1 from 0 to …", "2 from 0 to …"])
        #expect(
            try sql.query("SELECT message FROM alerts WHERE ward_id = 1")[0][0]
                == "Surveillance interrompue, mesures ou alarmes manquantes – Cardiologie")
        // It ends when it was stored again, and never before somebody could know of it.
        try sql.script("UPDATE alerts SET raised_at = '2026-11-28T10:00:15Z'")
        for _ in 0..<2 { try session.endInterruptions(at: Self.until) }
        #expect(try alerts() == ["1 from 0 to 40 s", "2 from 0 to 40 s"])
    }

    @Test("One that is told of when it is over is an alert that has ended, which waits for somebody") func over() throws {
        try session.raise(Interruption(since: Self.since, until: Self.until))
        #expect(try alerts() == ["1 from 0 to 40 s", "2 from 0 to 40 s"])
        #expect(try sql.query("SELECT count(*) FROM alerts WHERE raised_at = ended_at")[0][0] == 2)
    }

    @Test("A time in which no daemon led is told of by the next one, once; a change of the leader is none") func unwatched() throws {
        #expect(try session.watch() == nil, "nothing is known of the time before the first")
        try sql.script("UPDATE alarm_watch SET watched_at = now() - interval '10 s'")
        #expect(try session.watch() == nil)
        try sql.script("UPDATE alarm_watch SET watched_at = now() - interval '60 s'")
        let other = try LeaderSession(url: store.url)
        let found = try #require(try other.watch())
        #expect((60..<90).contains(found.seconds(at: found.since)))
        #expect(try session.watch() == nil)
    }

    @Test("Another daemon that leads afterwards has seen it begin or end at another moment, and raises nothing") func twice() throws {
        try session.raise(Interruption(since: Self.since, until: Self.until))
        for shift in [-2.0, 2] {
            try session.raise(Interruption(since: Self.since.advanced(bySeconds: shift), until: Self.until.advanced(bySeconds: shift)))
        }
        #expect(try alerts().count == 2)
        try session.raise(Interruption(since: Self.until.advanced(bySeconds: 60), until: Self.until.advanced(bySeconds: 80)))
        #expect(try alerts().suffix(2) == ["1 from 100 to 120 s", "2 from 100 to 120 s"])
    }
}
