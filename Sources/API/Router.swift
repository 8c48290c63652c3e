/// Finds the row of a path: a tree of segments, in which a name goes before a placeholder.
struct Router: Sendable {
    private final class Node: Sendable {
        let children: [Substring: Node]
        /// The placeholder's name and what follows it.
        let placeholder: (name: String, node: Node)?
        let routes: [String: Route]

        init(_ routes: [(path: ArraySlice<Substring>, route: Route)]) {
            let here = routes.filter(\.path.isEmpty).map { ($0.route.method, $0.route) }
            self.routes = Dictionary(uniqueKeysWithValues: here)
            let deeper = Dictionary(grouping: routes.filter { !$0.path.isEmpty }) { $0.path.first ?? "" }
                .mapValues { Node($0.map { ($0.path.dropFirst(), $0.route) }) }
            children = deeper.filter { !$0.key.hasPrefix("{") }
            placeholder = deeper.first { $0.key.hasPrefix("{") }.map { (String($0.key.dropFirst().dropLast()), $0.value) }
        }
    }
    private let root: Node

    init(_ routes: [Route]) {
        root = Node(routes.map { ($0.path.split(separator: "/")[...], $0) })
    }

    /// - Throws: 404, or 405 with `Allow`. HEAD is served as GET.
    func find(_ method: String, _ segments: [String]) throws -> (Route, [String: String]) {
        let (routes, parameters) = try routes(segments)
        guard let route = routes[method == "HEAD" ? "GET" : method] else {
            throw Problem(status: 405, code: .methodNotAllowed, headers: [("Allow", routes.keys.sorted().joined(separator: ", "))])
        }
        return (route, parameters)
    }

    /// - Throws: 404.
    func methods(_ segments: [String]) throws -> [String] { try routes(segments).0.keys.sorted() }

    /// The rows of a path, by method.
    private func routes(_ segments: [String]) throws -> ([String: Route], [String: String]) {
        var node = root
        var parameters: [String: String] = [:]
        for segment in segments {
            if let child = node.children[segment[...]] {
                node = child
            } else if let (name, next) = node.placeholder {
                parameters[name] = segment
                node = next
            } else {
                throw Problem.notFound
            }
        }
        if node.routes.isEmpty { throw Problem.notFound }
        return (node.routes, parameters)
    }
}
