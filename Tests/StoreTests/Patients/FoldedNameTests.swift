import Foundation
import Testing

@testable import Store

@Suite struct FoldedNameTests {
    @Test("a name is folded as the shared vectors say, as in the pages' search") func vectors() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../fixtures/folding.json")
        for vector in try JSONDecoder().decode([[String]].self, from: Data(contentsOf: file)) {
            #expect(Array(vector[0].foldedName.unicodeScalars) == Array(vector[1].unicodeScalars), "\(vector[0])")
        }
    }
}
