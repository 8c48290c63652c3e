import Access
import ArgumentParser
import Clinical
import Foundation
import Store

struct DeviceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device", abstract: "Devices, their keys and who wears them.",
        subcommands: [Add.self, Import.self, List.self, Key.self, Assign.self, Assignments.self, Retire.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a device.", discussion: "It cannot report before `fajma device key` has made a key.")

        @Argument(help: "Its name, as shown.") var name: String
        @Option(help: "What sort of device it is.") var kind = "bracelet"
        @Option(help: "Who wears it: the id or hospital number, n:12 where that is digits only.") var patient: String?
        @OptionGroup var choice: OtherDevicesOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let database = try Database.opened()
            let wearer = try patient.map { try database.patient(named: $0).id }
            let fields = DeviceFields(name: name, kind: kind, patient: wearer)
            guard let device = try database.addDevice(fields, others: choice.others, .administrator) else {
                throw Failure("the device is gone already")
            }
            if output.json { try Console.json(device) } else { Console.say("device \(device.id)") }
        }
    }

    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read devices from a CSV file: add or change each.",
            discussion: """
                UTF-8; the first line names the columns: nom, type_dispositif, patient (id or hospital number, n:12 where that is digits only), statut, \
                autres_dispositifs (remplacer or garder, where the patient wears another one). A device is known by its name; an empty cell leaves what is \
                known as it is. Keys are made afterwards. \(ListImportOptions.discussion)
                """)

        @OptionGroup var options: ListImportOptions

        func run() throws { try options.run(.devices) }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the devices.")

        @Option(help: "Only those that this patient wears: the id or hospital number, n:12 where that is digits only.") var patient: String?
        @Flag(help: "Only those that nobody wears.") var free = false
        @Flag(help: "Those out of use instead of those in use.") var retired = false
        @OptionGroup var output: OutputOptions

        func run() throws {
            let database = try Database.opened()
            let wearer = try patient.map { try database.patient(named: $0).id }
            let filter = DeviceFilter(patient: wearer, isFree: free, isRetired: retired)
            let devices = try everyPage(\Device.id) { try database.devices(.administrator, filter, $0) }
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
            abstract: "Make a device's new key and show it, once.",
            discussion: """
                The old key stops working at once, unless --old-valid-hours lets it work until the device has the new one. With --url a terminal also shows a QR code of the address and the key, \
                for the device to be set up.
                """)

        @Argument(help: "The device's number.") var id: Int
        @Option(help: "So long the old key still works, 168 hours at most.") var oldValidHours = 0
        @Option(help: "The server that the device shall report to, e.g. https://hospital.example/fajma/.") var url: String?
        @Flag(help: "Show the QR code also where the output is no terminal, or in the JSON; needs --url.") var qr = false
        @OptionGroup var output: OutputOptions

        /// So that the QR code fits a terminal of 80 columns.
        private static let maximumURLBytes = 200

        private struct Answer: Encodable {
            let dispositif: DeviceID
            let cle: String
            let qr: [String]?
        }

        /// All that can be wrong, before the old key is gone.
        func validate() throws {
            guard Database.formerKeyHours.contains(oldValidHours) else { throw ValidationError("--old-valid-hours must be 0 to 168") }
            guard let url else {
                guard !qr else { throw ValidationError("--qr needs --url") }
                return
            }
            guard let parsed = URL(string: url), ["http", "https"].contains(parsed.scheme), parsed.host?.isEmpty == false,
                parsed.query == nil, parsed.fragment == nil
            else { throw ValidationError("--url must begin with http:// or https:// and name a server") }
            guard url.utf8.count <= Self.maximumURLBytes else {
                throw ValidationError("--url must have at most \(Self.maximumURLBytes) bytes")
            }
        }

        func run() throws {
            let database = try Database.opened()
            guard let key = try database.newDeviceKey(id, formerHours: oldValidHours, .administrator) else { throw Database.noDevice(id) }
            let curve = try database.calibratedCurve(of: id)
            let code = try url.map { try QRCode(ProvisioningCode(url: $0, cle: key.text, curve: curve).text) }
            if output.json {
                return try Console.json(Answer(dispositif: id, cle: key.text, qr: qr ? code?.rows : nil))
            }
            Console.say(key.text)
            if let code, qr || isatty(STDOUT_FILENO) == 1 { Console.write(code.terminal + "\n", to: .standardOutput) }
        }
    }
}
