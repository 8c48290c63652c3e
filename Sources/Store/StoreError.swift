import Clinical

/// Why the store leaves something as it is, where no constraint of the database's can say so.
public enum StoreError: Error, Hashable, Sendable {
    /// The device is worn in that time already.
    case overlap([WornTime])
    /// An assignment begins longer ago, or later, than one may say afterwards or in advance.
    case beginsTooEarly, beginsTooLate
    case endsBeforeBegin
    /// What has begun can be ended, not taken back.
    case hasBegun
    /// The patient wears other devices in that time, and nobody has said what becomes of them: those that the caller sees.
    case patientWears([WornDevice])
    case deviceRetired
    case patientDischarged
    /// After the hospital's today, or more than `BirthDate.oldestYears` ago.
    case impossibleBirthDate
    /// The first request with the same `Idempotency-Key` is still being carried out; another request had this key.
    case requestRunning, keyUsed
    /// A reading of a device, of somebody else, or entered too long ago (`Database.ownCorrectionMinutes`).
    case notOwnEntry
    /// What would be taken back was done by somebody else, or too long ago; or it is not there any more.
    case notOwnAcknowledgement, acknowledgedTooLongAgo, notAcknowledged
    /// The alert's condition was raised again: a new alert says so already.
    case raisedAgain
    /// The alert is not one about the early warning score, or it is over.
    case noScoreAlert, alertEnded
    case notOwnDischarge, dischargedTooLongAgo, notDischarged
    /// Who makes a limit looser says why.
    case reasonNeeded
    /// The scale of the early warning score is another one's decision.
    case scoreScaleNotAllowed
    /// The profile is another one's decision.
    case profileNotAllowed
    /// A profile is confirmed (`Database.confirmProfile`), not written beside other members.
    case profileByConfirmation
    /// What the caller looked at is not what is there now.
    case changedMeanwhile
    case wardHasPatients, wardHasAccounts
    /// With the change of a farther level, what these wards, by name, and patients, by hospital number, set themselves would be no
    /// valid rules. Only such as the caller sees: a ward's patients are whoever changes the ward's, and an administrator sees all.
    case limitsContradict(wards: [String], patients: [String])
}
