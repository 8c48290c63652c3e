import Testing

@testable import Access

@Suite("The password policy")
struct PasswordPolicyTests {
    private func check(_ password: String, _ username: String = "zoe.lefevre", places: [String] = []) -> PasswordPolicy.Fault? {
        PasswordPolicy.check(password, username: username, places: places)
    }

    @Test(
        "a good passphrase may be chosen, of whatever characters",
        arguments: [
            "cheval correct pile agrafe", "l'infirmière boit son café tiède", "L’INFIRMIÈRE BOIT SON CAFÉ TIÈDE", "xkqvbwzrtpmhdgcf",
            "qjxwzkvbnyfhtgpd", "7194 5520 8361 4402", "#%!(}[)~$&^*<>?;", "trois girafes sous la pluie", "k7Vq-2mPz-9xWd-4hRt",
            "ночной поезд уходит", "夜の電車は静かに海辺の町を出る", "my dog eats purple umbrellas", "le lit 12 grince à minuit",
            "un deux trois nous irons au bois", "🐘🎻🌵🚲🍋⛵🎈🧦🪁🐙🔔🍄🧲🪐🦀",
        ])
    func good(password: String) { #expect(check(password) == nil) }

    @Test(
        "common passwords, their repetitions, and what little is put beside them are refused",
        arguments: [
            "motdepassemotdepasse", "Mot de passe secret", "MotDePasse2024!!", "Bonjour123456789", "Bonjour1Bonjour2Bonjour3", "un mot de passe",
            "Administrateur2025!", "infirmière infirmière", "Infirmiere-2025-Hopital", "password password", "P@$$w0rd P@$$w0rd", "m0td3p4ss3-123456",
            "Septembre 2024 !!!", "bonjour soleil chocolat", "Soleil2024Chocolat!", "je t’aime pour toujours", "iloveyouforever!",
            "correct horse battery staple", "CORRECT-HORSE-BATTERY-STAPLE", "Métro, boulot, dodo", "j'ai oublié mon mot de passe",
            "liberté égalité fraternité",
            "Ｂｏｎｊｏｕｒ１２３４５６７８", "b-o-n-j-o-u-r-1-2-3-4", "Nicolas14071985", "letmeinletmein123", "cœur cœur cœur cœur", "azerty123azerty123",
        ])
    func common(password: String) { #expect(check(password) == .common) }

    @Test(
        "runs on a keyboard or through the alphabet and repetitions are refused",
        arguments: [
            "azertyuiopqsdfghjklm", "qwertyuiopasdfgh", "AZERTYUIOP123456", "poiuytrezamlkjhgfdsq", "&é\"'(-è_çà&é\"'(-è", "!@#$%^&*()!@#$%^",
            "azertyuiop&é\"'(-è_çà",
            "1qaz2wsx3edc4rfv5tgb", "aqwzsxedcrfvtgb", "1a2z3e4r5t6y7u8i", "a1z2e3r4t5y6u7i8", "123456789012345", "987654321098765",
            "abcdefghijklmno", "xyzabcdefghijklm",
            "0123456789abcdef", "112233445566778899", "aabbccddeeffgghh", "1 2 3 4 5 6 7 8 9", "aaaaaaaaaaaaaaa", "abcabcabcabcabc",
            "xq7xq7xq7xq7xq7xq7", "ßßßßßßßßßßßßßßß",
            "ééééééééééééééé", "               ", "---------------", "!?!?!?!?!?!?!?!?", "🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑",
        ])
    func runs(password: String) { #expect(check(password) == .common) }

    @Test(
        "the account's name and ours count for nothing",
        arguments: [
            ("zoe.lefevre-2026", "zoe.lefevre"), ("ZoéLefèvre ZoéLefèvre", "zoe.lefevre"), ("Lefevre_Lefevre_12", "zoe.lefevre"),
            ("l3f3vr3 l3f3vr3 ici", "zoe.lefevre"),
            ("fajmafajmafajma", "zoe"), ("FAJMA-2026-fajma!", "zoe"), ("motdepasse-fajma-24", "zoe"), ("adminadminadmin", "admin"),
            ("Ambrosius-xy12-75", "Ambrosius"),
        ])
    func names(password: String, username: String) { #expect(check(password, username) == .containsName) }

    @Test(
        "so do the names of the hospital and its wards",
        arguments: ["Pneumologie-2026", "CHU-Bordeaux-33000", "bordeaux bordeaux", "PneumoIogie33000".replacing("I", with: "l")])
    func places(password: String) {
        #expect(check(password, places: ["Cardiologie", "Pneumologie", "CHU de Bordeaux"]) == .containsName)
        #expect(check("trois girafes en pneumologie sous la pluie", places: ["Pneumologie"]) == nil)
    }

    @Test("a name within a good passphrase is no fault, and a name of one letter is none at all")
    func nameWithin() {
        #expect(check("Lefevre aime les huîtres au citron") == nil)
        #expect(check("un banal ananas à carafe", "a") == nil)
        #expect(check("FAJMA veille pendant que je dors") == nil)
    }

    @Test("fourteen characters are too few, fifteen are enough, counted as scalars after NFC")
    func length() {
        #expect(check("xkqvbwzrtpmhdg") == .tooShort)
        #expect(check("xkqvbwzrtpmhdgc") == nil)
        #expect(check("") == .tooShort)
        #expect(check("xkqvbwzrtpmhde\u{301}") == .tooShort)
        #expect(check("xkqvbwzrtpmhdge\u{301}") == nil)
        // One grapheme of many scalars is no short password by that.
        #expect(check("👩‍👩‍👧‍👦 xkqvbwzr") == nil)
    }

    @Test("1,024 bytes are the most, and a megabyte costs nothing")
    func longest() {
        let sentence = "l'infirmière boit son café tiède "
        let long = String(repeating: sentence, count: 40)
        #expect(check(String(decoding: long.utf8.prefix(1024), as: UTF8.self)) == nil)
        #expect(check(String(long.prefix(1024))) == .tooLong)
        #expect(check(String(repeating: "a", count: 1024)) == .common)
        let megabyte = String(repeating: "e\u{301}", count: 350_000)
        #expect(check(megabyte) == .tooLong)
        #expect(shortest { _ = check(megabyte) } < .milliseconds(2))
        #expect(shortest { _ = Password.normalizedIfFits(megabyte) } < .milliseconds(2))
    }

    /// Of several times, so that what else the machine does is left out.
    private func shortest(_ body: () -> Void) -> Duration {
        (0..<5).map { _ in ContinuousClock().measure(body) }.min()!
    }

    @Test("the worst password to look at takes no longer than its hash")
    func worstCase() {
        for worst in ["a", "ab", "1", "l1", "\u{FDFA}", "😀"] {
            let text = String(String(repeating: worst, count: 1024).unicodeScalars.prefix(256))
            #expect(shortest { _ = check(text, text) } < .milliseconds(500), "\(worst)")
        }
    }

    @Test("what is made for a first login is long, readable, never the same, and passes")
    func made() throws {
        let passwords = try (0..<100).map { _ in try PasswordPolicy.made() }
        #expect(Set(passwords).count == 100)
        for password in passwords {
            #expect(password.wholeMatch(of: /([a-km-z2-9]{4}-){3}[a-km-z2-9]{4}/) != nil)
            #expect(check(password) == nil)
        }
        // Every one of the 32 characters: 5 bits each.
        #expect(Set(passwords.joined()).count == 33)
    }

    @Test("every common word is folded, stands once, and is long enough to spare something")
    func table() {
        let words = CommonPasswords.list.map(String.init)
        #expect(words.count == Set(words).count, "\(Dictionary(grouping: words) { $0 }.filter { $1.count > 1 }.keys)")
        for word in words {
            #expect(word.wholeMatch(of: /[a-z0-9]{4,}/) != nil, "\(word)")
        }
    }
}
