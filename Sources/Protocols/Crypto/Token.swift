public import Base
internal import COpenSSL
internal import JSON

/// Why a token is not believed.
public enum TokenError: Error, Hashable, Sendable {
  /// Not three parts of base64url, a header that is no JSON object, or parameters that must be
  /// understood and are not (RFC 7515 section 4.1.11).
  case malformed
  /// Signed by another algorithm than ES256; what the header calls it, empty where it does not say.
  case unsupportedAlgorithm(String)
  /// The header names a key that is not trusted.
  case unknownKey(String)
  case badSignature
}

/// Signs JSON Web Tokens by ES256: ECDSA on P-256 with SHA-256 (RFC 7515, RFC 7518 section 3.4).
public struct TokenSigner: Sendable {
  /// What the tokens' header names the key by, see `PublicKey.tokenKeyID`.
  public let keyID: String
  private let key: PrivateKey
  /// The first part of every token, with its dot.
  private let head: String

  /// Throws for a key that is not on P-256.
  public init(_ key: PrivateKey) throws(CryptoError) {
    let half = try PublicKey(of: key)
    guard half.isP256 else { throw .invalidProfile(reason: "tokens are signed on P-256 only") }
    keyID = try half.tokenKeyID()
    self.key = key
    let header: JSONValue = ["alg": "ES256", "kid": .string(keyID)]
    head = Base64.encodeURL(Bytes(header.text())) + "."
  }

  /// A token with these claims, which are the text of a JSON object (RFC 7519 section 4).
  public func token(claims: Bytes) throws(CryptoError) -> String {
    let signed = head + Base64.encodeURL(claims)
    return try signed + "." + Base64.encodeURL(ES256.signature(of: Bytes(signed), by: key))
  }
}

/// Checks the signatures of tokens against the keys that are trusted: the present one and those of
/// before, so that keys can be replaced while tokens are in use.
public struct TokenVerifier: Sendable {
  private let keys: [(id: String, key: PublicKey)]
  /// Longer ones are refused unread: no token of ours comes near.
  private static let bytesMax = 16 << 10

  /// Throws for a key that is not on P-256.
  public init(_ keys: [PublicKey]) throws(CryptoError) {
    var known: [(id: String, key: PublicKey)] = []
    for key in keys {
      guard key.isP256 else { throw .invalidProfile(reason: "tokens are signed on P-256 only") }
      known.append((try key.tokenKeyID(), key))
    }
    self.keys = known
  }

  /// The claims of a token whose signature is good, unjudged: neither times nor audiences.
  public func claims(of token: String) throws(TokenError) -> Bytes {
    guard token.utf8.count <= Self.bytesMax else { throw .malformed }
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let head = Base64.decodeURL(String(parts[0])),
      let claims = Base64.decodeURL(String(parts[1])),
      let signature = Base64.decodeURL(String(parts[2])), let header = Self.object(head),
      header["crit"] == nil, header["b64"] == nil
    else { throw .malformed }
    let algorithm = header["alg"]?.string ?? ""
    guard algorithm == "ES256" else { throw .unsupportedAlgorithm(algorithm) }
    let id = header["kid"]?.string ?? ""
    let candidates = keys.filter { id.isEmpty || $0.id == id }
    guard !candidates.isEmpty else { throw .unknownKey(id) }
    let signed = Bytes("\(parts[0]).\(parts[1])")
    guard candidates.contains(where: { ES256.isGood(signature, of: signed, by: $0.key) }) else {
      throw .badSignature
    }
    return claims
  }

  private static func object(_ bytes: Bytes) -> JSONObject? {
    do { return try JSONValue(parsing: bytes).object } catch { return nil }
  }
}

extension PublicKey {
  /// As Kubernetes names keys in tokens: the SHA-256 of SubjectPublicKeyInfo, in base64url.
  public func tokenKeyID() throws(CryptoError) -> String {
    Base64.encodeURL(Digest.hash(try der(), .sha256))
  }
}

/// Signatures as JWS has them: r and s, 32 bytes each, high byte first (RFC 7518 section 3.4).
private enum ES256 {
  private static let count = 64

  static func signature(of bytes: Bytes, by key: PrivateKey) throws(CryptoError) -> Bytes {
    var output = [UInt8](repeating: 0, count: count)
    // Safety: OpenSSL reads the borrowed bytes and writes 64 bytes during the call.
    let signed = unsafe bytes.withUnsafeBytes { input in
      unsafe output.withUnsafeMutableBufferPointer { target in
        unsafe copenssl_sign_es256(key.pointer, input.baseAddress, input.count, target.baseAddress)
      }
    }
    guard signed == 1 else { throw .library(reason: takeLibraryReason()) }
    return Bytes(output)
  }

  static func isGood(_ signature: Bytes, of bytes: Bytes, by key: PublicKey) -> Bool {
    guard signature.count == count else { return false }
    let parts = signature.array
    // Safety: OpenSSL reads the borrowed bytes, of the signature 64, during the call.
    let isGood = unsafe bytes.withUnsafeBytes { input in
      unsafe parts.withUnsafeBufferPointer { parts in
        unsafe copenssl_check_es256(
          key.pointer, input.baseAddress, input.count, parts.baseAddress) == 1
      }
    }
    // A bad signature leaves its reason in the thread's queue.
    if !isGood { ERR_clear_error() }
    return isGood
  }
}
