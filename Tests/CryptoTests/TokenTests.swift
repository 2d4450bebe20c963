import Base
import Crypto
import JSON
import Linux
import Testing

@Suite struct `Tokens signed on P-256` {
  // RFC 7515 appendix A.3: the key as PEM, and the token.
  private static let rfcKey: Bytes = """
    -----BEGIN PUBLIC KEY-----
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7
    6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==
    -----END PUBLIC KEY-----
    """
  private static let rfcToken =
    "eyJhbGciOiJFUzI1NiJ9"
    + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
    + "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
    + "pmWQxfKTUJqPP3-Kg6NU1Q"

  // Made by PyJWT 2 with a key of the Python package cryptography, `kid` as Kubernetes derives it.
  private static let foreignKey: Bytes = """
    -----BEGIN EC PRIVATE KEY-----
    MHcCAQEEIBKqVQuiku07Rl4g4gtJIkJaSVAWohwzlE6OcYBqJu9AoAoGCCqGSM49
    AwEHoUQDQgAEMzQbH5GZ6oeBQ4Gb83mj8nuE5AhXy+x8+vyOIsDsDCiyMXlU3Dp/
    c7GYJscE8+hljif8llahva8LA9/xcQyohA==
    -----END EC PRIVATE KEY-----
    """
  private static let foreignKeyID = "ZshI8bARF9PHiRV-6R3H2MIJWEjn2-jYAjRKsjjqkqM"
  private static let foreignToken =
    "eyJhbGciOiJFUzI1NiIsImtpZCI6IlpzaEk4YkFSRjlQSGlSVi02UjNIMk1JSldF"
    + "am4yLWpZQWpSS3NqanFrcU0iLCJ0eXAiOiJKV1QifQ"
    + ".eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQ6ZGVmYXVsdDpkZWZhdWx0Iiwi"
    + "YXVkIjpbImEiXX0"
    + ".-_rkLK9EHjZMMDa5P2-Ckz8fPTjOf8jKHjAtdlV1SepkIiJSv1OE7EXY0tYGU2rT"
    + "rb9nBZamcjk9qj6FRLOkxg"
  // HS256, by PyJWT.
  private static let symmetricToken =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ4In0"
    + ".p9thiaOuleyR6jmQVJZa8KDs4lgnHGP-rN07m631q2c"
  private static let curveP384: Bytes = """
    -----BEGIN PUBLIC KEY-----
    MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEJTROKW9r3oJzegEcy3wDcX9TrW4PBM0K
    yNLIzagQP+H9yNMz40zQVay8dy5TO0el1nYmPAXrl10nVIP4h4TR3LZojsHmNZeh
    GaO5fxxquJc8VWPtYwjD3siOs+COWxM4
    -----END PUBLIC KEY-----
    """

  @Test func `the RFC's token is believed under the RFC's key`() throws {
    let verifier = try TokenVerifier([PublicKey(pem: Self.rfcKey)])
    let claims = try JSONValue(parsing: verifier.claims(of: Self.rfcToken))
    #expect(claims["iss"]?.string == "joe")
    #expect(claims["exp"]?.int64 == 1_300_819_380)
  }

