import Access
import Store

/// The accounts of a demonstration, with new passwords.
struct DemoAccounts {
    struct Login: Encodable {
        let username: String
        let password: String
        let role: Role
    }

    let logins: [Login]
    let accounts: [Demonstration.Account]

    /// - Parameters:
    ///   - wardCount: doctor and nurse have all wards, the wall display the first.
    ///   - taken: names that other accounts have.
    init(wardCount: Int, taken: Set<String>) throws {
        var logins: [Login] = []
        var accounts: [Demonstration.Account] = []
        for role in Role.allCases {
            let login = Login(username: Self.free(role.rawValue, taken), password: try PasswordPolicy.made(), role: role)
            let wards: [Int] =
                switch role {
                case .admin: []
                case .medecin, .infirmier: Array(0..<wardCount)
                case .ecran: [0]
                }
            logins.append(login)
            accounts.append(
                Demonstration.Account(
                    username: login.username, passwordHash: try Password.hash(login.password), role: role, wards: wards))
        }
        (self.logins, self.accounts) = (logins, accounts)
    }

    private static func free(_ name: String, _ taken: Set<String>) -> String {
        var (candidate, number) = (name, 1)
        while taken.contains(candidate) {
            number += 1
            candidate = "\(name)\(number)"
        }
        return candidate
    }
}
