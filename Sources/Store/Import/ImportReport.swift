/// What an import did, or would do.
public struct ImportReport: Sendable, Encodable {
    /// Some rows with something in common.
    public struct Group<Reason: Sendable & Encodable>: Sendable, Encodable {
        public var reason: Reason
        public var count: Int
        /// The first of them, by their numbers in the replaced system. No names.
        public var ids: [Int]
    }

    public struct Table: Sendable, Encodable {
        public var noun: ImportNoun
        /// In the replaced system, `schema.table`; nil: left out.
        public var table: String?
        public var found = 0
        /// New here.
        public var taken = 0
        /// From an earlier import; or, of readings, stored before under the same identity.
        public var there = 0
        public var refused: [Group<ImportRefusal>] = []
        public var notes: [Group<ImportNote>] = []

        public var refusedCount: Int { refused.reduce(0) { $0 + $1.count } }

        enum CodingKeys: CodingKey { case noun, table, found, taken, there, refused, notes }

        // By hand, so that a table that was left out is sent as null.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(noun, forKey: .noun)
            try container.encode(table, forKey: .table)
            try container.encode(found, forKey: .found)
            try container.encode(taken, forKey: .taken)
            try container.encode(there, forKey: .there)
            try container.encode(refused, forKey: .refused)
            try container.encode(notes, forKey: .notes)
        }
    }

    /// The replaced system's database.
    public var source: String
    /// False: of a dry run, which changes nothing.
    public var isApplied: Bool
    public var tables: [Table]
    /// Groups of accounts there that no role was named for.
    public var groupsWithoutRole: [String] = []
    /// Numbers here of devices that have no key yet, and so cannot report.
    public var devicesWithoutKey: [Int] = []

    enum CodingKeys: String, CodingKey {
        case source, tables
        case isApplied = "applied"
        case groupsWithoutRole = "groups_without_role"
        case devicesWithoutKey = "devices_without_key"
    }
}
