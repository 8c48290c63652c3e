import Store

/// The role that DATABASE_URL logs in as: no more than the application needs, so that whoever steals its password can neither
/// change the audit nor the tables themselves.
enum RoleChecks {
    /// Of a long list the first few tell enough.
    private static let shown = 5

    static func all(_ database: Database) -> [Check] {
        do {
            let health = try database.roleHealth()
            return checks(health) + [probe(health), log(health), settings(health)]
        } catch {
            return [.failed("database role", explanation(of: error), advice: "run: fajma migrate")]
        }
    }

    static func checks(_ health: RoleHealth) -> [Check] {
        let (application, owner) = (health.application, health.owner)
        if application == owner {
            // It may own things; more than that it may not in a small installation either.
            let attributes = health.powers.filter { if case .attribute = $0 { true } else { false } }
            if !attributes.isEmpty { return [tooMuch(attributes, of: health)] }
            return [
                .warning(
                    "database role", "\(application) owns the tables: whoever steals its password can change the audit and hide it",
                    advice: "make a second role for the owner (docs/deployment.md), set FAJMA_OWNER_DATABASE_URL and run: fajma migrate")
            ]
        }
        let role: Check
        if !health.powers.isEmpty {
            role = tooMuch(health.powers, of: health)
        } else if health.ownerIsSuperuser {
            role = .warning(
                "database role", "the tables belong to \(owner), a superuser: some functions run with its rights",
                advice: "give the tables to a role of their own (docs/deployment.md) and name it in FAJMA_OWNER_DATABASE_URL")
        } else {
            role = .ok("database role", "\(application) is no owner; \(owner) is")
        }
        return [role, rights(health)]
    }

    /// Without it fajma-push takes the database for one that stores nothing, and every screen is blind.
    static func probe(_ health: RoleHealth) -> Check {
        if health.mayProbe { return .ok("database commits", "\(health.application) may ask whether readings are stored") }
        return .failed(
            "database commits",
            "\(health.application) may not call \(health.probeFunction): fajma-push cannot see that readings are stored, screens stay blind",
            advice: "as a superuser in this database: GRANT EXECUTE ON FUNCTION pg_catalog.\(health.probeFunction) TO \(health.application)")
    }

    static func log(_ health: RoleHealth) -> Check {
        if !health.logsRows { return .ok("PostgreSQL's log", "quotes no rows of \(health.application)'s") }
        return .warning(
            "PostgreSQL's log", "an error of \(health.application) is logged with the row that it is about: a patient's name may be in it",
            advice: "as a superuser: ALTER ROLE \(health.application) SET log_error_verbosity = terse")
    }

    /// The role may set such things for itself, and so may who has its password.
    static func settings(_ health: RoleHealth) -> Check {
        if health.settings.isEmpty { return .ok("role settings", "none") }
        return .warning(
            "role settings", "\(health.application) has settings of its own: \(list(health.settings))",
            advice: "if nobody here chose them: ALTER ROLE \(health.application) RESET ALL, then log_error_verbosity again")
    }

    private static func rights(_ health: RoleHealth) -> Check {
        let found =
            (health.missing.isEmpty ? [] : ["lacks \(list(health.missing))"])
            + (health.excess.isEmpty ? [] : ["should not have \(list(health.excess))"])
        if found.isEmpty { return .ok("database rights", "\(health.application) has those it needs and no others") }
        return .failed(
            "database rights", "\(health.application) \(found.joined(separator: "; it "))",
            advice: """
                run: fajma migrate, with FAJMA_OWNER_DATABASE_URL set. Where that does not help, schema or database are not the owner's, \
                and before it, as a superuser in this database: ALTER SCHEMA public OWNER TO pg_database_owner; \
                ALTER DATABASE \(health.database) OWNER TO \(health.owner)
                """)
    }

    private static func tooMuch(_ powers: [RoleHealth.Power], of health: RoleHealth) -> Check {
        let remedies = powers.map { power in
            switch power {
            case .attribute(let name): "ALTER ROLE \(health.application) NO\(name)"
            case .member(let group): "REVOKE \(group) FROM \(health.application)"
            case .owner(let place): "ALTER \(place) OWNER TO \(health.owner)"
            }
        }
        return .failed(
            "database role", "\(health.application) has more power than a program may have: \(list(powers.map(\.description)))",
            advice: "as a superuser: \(remedies.joined(separator: "; "))")
    }

    private static func list(_ items: [String]) -> String {
        items.prefix(shown).joined(separator: ", ") + (items.count > shown ? " and \(items.count - shown) more" : "")
    }
}
