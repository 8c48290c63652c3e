import Access
import Clinical
import Store

/// How long a session lasts, by whose it is and where.
struct SessionTerms {
    var refreshSeconds: Double
    /// From the login to the end, whatever happens.
    var seconds: Double?
    /// Without a key or pointer.
    var idleSeconds: Double?

    /// NIST SP 800-63B (revision 3, section 4.2.3) for AAL2: 12 hours, and 30 minutes untouched, which `FAJMA_IDLE_MINUTES` may change.
    /// Revision 4 allows more.
    static let personSeconds: Double = 12 * 3600

    init(_ role: Role, _ kind: Session.Kind, idleSeconds idle: Double, isLocked: Bool = false) {
        switch (role, kind) {
        // Nobody touches it; it survives an outage, as long as the session may last.
        case _ where isLocked: (refreshSeconds, seconds) = (Self.personSeconds, Self.personSeconds)
        // A wall display is not logged in again each day, and nobody touches it: it ends when it was not renewed for so long.
        case (.ecran, .browser): refreshSeconds = Tokens.screenRefreshSeconds
        // The last renewal of a browser that was closed comes at most one access token's life before its person's idle limit.
        case (_, .browser): (refreshSeconds, seconds, idleSeconds) = (idle + Tokens.accessSeconds, Self.personSeconds, idle)
        // Nobody sits in front of a program: it logs in again each day, a wall display's password too.
        case (_, .program): (refreshSeconds, seconds) = (Tokens.refreshSeconds, Tokens.refreshSeconds)
        }
    }
}

/// A name and a password, from a program; other members are ignored, as in the replaced system.
struct Credentials: ObjectBody {
    let username: String
    let password: String

    static let limitBytes = BodyLimit.credentials
    static let takesForms = true
    static let others = OtherMembers.ignored
    init(_ fields: inout BodyFields) {
        (username, password) = (fields.required("username", .secret), fields.required("password", .secret))
    }
}

/// What tokens and browsers' sessions have in common.
extension Service {
    func authenticate(_ call: Call, _ credentials: Credentials, _ kind: Session.Kind) throws -> (Scope, TokenPair) {
        guard let account = try account(credentials.username, password: credentials.password, call) else {
            throw Problem.unauthenticated(.noActiveAccount)
        }
        if account.isProvisionalExpired {
            recordRefusedLogin(.provisionalExpired, username: credentials.username, call.request)
            throw Problem.unauthenticated(.provisionalPasswordExpired)
        }
        guard let scope = try database.scope(of: account.user), let role = scope.role
        else { throw Problem.unauthenticated(.noActiveAccount) }
        let terms = SessionTerms(role, kind, idleSeconds: idleSeconds)
        let end = terms.seconds.map { now().advanced(bySeconds: $0) }
        let pair = try tokens.makePair(user: scope.user, now: now(), refreshSeconds: terms.refreshSeconds, end: end)
        let opened = try database.openSession(
            pair.refreshClaims, passwordHash: account.passwordHash, kind: kind, agent: call.request.header("User-Agent"),
            expires: end, by: Author(user: scope.user, name: scope.username, address: call.request.address))
        guard opened else {
            recordRefusedLogin(username: credentials.username, call.request)
            throw Problem.unauthenticated(.noActiveAccount)
        }
        return (scope, pair)
    }

