import Foundation
import Metrics
import Testing

@Suite("Metrics")
struct MetricsTests {
    @Test("The text is Prometheus' format: help, type, labels in quotes, what is special escaped")
    func text() {
        let counter = Counter()
        counter.add(3)
        let metrics: [Metric] = [
            .counters("a_total", "What \\ is\ncounted.", [([("route", #"/"x"\"#), ("status", "2xx")], counter)]),
            .gauge("b", "Now.") { 7 },
        ]
        #expect(
            metrics.text == """
                # HELP a_total What \\\\ is\\ncounted.
                # TYPE a_total counter
                a_total{route="/\\"x\\"\\\\",status="2xx"} 3.0
                # HELP b Now.
                # TYPE b gauge
                b 7.0

                """)
    }

    @Test("The version that runs is a label of a number that is always 1")
    func buildInfo() {
        #expect([Metric.buildInfo(version: "1.2.3")].text.hasSuffix("fajma_build_info{version=\"1.2.3\"} 1.0\n"))
    }

    @Test("A histogram's buckets hold what is no greater than their bound, and all of it; a clock that is ahead counts as no delay")
    func histogram() {
        let histogram = Histogram(bounds: [0.5, 2])
        for value in [-1, 0.5, 0.6, 2, 3] { histogram.observe(value) }
        let lines = [Metric.histogram("h", "H", histogram)].text.split(separator: "\n").dropFirst(2).map(String.init)
        #expect(lines == [#"h_bucket{le="0.5"} 2.0"#, #"h_bucket{le="2.0"} 4.0"#, #"h_bucket{le="+Inf"} 5.0"#, "h_sum 6.1", "h_count 5.0"])
    }

    @Test("Nothing is lost when many threads count at once")
    func concurrently() {
        let counter = Counter()
        let histogram = Histogram(bounds: [1, 2])
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for _ in 0..<10_000 {
                counter.add(2)
                histogram.observe(Double(thread % 3))
            }
        }
        #expect(counter.value == 160_000 && histogram.count == 80_000)
    }
}
