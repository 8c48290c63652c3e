import ArgumentParser
import Clinical
import Store

extension AuditCommand {
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compute the chain again and name every row that does not fit.",
            discussion: """
                Exit code 1 when a row was changed, removed, inserted or moved. Whoever can write to the tables as their owner can \
                also write the whole chain anew, or cut its end off: only a head that was kept elsewhere shows that. fajma-push writes one \
                to its log every hour: journalctl -u fajma-push | grep head=

                A row is sealed about a second after it was written. One that says it is more than \(AuditFinding.misdatedMinutes) \
                minutes older, while newer ones were sealed before it, is listed as a warning: it may have been written into the past. \
                Rows that waited while fajma-push was down are only counted: all of them waited, in their order.
                """)

        @Option(help: "Where the chain was at an earlier time, as POSITION:HASH; may be given again.") var head: [AuditHead] = []
        @OptionGroup var output: OutputOptions

        /// Findings that --json holds; the text has no limit.
        private static let listed = 10_000

        private struct Finding: Encodable {
            let text: String
            let warning: Bool
        }
        private struct Answer: Encodable {
            let ok: Bool
            let sealed: Int
            let pending: Int
            let sealed_after_pause: Int
            let head: String?
            let findings: Int
            let listed: [Finding]
        }

        func run() throws {
            var (findings, warnings, listed) = (0, 0, [Finding]())
            let summary = try Database.opened().verifyAudit(heads: head) { finding in
                if finding.isWarning { warnings += 1 } else { findings += 1 }
                let text = finding.text
                if !output.json { return Console.say((finding.isWarning ? "warning: " : "") + text) }
                if listed.count < Self.listed { listed.append(Finding(text: text, warning: finding.isWarning)) }
            }
            if output.json {
                try Console.json(
                    Answer(
                        ok: findings == 0, sealed: summary.sealed, pending: summary.pending,
                        sealed_after_pause: summary.sealedAfterPause, head: summary.head?.description, findings: findings,
                        listed: listed))
            } else {
                Self.say(summary, findings: findings, warnings: warnings)
            }
            if findings > 0 { throw ExitCode.failure }
        }

        private static func say(_ summary: AuditSummary, findings: Int, warnings: Int) {
            var line = "\(summary.sealed) sealed, \(summary.pending) pending"
            if summary.sealedAfterPause > 0 { line += ", \(summary.sealedAfterPause) sealed late after a pause" }
            if let head = summary.head { line += ", head \(head)" }
            Console.say(line)
            if summary.pendingSeconds > Double(AuditFinding.misdatedMinutes * 60) {
                Console.say("the oldest has been pending for \(Int(summary.pendingSeconds / 60)) minutes: is fajma-push running?")
            }
            Console.say("\(findings) findings, \(warnings) warnings")
        }
    }
}

extension AuditFinding {
    fileprivate var text: String {
        switch self {
        case .changed(let id, let position): "row \(id) was changed (position \(position))"
        case .hashChanged(let id, let position): "the chain's hash of row \(id) was changed (position \(position))"
        case .reordered(let id, let position): "row \(id) was moved to another's place (position \(position))"
        case .removed(let id, let position?): "row \(id) was removed (position \(position))"
        case .removed(let id, nil): "row \(id) was removed before it was sealed"
        case .missing(let positions, let after, let before):
            "\(positions.count) rows were removed with their places in the chain: positions \(positions.lowerBound) to "
                + "\(positions.upperBound), \(after.map { "after row \($0), " } ?? "")before row \(before), which cannot be checked without them"
        case .inserted(let id): "row \(id) was inserted: it is neither in the chain nor pending"
        case .pendingTwice(let id): "row \(id) is in the chain and was made pending again"
        case .headDiffers(let head): "the chain has another hash at position \(head.position) than --head: it was written anew"
        case .headMissing(let head): "the chain ends before position \(head.position) of --head: its end was removed"
        case .misdated(let id, let position): "row \(id) does not say the time at which it was written (position \(position))"
        }
    }
}