    /// The account that a name and a password open, at the throttle's pace. Every name gets the same questions and the same work, so that
    /// neither answer nor time tells which exist.
    ///
    /// - Throws: 429, also while too many passwords from the same place wait to be checked.
    func account(
        _ username: String, password: String, _ call: Call
    ) throws -> (user: UserID, passwordHash: String, isProvisionalExpired: Bool)? {
        let source = LoginSource(username: username, address: call.request.address, browsers: call.request.browsers)
        let candidate = try database.loginCandidate(source)
        let attempt: LoginAttempt.Counted
        switch try database.countAttempt(candidate, source) {
        case .counted(let counted): attempt = counted
        case .refused(let seconds):
            recordRefusedLogin(.tooManyAttempts, username: username, call.request)
            throw Problem.throttled(seconds: seconds)
        }
        let isRight: Bool
        do {
            let line: PasswordLine.Line = candidate.isBrowserKnown ? .knownBrowsers : .others
            isRight = try passwords.inTurn(line, from: source.name(candidate), for: candidate.foldedName) {
                let isRight = verifyPassword(password, candidate.account?.passwordHash)
                if !isRight { Password.spendTheRest(after: candidate.account?.passwordHash, iterations: candidate.importedIterations) }
                return isRight
            }
        } catch is PasswordLine.Busy {
            try database.giveBack(attempt)  // nothing was tried
            throw Problem.throttled(seconds: 1)
        }
        guard isRight, let account = candidate.account else {
            recordRefusedLogin(username: username, call.request)
            return nil
        }
        try database.giveBack(attempt)
        guard let hash = try rehashed(account, password: password, source) else {
            recordRefusedLogin(username: username, call.request)
            return nil
        }
        return (account.user, hash, candidate.isProvisionalExpired)
    }

    /// What is stored of a right password from now on: of one from the replaced system our own hash. Nil where it was changed meanwhile.
    private func rehashed(_ account: (user: UserID, passwordHash: String), password: String, _ source: LoginSource) throws -> String? {
        guard DjangoPassword(account.passwordHash) != nil else { return account.passwordHash }
        let hash = try Password.hash(password)
        let author = Author(user: account.user, name: source.username, address: source.address)
        if try database.rehashPassword(of: account.user, from: account.passwordHash, to: hash, by: author) { return hash }
        // Another login at the same moment has done it, or somebody has set another password.
        let present = try database.loginCandidate(source).account?.passwordHash
        return present.flatMap { Password.verify(password, against: $0) ? $0 : nil }
    }

    func refreshClaims(_ token: String) throws -> TokenClaims {
        guard let claims = try? tokens.verify(token, kind: .refresh, now: now()) else {
            throw Problem.unauthenticated(.tokenNotValid)
        }
        return claims
    }

    /// - Parameters:
    ///   - idle: how many seconds ago somebody last touched the page, where it says so. Without, nobody did since it last said.
    ///   - said: what the page says of the wards that are heard there.
    func rotate(
        _ token: String, graceSeconds: Double, idle: Double? = nil, lock said: LockRequest = LockRequest(), _ call: Call
    ) throws -> (Scope, TokenPair) {
        let old = try refreshClaims(token)
        guard let scope = try database.scope(of: old, address: call.request.address), let id = scope.session, let role = scope.role,
            let session = try database.session(id, of: scope.user)
        else { throw Problem.unauthenticated(.tokenNotValid) }
        let terms = SessionTerms(role, session.kind, idleSeconds: idleSeconds, isLocked: scope.lock != nil)
        let mayBeLocked = terms.idleSeconds != nil && !scope.mustChangePassword
        let lock = LockRequest(wards: mayBeLocked ? scope.seen(of: said.wards) : [], isWanted: said.isWanted)
        if lock.isWanted, lock.wards.isEmpty, terms.idleSeconds != nil {
            // Nothing is left to watch.
            try database.endSession(of: old, by: scope.author)
            throw Problem.unauthenticated(.tokenNotValid)
        }
        let now = now()
        let pair = try tokens.makePair(
            user: scope.user, now: now, session: id, refreshSeconds: terms.refreshSeconds, end: session.expiresAt)
        let rotation = try database.rotateRefreshToken(
            old, to: pair.refreshClaims, graceSeconds: graceSeconds, active: idle.map { now.advanced(bySeconds: -$0) },
            idleSince: terms.idleSeconds.map { now.advanced(bySeconds: -$0) }, lock: lock, by: scope.author)
        guard case .rotated = rotation else { throw Problem.unauthenticated(.tokenNotValid) }
        guard !lock.wards.isEmpty else { return (scope, pair) }
        // It may be locked by now.
        guard let present = try database.scope(now: scope) else { throw Problem.unauthenticated(.tokenNotValid) }
        return (present, pair)
    }

    @discardableResult
    func end(_ claims: TokenClaims, _ call: Call) throws -> Bool {
        guard let scope = try database.scope(of: claims, address: call.request.address) else { return false }
        try database.endSession(of: claims, by: scope.author)
        return true
    }
}
