import ArgumentParser
import Clinical
import Store

struct DeviceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device", abstract: "Devices, their keys and who wears them.",
        subcommands: [Add.self, List.self, Key.self, Assign.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a device.", discussion: "It cannot report before `fajma device key` has made a key.")

        @Argument(help: "Its name, as shown.") var name: String
        @Option(help: "What sort of device it is.") var kind = "bracelet"
        @Option(help: "Who wears it: the id or hospital number.") var patient: String?
        @OptionGroup var output: OutputOptions

        func run() throws {
            let database = try Database.opened()
            let wearer = try patient.map { try database.patient(named: $0).id }
            guard let device = try database.addDevice(DeviceFields(name: name, kind: kind, patient: wearer), .administrator)
            else { throw Failure("the device is gone already") }
            if output.json { try Console.json(device) } else { Console.say("device \(device.id)") }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the devices.")

        @Option(help: "Only those that this patient wears: the id or hospital number.") var patient: String?
        @OptionGroup var output: OutputOptions

        func run() throws {
            let database = try Database.opened()
            let wearer = try patient.map { try database.patient(named: $0).id }
            let devices = try everyPage(\Device.id) { try database.devices(.administrator, patient: wearer, $0) }
            if output.json { return try Console.json(devices) }
            Console.table(
                ["ID", "NAME", "KIND", "PATIENT", "STATUS", "LAST SEEN"],
                devices.map {
                    [
                        "\($0.id)", $0.name, $0.kind, $0.patient.map { "\($0)" } ?? "", $0.status,
                        $0.lastSeenAt?.rfc3339 ?? "",
                    ]
                })
        }
    }

    struct Key: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a device's new key and show it, once.", discussion: "The old key stops working at once.")

        @Argument(help: "The device's number.") var id: Int
        @OptionGroup var output: OutputOptions

        private struct Answer: Encodable {
            let dispositif: DeviceID
            let cle: String
        }

        func run() throws {
            guard let key = try Database.opened().newDeviceKey(id, .administrator) else { throw Database.noDevice(id) }
            if output.json { try Console.json(Answer(dispositif: id, cle: key.text)) } else { Console.say(key.text) }
        }
    }

    struct Assign: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say who wears a device from now on.",
            discussion: "What it measured before stays with whoever wore it then.")

        @Argument(help: "The device's number.") var id: Int
        @Option(help: "The patient's id or hospital number.") var patient: String
        @OptionGroup var output: OutputOptions

        func run() throws {
            let database = try Database.opened()
            let before = try database.device(numbered: id)
            let wearer = try database.patient(named: patient).id
            let fields = DeviceFields(name: before.name, kind: before.kind, patient: wearer)
            guard let device = try database.updateDevice(id, fields, .administrator) else { throw Database.noDevice(id) }
            if output.json { try Console.json(device) } else { Console.say("device \(id) is worn by patient \(wearer)") }
        }
    }
}
