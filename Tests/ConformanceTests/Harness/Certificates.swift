import Base
import Linux

/// Authorities and certificates that openssl makes, so that our own X.509 code proves nothing here.
final class Certificates: Sendable {
  enum Authority: String, Sendable { case client, peer }

  private let folder: ScratchFolder

  /// Makes one authority per port, server certificates for the members n1, n2 and n3 under the
  /// names `member-n1` and `peer-n1`, and client certificates: `users` are CN and O.
  init(users: [(name: String, organization: String)] = [("root", "root")]) async throws {
    folder = try ScratchFolder()
    for authority in [Authority.client, .peer] {
      try await openssl([
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-days", "2", "-subj", "/CN=\(authority.rawValue)-ca",
        "-keyout", "\(folder.path)/\(authority.rawValue)-ca.key",
        "-out", self.authority(authority),
      ])
    }
    for member in ["n1", "n2", "n3"] {
      try await issue("member-\(member)", subject: "/CN=\(member)", by: .client)
      try await issue("peer-\(member)", subject: "/CN=\(member)", by: .peer)
    }
    for user in users {
      try await issue(user.name, subject: "/O=\(user.organization)/CN=\(user.name)", by: .client)
    }
  }

  func authority(_ authority: Authority) -> String {
    "\(folder.path)/\(authority.rawValue)-ca.crt"
  }

  func certificate(_ name: String) -> String { "\(folder.path)/\(name).crt" }
  func key(_ name: String) -> String { "\(folder.path)/\(name).key" }

  private func issue(_ name: String, subject: String, by authority: Authority) async throws {
    let request = "\(folder.path)/\(name).csr"
    try await openssl([
      "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
      "-subj", subject, "-keyout", key(name), "-out", request,
    ])
    let extensions = try folder.write(
      "\(name).ext",
      "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n")
    try await openssl([
      "x509", "-req", "-in", request, "-CA", self.authority(authority),
      "-CAkey", "\(folder.path)/\(authority.rawValue)-ca.key", "-CAcreateserial", "-days", "2",
      "-extfile", extensions, "-out", certificate(name),
    ])
  }

  private func openssl(_ arguments: [String]) async throws {
    let outcome = try await Program.openssl.get().run(arguments)
    guard outcome.status == 0 else {
      throw Overdue(what: "openssl \(arguments)", seconds: 0, detail: outcome.errors)
    }
  }
}
