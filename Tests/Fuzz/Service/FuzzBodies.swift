import Clinical

@testable import API

/// Every row of the route table.
private let routes = Service.routes

/// A request's query and body, as the route that the first byte chooses reads them. The second byte says whether the body is a form, and whether the
/// rest is a query instead.
@Sendable func fuzzBody(_ input: [UInt8]) {
    guard input.count >= 2 else { return }
    let (route, kind) = (routes[Int(input[0]) % routes.count], input[1])
    let rest = Array(input.dropFirst(2).prefix(route.bodyLimit))
    let request = Request(method: route.method, path: route.path)
    do {
        if kind & 2 != 0 {
            _ = try Query(String(decoding: rest, as: UTF8.self), route.query)
        } else {
            _ = try route.read(rest, BodyContext(request: request, now: Instant(milliseconds: 1_800_000_000_000), isForm: kind & 1 != 0))
        }
    } catch {
        // Nothing that a body can hold is an error of ours.
        precondition(Problem(error, logger: silent).status < 500, "\(route.method) \(route.path): \(error)")
    }
}
