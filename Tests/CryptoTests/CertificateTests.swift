import Base
import Crypto
import Linux
import Testing

@Suite struct `Certificates as openssl reads them` {
  private let tool: OpenSSLTool
  private let authority: CertificateAuthority

  init() throws {
    tool = try OpenSSLTool()
    authority = try CertificateAuthority.make(
      commonName: "store CA", now: Machine.wallTime(), validity: .seconds(86_400 * 3650))
    _ = try tool.write("ca.crt", authority.certificate.pem())
  }

  private func profile(_ usage: CertificateProfile.Usage) -> CertificateProfile {
    CertificateProfile(
      commonName: "m1", organizations: ["root", "team é"], usage: usage,
      hostNames: ["localhost", "*.store.example", "m_1"], addresses: ["127.0.0.1", "::1"],
      now: Machine.wallTime(), validity: .seconds(86_400))
  }

  private func verify(_ file: String, _ options: [String]) throws -> Bool {
    let run = try tool.run(
      ["verify", "-x509_strict", "-CAfile", "ca.crt"] + options + [file])
    return run.code == 0
  }

  @Test func `a chain holds for its names and its purpose only`() throws {
    let issued = try authority.issue(profile(.server))
    let file = try tool.write("server.crt", issued.certificate.pem())
    #expect(try verify(file, ["-purpose", "sslserver", "-verify_hostname", "localhost"]))
    #expect(try verify(file, ["-purpose", "sslserver", "-verify_hostname", "a.store.example"]))
    #expect(try verify(file, ["-purpose", "sslserver", "-verify_ip", "127.0.0.1"]))
    #expect(try verify(file, ["-purpose", "sslserver", "-verify_ip", "::1"]))
    #expect(try !verify(file, ["-verify_hostname", "elsewhere"]))
    #expect(try !verify(file, ["-verify_ip", "127.0.0.2"]))
    #expect(try !verify(file, ["-purpose", "sslclient"]))
  }

  @Test func `a client's certificate is for clients, both for both`() throws {
    let client = try tool.write("c.crt", authority.issue(profile(.client)).certificate.pem())
    #expect(try verify(client, ["-purpose", "sslclient"]))
    #expect(try !verify(client, ["-purpose", "sslserver"]))
    let both = try tool.write("b.crt", authority.issue(profile(.both)).certificate.pem())
    #expect(try verify(both, ["-purpose", "sslclient"]))
    #expect(try verify(both, ["-purpose", "sslserver"]))
  }

  @Test func `validity ends when it should`() throws {
    let now = Machine.wallTime()
    let issued = try authority.issue(profile(.server))
    let file = try tool.write("server.crt", issued.certificate.pem())
    let seconds = now.milliseconds / 1000
    #expect(try verify(file, ["-attime", "\(seconds - 3500)"]))
    #expect(try !verify(file, ["-attime", "\(seconds - 3700)"]))
    #expect(try verify(file, ["-attime", "\(seconds + 86_300)"]))
    #expect(try !verify(file, ["-attime", "\(seconds + 86_500)"]))
    #expect(abs(issued.certificate.notAfter.milliseconds / 1000 - seconds - 86_400) <= 1)
  }

  @Test func `an end certificate signs nothing`() throws {
    let leaf = try authority.issue(profile(.both))
    let impostor = CertificateAuthority(certificate: leaf.certificate, key: leaf.key)
    let forged = try impostor.issue(profile(.server))
    _ = try tool.write("leaf.crt", leaf.certificate.pem())
    let file = try tool.write("forged.crt", forged.certificate.pem())
    #expect(try !verify(file, ["-untrusted", "leaf.crt"]))
  }

