import DeviceSimulation
import Store

/// The wards, patients and devices of a demonstration: the same for the same numbers.
struct DemoHospital {
    static let prefix = "DM"
    static let maximumPatients = 20_000
    /// Wards have about this many patients, and never fewer than half of the smallest.
    static let patientsPerWard = 24
    static let smallestWard = 8

    let wards: [String]
    let patients: [PatientFields]
    let deviceNames: [String]

    /// - Parameter last: the greatest number that an earlier demonstration used.
    init(patients count: Int, after last: Int) {
        var generator = SeededGenerator(seed: 2026)
        let wardCount =
            count < 2 * Self.smallestWard ? 1 : max(2, (count + Self.patientsPerWard - 1) / Self.patientsPerWard)
        wards = (0..<wardCount).map(Self.ward)
        patients = (0..<count).map { index in
            let ward = index * wardCount / count
            let first = (ward * count + wardCount - 1) / wardCount
            // Beyond the beds that earlier demonstrations filled: no ward has more of their patients than there are in all.
            return Self.patient(number: last + index + 1, ward: ward, place: last + index - first, using: &generator)
        }
        deviceNames = (0..<count).map { "Bracelet \(last + $0 + 1)" }
    }

    private static func ward(_ index: Int) -> String {
        let (round, place) = index.quotientAndRemainder(dividingBy: FrenchNames.wards.count)
        return FrenchNames.wards[place] + (round == 0 ? "" : " \(round + 1)")
    }

    private static func patient(
        number: Int, ward: Int, place: Int, using generator: inout SeededGenerator
    ) -> PatientFields {
        let isWoman = Bool.random(using: &generator)
        let firstNames = isWoman ? FrenchNames.women : FrenchNames.men
        let year = 2007 - Int((Double.random(in: 0...1, using: &generator).squareRoot() * 75).rounded())
        let month = Int.random(in: 1...12, using: &generator)
        let day = Int.random(in: 1...28, using: &generator)  // every month has so many
        return PatientFields(
            hospitalNumber: prefix + padded(number, 6), lastName: pick(FrenchNames.families, using: &generator),
            firstName: pick(firstNames, using: &generator), birthDate: "\(year)-\(padded(month, 2))-\(padded(day, 2))",
            sex: isWoman ? "F" : "M", ward: ward, bed: "\(101 + place / 2)-\(place % 2 == 0 ? "P" : "F")")
    }

    private static func pick(_ names: [String], using generator: inout SeededGenerator) -> String {
        names[Int.random(in: names.indices, using: &generator)]
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
