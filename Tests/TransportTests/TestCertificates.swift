import Base
import Crypto
import Linux

/// A folder that ends with this object.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = "/tmp/keelson-test-\(Machine.processID)-\(Machine.randomWord())"
    try Files.makeFolder(path)
  }

  deinit {
    do {
      try Files.removeTree(path)
    } catch {
      // A left-over folder under /tmp harms no test.
      return
    }
  }

  func file(_ name: String) -> String { path + "/" + name }
}

/// An authority and certificates of its making, as files.
final class TestCertificates {
  let folder: TemporaryFolder
  let authority: CertificateAuthority
  let authorityFile: String

  init(_ name: String = "test CA") throws {
    folder = try TemporaryFolder()
    authority = try CertificateAuthority.make(
      commonName: name, now: Machine.wallTime(), validity: .seconds(3600))
    authorityFile = folder.file("ca.crt")
    try Files.replace(authorityFile, with: authority.certificate.pem())
  }

  /// Issues a certificate and writes it and its key as `name`.crt and `name`.key.
  func issue(_ profile: CertificateProfile, as name: String) throws -> TLSCredentials {
    let certified = try authority.issue(profile)
    let credentials = TLSCredentials(
      certificateFile: folder.file(name + ".crt"), privateKeyFile: folder.file(name + ".key"))
    try Files.replace(credentials.privateKeyFile, with: certified.key.pem())
    try Files.replace(credentials.certificateFile, with: certified.certificate.pem())
    return credentials
  }

  /// For localhost and 127.0.0.1.
  func server(as name: String = "server") throws -> TLSCredentials {
    try issue(
      CertificateProfile(
        commonName: name, usage: .server, hostNames: ["localhost"], addresses: ["127.0.0.1"],
        now: Machine.wallTime(), validity: .seconds(3600)), as: name)
  }

  func client(
    _ commonName: String = "n1", organizations: [String] = ["node"], as name: String = "client"
  ) throws -> TLSCredentials {
    try issue(
      CertificateProfile(
        commonName: commonName, organizations: organizations, usage: .client,
        now: Machine.wallTime(), validity: .seconds(3600)), as: name)
  }
}
