/// One number of a metric.
public struct Sample: Sendable {
    public typealias Label = (name: String, value: String)

    let suffix: String
    let labels: [Label]
    let value: Double

    init(_ suffix: String, _ labels: [Label], _ value: Double) { (self.suffix, self.labels, self.value) = (suffix, labels, value) }
}

/// Something that is measured, with its name and what it means. Its numbers are asked for when somebody wants to read them.
///
/// No label carries what is a patient's, an id or a name: whoever reads metrics may read none of them.
public struct Metric: Sendable {
    let name: String
    let help: String
    let kind: String
    let samples: @Sendable () -> [Sample]

    public static func counter(_ name: String, _ help: String, _ counter: Counter) -> Metric {
        counters(name, help, [([], counter)])
    }

    /// One a combination of labels, all of them known beforehand.
    public static func counters(_ name: String, _ help: String, _ counters: [(labels: [Sample.Label], counter: Counter)]) -> Metric {
        Metric(name: name, help: help, kind: "counter") { counters.map { Sample("", $0.labels, Double($0.counter.value)) } }
    }

    /// What somebody else counts.
    public static func total(_ name: String, _ help: String, _ value: @escaping @Sendable () -> Int) -> Metric {
        Metric(name: name, help: help, kind: "counter") { [Sample("", [], Double(value()))] }
    }

    /// What goes up and down: looked at when it is read.
    public static func gauge(_ name: String, _ help: String, _ value: @escaping @Sendable () -> Int) -> Metric {
        Metric(name: name, help: help, kind: "gauge") { [Sample("", [], Double(value()))] }
    }

    /// `fajma_build_info`: always 1; which version runs is its label.
    public static func buildInfo(version: String) -> Metric {
        Metric(name: "fajma_build_info", help: "The version that runs.", kind: "gauge") { [Sample("", [("version", version)], 1)] }
    }

    public static func histogram(_ name: String, _ help: String, _ histogram: Histogram) -> Metric {
        Metric(name: name, help: help, kind: "histogram") { histogram.samples([]) }
    }
}

// Our own: swift-metrics is an interface without this format, and swift-prometheus would be one more dependency for these few lines.
extension [Metric] {
    /// Prometheus' text format, version 0.0.4.
    public var text: String {
        var text = ""
        for metric in self {
            text += "# HELP \(metric.name) \(metric.help.escaped(quotes: false))\n# TYPE \(metric.name) \(metric.kind)\n"
            for sample in metric.samples() {
                let labels = sample.labels.map { "\($0.name)=\"\($0.value.escaped(quotes: true))\"" }.joined(separator: ",")
                text += "\(metric.name)\(sample.suffix)\(labels.isEmpty ? "" : "{\(labels)}") \(sample.value)\n"
            }
        }
        return text
    }
}

extension String {
    fileprivate func escaped(quotes: Bool) -> String {
        let text = replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        return quotes ? text.replacing("\"", with: "\\\"") : text
    }
}
