/// The version of FAJMA, `MAJOR.MINOR.PATCH` (https://semver.org): the text of the file `VERSION` at the root of the repository, the one place
/// where it is written.
public enum Version {
    public static let current = EmbeddedText.version.map(\.text).joined().filter { !$0.isWhitespace }
}
