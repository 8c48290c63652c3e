import Clinical

/// Why the store leaves something as it is, where no constraint of the database's can say so.
public enum Refusal: Error, Hashable, Sendable {
    /// The device is worn in that time already.
    case overlap([WornTime])
    /// An assignment begins longer ago, or later, than one may say afterwards or in advance.
    case beginsTooEarly, beginsTooLate
    case endsBeforeBegin
    /// What has begun can be ended, not taken back.
    case hasBegun
    case deviceRetired
    case patientDischarged
    case wardHasPatients, wardHasAccounts
}
