import COpenSSL

/// The only file that calls OpenSSL. Pointers stay inside `withUnsafe…`.

/// Why OpenSSL could not do what was asked: no entropy, no memory, or a parameter that it refuses.
public struct CryptoError: Error, CustomStringConvertible {
    public let description: String
}

public enum Random {
    /// `count` bytes of OpenSSL's generator for secrets.
    public static func bytes(_ count: Int) throws(CryptoError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let done = bytes.withUnsafeMutableBufferPointer { RAND_bytes($0.baseAddress, Int32($0.count)) }
        guard done == 1 else { throw CryptoError(description: "OpenSSL has no random bytes") }
        return bytes
    }
}

/// SHA-256, 32 bytes.
public func sha256(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_LENGTH)) { digest, count in
        // NULL only when the process has no memory left or libcrypto has no SHA-256: nothing could go on then.
        precondition(SHA256(bytes, bytes.count, digest.baseAddress) != nil, "OpenSSL computes no SHA-256")
        count = Int(SHA256_DIGEST_LENGTH)
    }
}

/// HMAC-SHA-256, 32 bytes.
func hmacSHA256(key: [UInt8], _ message: some Collection<UInt8>) -> [UInt8] {
    let message = Array(message)
    return [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_LENGTH)) { digest, count in
        var size: UInt32 = 0
        let done = HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, digest.baseAddress, &size)
        // As above: no memory, or no SHA-256.
        precondition(done != nil && size == UInt32(SHA256_DIGEST_LENGTH), "OpenSSL computes no HMAC")
        count = Int(size)
    }
}

/// Whether two byte strings are equal, in a time that tells only their lengths.
func equalInConstantTime(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0
}

/// scrypt (RFC 7914): `cost` is N, a power of two. Takes 128 · N · r bytes of memory while it runs.
func scrypt(
    _ password: [UInt8], salt: [UInt8], cost: Int, blockSize: Int, parallelism: Int, length: Int
) throws(CryptoError) -> [UInt8] {
    var key = [UInt8](repeating: 0, count: length)
    // OpenSSL's own limit is 32 MiB, which is what N = 2^15 needs before its few extra blocks.
    let memory = UInt64(128 * blockSize * (cost + parallelism + 2))
    // One byte longer than the password: an empty array may have no address, and with NULL OpenSSL derives nothing.
    let padded = password.map { CChar(bitPattern: $0) } + [0]
    let done = key.withUnsafeMutableBufferPointer { key in
        EVP_PBE_scrypt(
            padded, password.count, salt, salt.count,
            UInt64(cost), UInt64(blockSize), UInt64(parallelism), memory, key.baseAddress, key.count)
    }
    guard done == 1 else { throw CryptoError(description: "OpenSSL refuses the scrypt parameters or has no memory") }
    return key
}

/// PBKDF2 (RFC 8018) with HMAC-SHA-256.
func pbkdf2SHA256(_ password: [UInt8], salt: [UInt8], iterations: Int, length: Int) throws(CryptoError) -> [UInt8] {
    var key = [UInt8](repeating: 0, count: length)
    // As above: an empty array may have no address.
    let padded = password.map { CChar(bitPattern: $0) } + [0]
    let done = key.withUnsafeMutableBufferPointer { key in
        PKCS5_PBKDF2_HMAC(
            padded, Int32(password.count), salt, Int32(salt.count), Int32(iterations), EVP_sha256(), Int32(key.count), key.baseAddress)
    }
    guard done == 1 else { throw CryptoError(description: "OpenSSL refuses the PBKDF2 parameters or has no memory") }
    return key
}
