import Access
import Clinical

/// How an import is to be done.
public struct ImportOptions: Sendable {
    /// The replaced system's name in the books of this one; nil: its database's.
    public var source: String?
    /// Where tables are found; those that are not named are recognised by their columns. `table` or `schema.table`.
    public var tables: [ImportNoun: String] = [:]
    /// Other names of columns: `[.patients: ["identifiant": "ipp"]]`.
    public var columns: [ImportNoun: [String: String]] = [:]
    public var leftOut: Set<ImportNoun> = []
    /// Where patients and accounts go.
    public var ward: WardID
    /// By the names of the replaced system's groups. Of several roles the one that may most counts.
    public var roles: [String: Role] = [:]
    /// Of accounts in none of these groups.
    public var defaultRole = Role.infirmier
    /// Other spellings of `sexe`.
    public var sexes: [String: String] = [:]
    /// Other spellings of `type_donnee`.
    public var vitals: [String: Vital] = [:]
    /// A row whose number is taken gets another one; false: it is refused.
    public var renumbers = false
    /// Patients without a device are discharged at once.
    public var dischargesUnworn = false
    /// Older readings are not taken.
    public var since: Instant?
    /// How long readings are kept (`FAJMA_READING_DAYS`); nil: as long as `maximumDays`.
    public var readingDays: Int?
    /// How many numbers the report gives for each reason.
    public var examples = 10

    /// A day of readings is a partition, and each statement that reads them all needs a lock for each.
    public static let maximumDays = 1_000

    public init(ward: WardID) { self.ward = ward }

    var keptDays: Int { min(readingDays ?? Self.maximumDays, Self.maximumDays) }
}

/// Why an import cannot begin.
public enum ImportFault: Error, Hashable, Sendable {
    /// No table has these columns.
    case tableMissing(ImportNoun, columns: [String])
    case tablesAmbiguous(ImportNoun, [String])
    case groupsUnknown([String], known: [String])
    /// Another import works on the same database.
    case running
    /// The source is the database of FAJMA itself.
    case ownDatabase
}
