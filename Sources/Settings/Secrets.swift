public import Access

extension Settings {
    /// What signs and checks the tokens of accounts.
    public func tokens() throws -> Tokens {
        try Tokens(secret: secret(secretFile()), alsoAccepted: secondSecretFile.map(secret))
    }

    /// What signs the messages to the webhook.
    public func webhookSecret() throws -> SigningSecret { try secret(webhookSecretFile()) }

    /// - Parameter path: a file, or one of systemd's credentials.
    public func secret(_ path: String) throws(SecretError) -> SigningSecret {
        try SigningSecret(file: path, credentialsDirectory: credentialsDirectory)
    }
}
