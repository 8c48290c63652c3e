import DeviceCore
import DeviceSimulation
import Foundation
import Testing

@testable import Clinical

/// The strip of the signal that goes with an alarm, from the sensor's samples to what the server reads.
@Suite struct TraceTests {
    private static let now = Instant(milliseconds: 1_900_000_000_000)

    private func strip(_ points: [Float], rate: Float = 25) -> fj_strip {
        var strip = fj_strip()
        for begin in stride(from: 0, to: points.count, by: 25) {
            var second = fj_strip_second()
            let own = points[begin..<min(begin + 25, points.count)]
            (second.count, second.rate_hz) = (UInt8(own.count), rate)
            withUnsafeMutableBytes(of: &second.point) { bytes in
                for (index, point) in own.enumerated() { bytes.bindMemory(to: Float.self)[index] = point }
            }
            fj_strip_add(&strip, &second)
        }
        return strip
    }

    private func differences(_ trace: fj_trace) -> [Int8] {
        withUnsafeBytes(of: trace.difference) { Array($0.bindMemory(to: Int8.self).prefix(Int(trace.count))) }
    }

    @Test("no point that comes back is more than half a step from the real one", arguments: 1...300 as ClosedRange<UInt64>) func pack(seed: UInt64)
        throws
    {
        var g = SeededGenerator(seed: seed)
        let level = Float.random(in: 1...40_000, using: &g)
        let (swing, noise) = (Float.random(in: 0...0.5, using: &g), Float.random(in: 0...0.05, using: &g))
        // Some jump, some have holes.
        let jumpAt = Bool.random(using: &g) ? Int.random(in: 0..<200, using: &g) : 200
        let points = (0..<200).map { index -> Float in
            if seed % 3 == 0, Int.random(in: 0..<10, using: &g) == 0 { return .nan }
            let part = swing * Float(index % 25) / 25 + noise * Float.random(in: -1...1, using: &g)
            return level * (1 + part) * (index < jumpAt ? 1 : Float.random(in: 0.01...3, using: &g))
        }
        var (packed, trace) = (strip(points), fj_trace())
        #expect(fj_trace_pack(&packed, &trace) == FJ_OK)
        let real = points.filter { !$0.isNaN }
        let mean = real.reduce(0, +) / Float(real.count)
        let back = SignalTrace.points(differences: differences(trace), step: Int(trace.step))
        #expect(back.count == points.count)
        let half = Double(trace.step) / 10_000 / 2
        for (point, percent) in zip(points, back) {
            #expect(point.isNaN == (percent == nil))
            guard let percent, mean >= 1 else { continue }
            #expect(abs(percent - Double(100 * (point - mean) / mean)) <= half * 1.01 + 1e-3, "\(point) \(percent)")
        }
    }

    @Test("a strip without a measured point is none, and one of an open sensor in the dark is no division by nothing") func nothing() {
        var (empty, trace) = (strip(Array(repeating: .nan, count: 200)), fj_trace())
        #expect(fj_trace_pack(&empty, &trace) == FJ_ERROR_EMPTY)
        var none = fj_strip()
        #expect(fj_trace_pack(&none, &trace) == FJ_ERROR_EMPTY)
        var dark = strip(Array(repeating: 0, count: 200))
        #expect(fj_trace_pack(&dark, &trace) == FJ_OK && trace.step == FJ_TRACE_STEP_MAX || trace.step >= 1)
        #expect(differences(trace).count == 200)
    }

