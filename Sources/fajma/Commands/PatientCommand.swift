import ArgumentParser
import Store

struct PatientCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patient", abstract: "Patients.", subcommands: [Add.self, Import.self, Move.self, Discharge.self, List.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Admit a patient.",
            discussion: "Whoever was discharged and comes again, by number, name and birth date, keeps id and history.")

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
            let (patient, isReadmitted) = try database.admitPatient(
                PatientFields(
                    hospitalNumber: number, lastName: lastName, firstName: firstName, birthDate: birthDate, sex: sex,
                    ward: database.wards(named: [ward])[0], bed: bed),
                .administrator)
            if output.json { try Console.json(patient) } else { Console.say("patient \(patient.id)\(isReadmitted ? ", as before" : "")") }
        }
    }

    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read patients from a CSV file: admit, admit again or change each.",
            discussion: """
                UTF-8; the first line names the columns: identifiant, nom, prenom, date_naissance, sexe, service (name or number), lit, echelle_spo2, enceinte, profil. \
                A patient is known by identifiant; an empty cell leaves what is known as it is. \(ListImportOptions.discussion)
                """)

        @OptionGroup var options: ListImportOptions

        func run() throws { try options.run(.patients) }
    }

    struct Move: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Move a patient to another ward or bed.", discussion: "In another ward without --bed: to no bed yet.")

        @Argument(help: "The patient's id or hospital number, n:12 where that is digits only.") var patient: String
        @Option(help: "Number or name of the ward.") var ward: String?
        @Option(help: "The bed, as the ward calls it; an empty text for none.") var bed: String?
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard ward != nil || bed != nil else { throw ValidationError("say where to: --ward, --bed or both") }
        }

        func run() throws {
            let database = try Database.opened()
            let present = try database.presentPatient(named: patient)
            let (id, target) = (present.id, try ward.map { try database.wards(named: [$0])[0] })
            var change = Change<PatientFields>()
            if let target { change.set(\.ward, to: target) }
            // A bed belongs to its ward.
            if bed != nil || target ?? present.fields.ward != present.fields.ward { change.set(\.bed, to: bed) }
            let moved = try database.updatePatient(.id(id), .administrator, change)
            guard let moved else { throw Failure("the patient is gone already") }
            if output.json { return try Console.json(moved) }
            let place = moved.fields.bed.map { $0.isEmpty ? "no bed" : "bed \($0)" } ?? "no bed"
            Console.say("patient \(id) is in ward \(moved.fields.ward), \(place)")
        }
    }

    struct Discharge: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Discharge a patient.", discussion: "Devices are taken off, alerts end, the bed is free; what was measured stays.")

        @Argument(help: "The patient's id or hospital number, n:12 where that is digits only.") var patient: String
        @OptionGroup var output: OutputOptions

        func run() throws {
            let database = try Database.opened()
            let id = try database.patient(named: patient).id
            guard let discharged = try database.dischargePatient(.id(id), .administrator) else { throw Failure("the patient is gone already") }
            if output.json { return try Console.json(discharged) }
            Console.say("patient \(id) was discharged \(discharged.dischargedAt?.rfc3339 ?? "")")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the patients.")

        @Option(help: "Only of this ward, by number or name.") var ward: String?
        @Flag(help: "Those who have left instead of those who are there.") var discharged = false
        @OptionGroup var output: OutputOptions

        func run() throws {
            let database = try Database.opened()
            let only = try ward.map { try database.wards(named: [$0])[0] }
            let patients = try everyPage(\Patient.id) {
                try database.patients(.administrator, ward: only, isDischarged: discharged, $0)
            }
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
