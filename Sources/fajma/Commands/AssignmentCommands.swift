import ArgumentParser
import Clinical
import Foundation
import Store

/// A time on the command line: RFC 3339, with an offset or `Z`.
struct TimeArgument: ExpressibleByArgument {
    let instant: Instant

    init?(argument: String) {
        guard let instant = Instant(rfc3339: argument) else { return nil }
        self.instant = instant
    }
}

/// What becomes of the other devices that a patient wears.
struct OtherDevicesOptions: ParsableArguments {
    enum Choice: EnumerableFlag {
        case replace, keepOthers

        static func help(for value: Choice) -> ArgumentHelp? {
            switch value {
            case .replace: "The patient's other devices are worn no longer once this one is."
            case .keepOthers: "The patient wears this device beside the others."
            }
        }
    }

    @Flag(exclusivity: .exclusive) private var choice: Choice?

    /// Nil: the command fails where the patient wears another device.
    var others: OtherDevices? {
        switch choice {
        case .replace: .replace
        case .keepOthers: .keep
        case nil: nil
        }
    }
}

/// Who wears which device from when until when.
extension DeviceCommand {
    struct Assign: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say who wears a device, from now on or from when until when.",
            discussion: """
                Without --from it begins now, and the present assignment of the device ends. What it measured before stays with \
                its patient of that time, and readings that are stored stay where they are. For a patient who wears another device in that time \
                --replace or --keep-others must be said.
                """)

        @Argument(help: "The device's number.") var id: Int
        @Option(help: "The patient's id or hospital number, n:12 where that is digits only.") var patient: String
        @Option(help: "When it begins, e.g. 2026-11-22T14:30:00Z; up to 30 days ago or a year ahead.") var from: TimeArgument?
        @Option(help: "When it ends; without, when somebody ends it.") var to: TimeArgument?
        @OptionGroup var choice: OtherDevicesOptions
        @OptionGroup var output: OutputOptions

        /// The device, and who wears it from when until when.
        private struct Answer: Encodable {
            let device: Device
            let assignment: Assignment

            enum CodingKeys: CodingKey { case affectation }

            func encode(to encoder: any Encoder) throws {
                try device.encode(to: encoder)
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(assignment, forKey: .affectation)
            }
        }

        func run() throws {
            let database = try Database.opened()
            let wearer = try database.presentPatient(named: patient).id
            let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
            let assignment = try database.assignDevice(
                id, to: wearer, from: from?.instant, to: to?.instant, now: now, others: choice.others, .administrator)
            guard let assignment else { throw Database.noDevice(id) }
            if output.json { return try Console.json(Answer(device: database.device(numbered: id), assignment: assignment)) }
            let end = assignment.time.end.map { " to \($0.rfc3339)" } ?? ""
            Console.say("device \(id) is worn by patient \(wearer) from \(assignment.time.begin.rfc3339)\(end)")
        }
    }

    struct Assignments: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List who wore a device from when until when, newest first.")

        @Argument(help: "The device's number.") var id: Int
        @OptionGroup var output: OutputOptions

        func run() throws {
            let database = try Database.opened()
            _ = try database.device(numbered: id)
            let all = try everyPage(\Assignment.id) { try database.assignments(of: id, .administrator, $0) ?? [] }
            if output.json { return try Console.json(all) }
            Console.table(
                ["ID", "PATIENT", "FROM", "TO"],
                all.map { ["\($0.id)", "\($0.patient)", $0.time.begin.rfc3339, $0.time.end?.rfc3339 ?? ""] })
        }
    }

    struct Retire: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a device out of use.", discussion: "Its key stops working and nobody wears it; its readings stay.")

        @Argument(help: "The device's number.") var id: Int
        @OptionGroup var output: OutputOptions

        func run() throws {
            let database = try Database.opened()
            guard try database.retireDevice(id, .administrator) else { throw Database.noDevice(id) }
            let device = try database.device(numbered: id)
            if output.json { try Console.json(device) } else { Console.say("device \(id) is out of use") }
        }
    }
}
