import Access
import ArgumentParser
import Clinical
import Store

struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Make a demonstration hospital: wards, patients, devices and accounts.",
        discussion: "Passwords and device keys are shown once. What `--json` prints is what `fajma simulate --devices` reads.")

    @Option(help: "How many patients, 1 to \(DemoHospital.maximumPatients).") var patients: Int
    @Flag(help: "Also where there are patients already.") var add = false
    @OptionGroup var output: OutputOptions

    private struct Answer: Encodable {
        let users: [DemoAccounts.Login]
        let devices: [DeviceFile.Entry]
    }

    func validate() throws {
        guard (1...DemoHospital.maximumPatients).contains(patients) else {
            throw ValidationError("--patients must be 1 to \(DemoHospital.maximumPatients)")
        }
    }

    func run() throws {
        let database = try Database.opened()
        guard try add || !database.hasPatients() else {
            throw Failure("the database has patients already; --add adds a demonstration to them")
        }
        let hospital = DemoHospital(patients: patients, after: try database.lastHospitalNumber(prefix: DemoHospital.prefix))
        let accounts = try DemoAccounts(wardCount: hospital.wards.count, taken: Set(database.everyUser().map(\.username)))
        let made = try database.addDemonstration(
            Demonstration(
                wards: hospital.wards, patients: hospital.patients, deviceNames: hospital.deviceNames,
                accounts: accounts.accounts), by: Scope.administrator.author)
        let devices = made.map { DeviceFile.Entry(dispositif: $0.key.device, patient: $0.patient, cle: $0.key.text) }
        if output.json { return try Console.json(Answer(users: accounts.logins, devices: devices)) }
        Console.table(["ACCOUNT", "PASSWORD", "ROLE"], accounts.logins.map { [$0.username, $0.password, $0.role.rawValue] })
        Console.say("")
        Console.table(["DEVICE", "PATIENT", "KEY"], devices.map { ["\($0.dispositif)", "\($0.patient)", $0.cle] })
    }
}
