import ArgumentParser
import Store

struct PatientCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patient", abstract: "Patients.", subcommands: [Add.self, List.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a patient.")

        @Option(help: "The hospital's own number.") var number: String
        @Option(help: "Family name.") var lastName: String
        @Option(help: "Given name.") var firstName: String
        @Option(help: "Number or name of the ward.") var ward: String
        @Option(help: "As 1950-04-23.") var birthDate: String?
        @Option(help: "F, M or X.") var sex: String?
        @Option(help: "The bed, as the ward calls it.") var bed: String?
        @OptionGroup var output: OutputOptions

        func run() throws {
            let database = try Database.opened()
            let patient = try database.addPatient(
                PatientFields(
                    hospitalNumber: number, lastName: lastName, firstName: firstName, birthDate: birthDate, sex: sex,
                    ward: database.wards(named: [ward])[0], bed: bed),
                .administrator)
            if output.json { try Console.json(patient) } else { Console.say("patient \(patient.id)") }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the patients.")

        @Option(help: "Only of this ward, by number or name.") var ward: String?
        @OptionGroup var output: OutputOptions

        func run() throws {
            let database = try Database.opened()
            let only = try ward.map { try database.wards(named: [$0])[0] }
            let patients = try everyPage(\Patient.id) { try database.patients(.administrator, ward: only, $0) }
            if output.json { return try Console.json(patients) }
            Console.table(
                ["ID", "NUMBER", "NAME", "BORN", "SEX", "WARD", "BED"],
                patients.map { patient in
                    let fields = patient.fields
                    return [
                        "\(patient.id)", fields.hospitalNumber, "\(fields.lastName) \(fields.firstName)",
                        fields.birthDate ?? "", fields.sex ?? "", "\(fields.ward)", fields.bed ?? "",
                    ]
                })
        }
    }
}