    @Test("four samples are a point; lost ones are missing points, and a second that lost some keeps its length") func maker() {
        var (maker, second) = (fj_strip_maker(), fj_strip_second())
        for sample in 0..<80 { fj_strip_push(&maker, Float(sample)) }
        fj_strip_lost(&maker, 20)
        fj_strip_close(&maker, 1.02, &second)
        #expect(second.count == 25 && abs(second.rate_hz - 25.5) < 1e-4)
        let points = withUnsafeBytes(of: second.point) { Array($0.bindMemory(to: Float.self).prefix(25)) }
        #expect(points[0] == 1.5 && points[19] == 77.5 && points[20...].allSatisfy(\.isNaN))
        // As many as nobody knows.
        fj_strip_lost(&maker, .max)
        fj_strip_close(&maker, 1, &second)
        #expect(second.count == 25)
        for _ in 0..<400 { fj_strip_push(&maker, 7) }
        fj_strip_close(&maker, 1, &second)
        #expect(UInt32(second.count) == FJ_STRIP_SECOND_POINTS_MAX, "a burst that was waiting does not overflow")
        var strip = fj_strip()
        var silent = fj_strip_second()
        silent.rate_hz = 25
        fj_strip_add(&strip, &silent)
        #expect(strip.count == 25, "a second without samples takes its place on the time axis")
        for _ in 0..<20 { fj_strip_add(&strip, &second) }
        #expect(strip.count == 200)
    }

    /// A board whose finger loses its pulse, or desaturates; what it posts.
    private func reports(seconds: Int, answer: (Int) -> Int = { _ in 201 }, _ finger: (Int, inout Finger) -> Void) throws -> [(
        at: Int, report: Report
    )] {
        let board = Board(seed: 3, flash: NORFlash(sectors: 4))
        board.start()
        board.describe(battery: 80, rssi: -60)
        var patient = Finger(seed: 4)
        var posts: [(at: Int, report: Report)] = []
        let rules =
            #"{"recues":%,"doublons":0,"rejetees":[],"heure_serveur":"@","limites":{"version":5,"regles":[{"type_donnee":"spo2","cote":"bas","niveau_gravite":"error","seuil":90,"inclus":false,"delai_s":5,"hysteresis":1}]}}"#
        for second in 1...seconds {
            finger(second, &patient)
            let now = UInt64(second) * 1000
            board.measure(endingAt: now) { patient.next() }
            for _ in 0..<4 {
                guard case .post(let body, _) = board.next(at: now) else { break }
                let time = Self.now.advanced(bySeconds: Double(second))
                let report = try Report.decode(Array(body), now: time)
                posts.append((second, report))
                let status = answer(second)
                let text = rules.replacing("%", with: "\(report.readings.count)").replacing("@", with: time.rfc3339)
                board.answered(at: now, status: status, body: status == 201 ? Data(text.utf8) : Data())
            }
        }
        return posts
    }