  @Test func `the text shows subject, key and extensions`() throws {
    let issued = try authority.issue(profile(.both))
    let file = try tool.write("m1.crt", issued.certificate.pem())
    let text = try tool.run(
      ["x509", "-in", file, "-noout", "-text", "-nameopt", "utf8,sep_comma_plus_space"]).output
    #expect(text.contains("Subject: O=root, O=team é, CN=m1"))
    #expect(text.contains("ASN1 OID: prime256v1"))
    #expect(text.contains("Signature Algorithm: ecdsa-with-SHA256"))
    #expect(text.contains("Version: 3 (0x2)"))
    #expect(text.contains("CA:FALSE"))
    #expect(
      text.contains(
        "DNS:localhost, DNS:*.store.example, DNS:m_1, IP Address:127.0.0.1, "
          + "IP Address:0:0:0:0:0:0:0:1"))
    let key = try tool.write("m1.key", issued.key.pem())
    let pair = try tool.run(["x509", "-in", file, "-noout", "-pubkey"]).output
    #expect(try tool.run(["pkey", "-in", key, "-pubout"]).output == pair)
  }

  @Test func `two serial numbers differ`() throws {
    let numbers = try (0..<2).map { number in
      let file = try tool.write(
        "s\(number).crt", authority.issue(profile(.client)).certificate.pem())
      return try tool.run(["x509", "-in", file, "-noout", "-serial"]).output
    }
    #expect(numbers[0] != numbers[1])
    #expect(numbers[0].count == "serial=".count + 32 + 1)
  }

  @Test func `what openssl made is read`() throws {
    let made = try tool.run([
      "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k.pem", "-out", "c.pem",
      "-subj", "/O=first/O=second/CN=someone", "-days", "1",
    ])
    #expect(made.code == 0, "\(made.output)")
    let certificate = try Certificate(pem: Files.read(tool.path("c.pem")))
    #expect(
      certificate.identity
        == CertificateIdentity(commonName: "someone", organizations: ["first", "second"]))
    let key = try PrivateKey(pem: Files.read(tool.path("k.pem")))
    let again = try tool.write("again.pem", key.pem())
    #expect(
      try tool.run(["pkey", "-in", again, "-pubout"]).output
        == tool.run(["pkey", "-in", "k.pem", "-pubout"]).output)
  }

  @Test func `an encrypted key is refused without a prompt`() throws {
    _ = try tool.run(["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "k.pem"])
    let made = try tool.run([
      "pkcs8", "-topk8", "-in", "k.pem", "-out", "locked.pem", "-passout", "pass:secret",
    ])
    #expect(made.code == 0, "\(made.output)")
    #expect(throws: CryptoError.self) {
      _ = try PrivateKey(pem: Files.read(self.tool.path("locked.pem")))
    }
  }

  @Test func `a certificate reads back as it was made`() throws {
    let issued = try authority.issue(profile(.both))
    let again = try Certificate(pem: issued.certificate.pem())
    #expect(
      again.identity == CertificateIdentity(commonName: "m1", organizations: ["root", "team é"]))
    #expect(try again.pem() == issued.certificate.pem())
  }

  @Test(arguments: ["a,DNS:evil", "", "a b", "a\u{0}b", "-\n", "a/b"])
  func `a name that would be another extension is refused`(_ name: String) {
    var bad = profile(.server)
    bad.hostNames = [name]
    guard !name.isEmpty else {
      #expect(throws: CryptoError.self) { try self.authority.issue(bad) }
      return
    }
    #expect(throws: CryptoError.invalidProfile(reason: "DNS:\(name) is no host name or address")) {
      try self.authority.issue(bad)
    }
  }

  @Test func `a subject that X.509 forbids is refused`() {
    for name in ["", "a\0b", String(repeating: "x", count: 65)] {
      var bad = profile(.client)
      bad.commonName = name
      #expect(throws: CryptoError.self) { try self.authority.issue(bad) }
    }
  }

  @Test func `seeded mutations of PEM never trap`() throws {
    let pem = try authority.certificate.pem().array
    var generator = PRNG(seed: 1)
    var refused = 0
    for _ in 0..<500 {
      var bytes = pem
      for _ in 0...generator.below(5) {
        bytes[generator.below(bytes.count)] = UInt8(truncatingIfNeeded: generator.next())
      }
      do {
        _ = try Certificate(pem: Bytes(bytes)).identity
      } catch {
        refused += 1
      }
    }
    #expect(refused > 250)
    #expect(throws: CryptoError.self) { _ = try Certificate(pem: Bytes()) }
  }
}

@Suite struct `Digests` {
  // FIPS 180-4 examples: "abc", the 448-bit message, and a million times "a".
  @Test func `the standard's examples come out`() {
    let long = Bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
    #expect(
      Hex.encode(Digest.hash("abc", .sha1)) == "a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(Hex.encode(Digest.hash(long, .sha1)) == "84983e441c3bd26ebaae4aa1f95129e5e54670f1")
    #expect(
      Hex.encode(Digest.hash("abc", .sha256))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      Hex.encode(Digest.hash(long, .sha256))
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    #expect(
      Hex.encode(Digest.hash(Bytes(), .sha256))
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    let digest = Digest(.sha256)
    for _ in 0..<1000 { digest.update(Bytes(Array(repeating: 97, count: 1000))) }
    #expect(
      Hex.encode(digest.finish())
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func `random bytes differ`() {
    #expect(SecureRandom.bytes(32) != SecureRandom.bytes(32))
    #expect(SecureRandom.bytes(0).isEmpty)
  }
}
