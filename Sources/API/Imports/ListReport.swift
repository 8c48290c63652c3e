import Clinical

/// What an import did with each row, or would do.
public struct ListReport: Encodable, Sendable {
    public enum Effect: String, Encodable, Sendable, CaseIterable {
        /// Somebody or something new.
        case added = "ajoute"
        /// A patient who had left, and is back.
        case readmitted = "readmis"
        case changed = "modifie"
        case unchanged = "inchange"
        case refused = "refuse"
    }

    public struct Line: Encodable, Sendable {
        /// Of the file, from 1.
        public let number: Int
        /// Whom or what it is about: the hospital number, the device's name.
        public let reference: String
        public let effect: Effect
        /// Nil of what is refused, and of what a trial would add.
        public let id: Int?
        /// Of a refused one: messages by column.
        public let errors: [String: [String]]

        enum CodingKeys: String, CodingKey {
            case number = "ligne"
            case reference
            case effect = "effet"
            case id, errors
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(number, forKey: .number)
            try container.encode(reference, forKey: .reference)
            try container.encode(effect, forKey: .effect)
            try container.encode(id, forKey: .id)
            try container.encode(errors, forKey: .errors)
        }
    }

    /// Nothing was changed.
    public let isTrial: Bool
    /// In the order of the file.
    public let lines: [Line]

    public func count(_ effect: Effect) -> Int { lines.count { $0.effect == effect } }

    private struct EffectKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// `{"essai", "lignes", "effets": {"ajoute": 3, …}, "resultats": […]}`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: EffectKey.self)
        try container.encode(isTrial, forKey: EffectKey(stringValue: "essai"))
        try container.encode(lines.count, forKey: EffectKey(stringValue: "lignes"))
        var effects = container.nestedContainer(keyedBy: EffectKey.self, forKey: EffectKey(stringValue: "effets"))
        for effect in Effect.allCases { try effects.encode(count(effect), forKey: EffectKey(stringValue: effect.rawValue)) }
        try container.encode(lines, forKey: EffectKey(stringValue: "resultats"))
    }
}