  @Test func `a token of PyJWT is believed, by its key or without one named`() throws {
    let key = try PublicKey(pem: Self.foreignKey)
    #expect(try key.tokenKeyID() == Self.foreignKeyID)
    let other = try PublicKey(pem: Self.rfcKey)
    let claims = try TokenVerifier([other, key]).claims(of: Self.foreignToken)
    #expect(
      try JSONValue(parsing: claims)["sub"]?.string == "system:serviceaccount:default:default")
    // The RFC's token names no key: each is tried.
    #expect(throws: Never.self) { try TokenVerifier([key, other]).claims(of: Self.rfcToken) }
    #expect(throws: TokenError.unknownKey(Self.foreignKeyID)) {
      try TokenVerifier([other]).claims(of: Self.foreignToken)
    }
    #expect(throws: TokenError.badSignature) {
      try TokenVerifier([key]).claims(of: Self.rfcToken)
    }
  }

  @Test func `openssl finds our signature good`() throws {
    let tool = try OpenSSLTool()
    let key = try PrivateKey.generate()
    let token = try TokenSigner(key).token(claims: #"{"sub":"alice"}"#)
    let parts = token.split(separator: ".").map(String.init)
    let signature = try #require(Base64.decodeURL(parts[2]))
    #expect(signature.count == 64)
    _ = try tool.write("key.pem", PublicKey(of: key).pem())
    _ = try tool.write("signed", Bytes("\(parts[0]).\(parts[1])"))
    _ = try tool.write("signature", Self.der(signature))
    let run = try tool.run(
      ["dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "signed"])
    #expect(run.output == "Verified OK\n")
    let head = try JSONValue(parsing: #require(Base64.decodeURL(parts[0])))
    #expect(head == ["alg": "ES256", "kid": .string(try PublicKey(of: key).tokenKeyID())])
  }

  /// ECDSA-Sig-Value (RFC 3279 section 2.2.3) by hand.
  private static func der(_ signature: Bytes) -> Bytes {
    func integer(_ bytes: [UInt8]) -> [UInt8] {
      var digits = Array(bytes.drop { $0 == 0 })
      if digits.first.map({ $0 >= 0x80 }) ?? true { digits.insert(0, at: 0) }
      return [2, UInt8(digits.count)] + digits
    }
    let content = integer(signature.prefix(32).array) + integer(signature.dropFirst(32).array)
    return Bytes([0x30, UInt8(content.count)] + content)
  }

  @Test func `keys of before are believed beside the present one`() throws {
    let old = try PrivateKey.generate()
    let new = try PrivateKey.generate()
    let verifier = try TokenVerifier([PublicKey(of: new), PublicKey(of: old)])
    for key in [old, new] {
      let token = try TokenSigner(key).token(claims: "{}")
      #expect(try verifier.claims(of: token) == "{}")
    }
    let token = try TokenSigner(old).token(claims: "{}")
    #expect(throws: TokenError.self) {
      try TokenVerifier([PublicKey(of: new)]).claims(of: token)
    }
  }

  @Test func `what is signed otherwise, or not at all, is not believed`() throws {
    let verifier = try TokenVerifier([PublicKey(pem: Self.rfcKey)])
    #expect(throws: TokenError.unsupportedAlgorithm("HS256")) {
      try verifier.claims(of: Self.symmetricToken)
    }
    // {"alg":"none"}
    #expect(throws: TokenError.unsupportedAlgorithm("none")) {
      try verifier.claims(of: "eyJhbGciOiJub25lIn0.e30.")
    }
    for token in ["", ".", "..", "a.b.c", "e30.e30", "e30.e30.e30.e30", "W10.e30.e30"] {
      #expect(throws: TokenError.malformed) { try verifier.claims(of: token) }
    }
    // {"alg":"ES256","crit":["x"]}
    #expect(throws: TokenError.malformed) {
      try verifier.claims(of: "eyJhbGciOiJFUzI1NiIsImNyaXQiOlsieCJdfQ.e30.e30")
    }
    #expect(throws: TokenError.malformed) {
      try verifier.claims(of: String(repeating: "a", count: 1 << 20))
    }
  }

  @Test func `no byte of a token can be another`() throws {
    let verifier = try TokenVerifier([PublicKey(pem: Self.foreignKey)])
    let bytes = Array(Self.foreignToken.utf8)
    var random = PRNG(seed: 7)
    for place in bytes.indices {
      var changed = bytes
      repeat { changed[place] = UInt8(33 + random.below(94)) } while changed == bytes
      let token = String(decoding: changed, as: UTF8.self)
      #expect(throws: TokenError.self) { try verifier.claims(of: token) }
    }
  }

  @Test func `keys of other curves and texts that are no keys are refused`() throws {
    #expect(throws: CryptoError.self) { try TokenVerifier([PublicKey(pem: Self.curveP384)]) }
    #expect(throws: CryptoError.self) { try PublicKey(pem: "no key") }
    #expect(throws: CryptoError.self) { try PublicKey(pem: "") }
  }
}
