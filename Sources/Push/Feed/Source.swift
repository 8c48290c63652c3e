import Clinical
import Store

/// The three kinds of address under `/ws/`.
public enum RoomKind: String, Sendable, CaseIterable {
    case iot, alerts, service
}

/// What a token opens.
public enum Admission: Sendable, Hashable {
    /// `ends`: when the session is over whatever happens; nil: when it is ended. `mayEnter`: the user may enter readings for this room's
    /// patient. `language`: the account's.
    case allowed(Room, user: UserID, ends: Instant?, mayEnter: Bool, language: Language = .french)
    /// The token is bad or expired, or its session is over.
    case unauthenticated
    /// The user may not hear this room.
    case forbidden
    /// There is no such room, or the user may not know of it.
    case unknown
}

/// Where the daemon learns what it does not know. Every call may block and comes from a thread of the daemon's own;
/// several may run at once. A thrown error means that it could not be found out now.
public protocol Source: Sendable {
    /// Whose token it says it is, if it is one of ours. Does not block: asked on an event loop, before the token is looked at.
    func account(of token: String) -> UserID?
    /// The session that it says it is of, under the same terms.
    func session(of token: String) -> String?
    /// `key` is what stands in the address: a patient's number or hospital number, or a ward's number.
    func admit(token: String, kind: RoomKind, key: String) throws -> Admission
    /// What each room holds, as of now. A room may be left out if it is empty.
    func load(_ rooms: [Room]) throws -> [Room: RoomContents]
    /// What this token opens now, for somebody who is in the room already. One that let somebody in holds as long as its session, though it
    /// has expired; one that `isNew` must be good itself.
    func renew(token: String, room: Room, isNew: Bool) throws -> Admission
    /// A screen whose sound is on is connected to each of these wards.
    func heard(_ wards: [WardID]) throws
    /// Stores what a client with this token sent as `iot_data`. Returns why it was refused, in words for the client; nil when it was stored.
    func store(inbound: [UInt8], patient: PatientID, token: String, language: Language) throws -> String?
}