    @Test("a fall of SpO2 sends one strip with its begin and one with its end, of eight seconds with the pulse in them") func desaturation() throws {
        let posts = try reports(seconds: 150) { second, finger in finger.state.spo2 = (40..<90).contains(second) ? 85 : 97 }
        let traces = posts.compactMap { post in post.report.state?.trace.map { (at: post.at, trace: $0) } }
        #expect(posts.allSatisfy { $0.report.traceFaults.isEmpty })
        #expect(
            traces.map(\.trace.begun) == [[.spo2], []] && traces.map(\.trace.ended) == [[], [.spo2]], "\(traces.map { ($0.at, $0.trace.begun) })")
        for (at, trace) in traces {
            #expect(trace.differences.count == 200 && abs(trace.rateHz - 25) < 0.3)
            #expect(abs(trace.endedAt.seconds(since: Self.now) - Double(at)) < 0.5, "dated by the server's time")
            let points = SignalTrace.points(differences: trace.differences, step: trace.step).compactMap { $0 }
            let swing = points.max()! - points.min()!
            #expect(points.count > 190 && (1...6).contains(swing), "\(swing)")
        }
    }

    @Test("a pulse that is gone sends a strip in which it is gone") func lostPulse() throws {
        let posts = try reports(seconds: 80) { second, finger in
            if second >= 40 { (finger.state.perfusion, finger.state.noise) = (0, 1e-5) }
        }
        let traces = posts.compactMap(\.report.state?.trace)
        #expect(traces.map(\.begun) == [[.pulseLost]])
        let points = SignalTrace.points(differences: traces[0].differences, step: traces[0].step).compactMap { $0 }
        #expect(points.max()! - points.min()! < 0.6)
    }

    @Test("while the server is away strips wait, and go once it is back, oldest first") func away() throws {
        let posts = try reports(seconds: 220, answer: { (30..<150).contains($0) ? 0 : 201 }) { second, finger in
            finger.state.spo2 = (50..<80).contains(second) ? 85 : 97
        }
        let delivered = posts.filter { $0.at >= 150 }.compactMap(\.report.state?.trace)
        #expect(delivered.map(\.begun) == [[.spo2], []] && delivered.map(\.ended) == [[], [.spo2]])
        let at = delivered.map { $0.endedAt.seconds(since: Self.now) }
        #expect(at[0] > 50 && at[0] < 80 && at[1] > 80 && at[1] < 120, "\(at)")
        // Each attempt has the same strip under the same instant.
        let attempts = posts.filter { $0.at < 150 }.compactMap(\.report.state?.trace)
        #expect(Set(attempts.map(\.endedAt)).isSubset(of: Set(delivered.map(\.endedAt))))
    }

    @Test("a strip that met the answer that nobody wears the device does not wait for the next patient") func unassigned() throws {
        let posts = try reports(seconds: 300, answer: { (30..<250).contains($0) ? 409 : 201 }) { second, finger in
            finger.state.spo2 = (50..<70).contains(second) ? 85 : 97
        }
        let (before, after) = (posts.filter { (30..<250).contains($0.at) }, posts.filter { $0.at >= 250 })
        let refused = Set(before.compactMap(\.report.state?.trace?.endedAt))
        #expect(!refused.isEmpty && refused.isDisjoint(with: after.compactMap(\.report.state?.trace?.endedAt)))
    }

    @Test("of more strips than have room the newest wait, and one that made room while on its way is not taken for another") func room() {
        var (traces, clock) = (fj_traces(), fj_clock())
        for _ in 0..<3 {
            var trace = fj_trace()
            fj_traces_keep(&traces, &trace)
        }
        #expect(fj_traces_send(&traces, &clock).pointee.sequence == 1)
        var another = fj_trace()
        fj_traces_keep(&traces, &another)
        fj_traces_settle(&traces, true)
        #expect(traces.count == 3 && traces.waiting.0.sequence == 2)
        _ = fj_traces_send(&traces, &clock)
        fj_traces_settle(&traces, false)
        #expect(traces.count == 3)
        _ = fj_traces_send(&traces, &clock)
        fj_traces_settle(&traces, true)
        #expect(traces.count == 2 && traces.waiting.0.sequence == 3)
    }

    @Test("base64 and missing points are read as they were written, for every length", arguments: 1...200 as ClosedRange<Int>) func base64(count: Int)
        throws
    {
        var g = SeededGenerator(seed: UInt64(count))
        var trace = fj_trace()
        (trace.count, trace.step, trace.rate_hundredths, trace.begun, trace.ended) = (UInt16(count), 123, 2512, 7, 2)
        trace.utc_ms = 1_899_999_990_000
        let bytes = (0..<count).map { $0 == 0 ? 5 : Int8.random(in: .min...(.max), using: &g) }
        withUnsafeMutableBytes(of: &trace.difference) { raw in for (i, byte) in bytes.enumerated() { raw.bindMemory(to: Int8.self)[i] = byte } }
        var (report, body, length, state) = (fj_report(), [CChar](repeating: 0, count: 4096), 0, fj_report_state())
        try withUnsafePointer(to: trace) { pointer in
            state.trace = pointer
            fj_report_begin(&report, &body, body.count)
            #expect(fj_report_end(&report, &state, &length) == FJ_OK)
            let read = try #require(try Report.decode(body.prefix(length).map { UInt8(bitPattern: $0) }, now: Self.now).state?.trace)
            #expect(read.differences == bytes && read.step == 123 && read.rateHz == 25.12)
            #expect(read.begun == [.spo2, .heartRate, .pulseLost] && read.ended == [.heartRate])
            #expect(read.endedAt == Instant(milliseconds: 1_899_999_990_000) && !read.isDatedByServer)
        }
    }
}
