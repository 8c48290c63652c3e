import Clinical
import Store
import TestDatabase
import Testing

/// From when until when a second device counts as worn at the same time, and when a replaced one ends.
@Suite struct SecondDeviceTimeTests {
    let ward: SecondDeviceWard

    init() throws { ward = try SecondDeviceWard() }

    /// Changes the newest assignment of a device.
    private func end(_ device: DeviceID, at end: Double?, _ others: OtherDevices? = nil) throws {
        let assignment = try #require(try ward.assignments(device).first)
        let end = end.map { ward.now.advanced(bySeconds: $0) }
        var change = Change<AssignmentTime>()
        change.set(\.end, to: end)
        _ = try ward.store.database.updateAssignment(assignment.id, of: device, now: ward.now, others: others, ward.store.nurse, change)
    }

    @Test("what begins later asks about what is worn then, and replaces it then") func future() throws {
        #expect(try ward.asked { _ = try ward.assign(ward.spare, from: 600) } == [ward.worn])
        let new = try ward.assign(ward.spare, from: 600, .replace)
        #expect(try ward.assignments(ward.worn).map(\.time.end) == [new.time.begin])
        #expect(try ward.wears(ward.worn) && !ward.wears(ward.spare), "until then nothing changes")
    }

    @Test("a planned assignment that has not begun is taken back by what replaces it") func planned() throws {
        try end(ward.worn, at: 300)
        _ = try ward.assign(ward.worn, from: 900, to: 1200)
        #expect(try ward.asked { _ = try ward.assign(ward.spare, from: 600) } == [ward.worn])
        _ = try ward.assign(ward.spare, from: 600, .replace)
        #expect(try ward.assignments(ward.worn).map(\.time.end) == [ward.now.advanced(bySeconds: 300)])
    }

    @Test("times that do not overlap ask nothing, nor does what is over") func apart() throws {
        try end(ward.worn, at: 300)
        _ = try ward.assign(ward.spare, from: 300)
        let third = try ward.addDevice("Third")
        _ = try ward.assign(third, from: -1800, to: -600)
        #expect(try ward.assignments(third).count == 1 && ward.wears(ward.worn))
        try end(ward.worn, at: -60)
        _ = try ward.assign(third, from: -300, to: 300)
        #expect(try ward.wears(third) && !ward.wears(ward.worn))
    }

    @Test("what began a while ago replaces what was worn from that instant on") func past() throws {
        #expect(try ward.asked { _ = try ward.assign(ward.spare, from: -600) } == [ward.worn])
        let new = try ward.assign(ward.spare, from: -600, .replace)
        #expect(try ward.assignments(ward.worn).map(\.time.end) == [new.time.begin])
    }

    @Test("what was put on after the new beginning has been worn: it ends now") func begunSince() throws {
        _ = try ward.assign(ward.spare, from: -7200, .replace)
        let old = try #require(try ward.assignments(ward.worn).first)
        let ended = try #require(old.time.end)
        let after = try TestStore.now
        #expect(ended >= ward.now && ended <= after && old.time.begin < ward.now)
        #expect(try ward.wears(ward.spare) && !ward.wears(ward.worn))
    }

    @Test("an assignment that is made longer asks about what is worn in the time that comes to it") func longer() throws {
        try end(ward.worn, at: 300)
        _ = try ward.assign(ward.spare, from: 600)
        try end(ward.worn, at: 600)
        #expect(try ward.asked { try end(ward.worn, at: 601) } == [ward.spare])
        #expect(try ward.asked { try end(ward.worn, at: nil) } == [ward.spare])
        try end(ward.worn, at: 900, .keep)
        try end(ward.worn, at: nil)
        try end(ward.worn, at: 700)
        #expect(try ward.assignments(ward.spare).count == 1)
        try end(ward.worn, at: 800, .replace)
        #expect(try ward.assignments(ward.spare).isEmpty)
    }
}
