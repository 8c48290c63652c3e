import DeviceCore
import Testing
@Suite struct BusTests {
 @Test func x() {}
}
