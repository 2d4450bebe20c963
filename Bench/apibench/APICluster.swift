import Base
import Benchmark
import Crypto
import Linux

/// The processes that are measured.
final class APICluster: Sendable {
  let control: ControlPlane
  /// Where the API server serves HTTPS.
  let address: SocketAddress
  /// An administrator's side of TLS.
  let tls: TLSContext

  init(_ plan: BenchPlan) throws {
    let folder = try plan.control.makeFolder("apibench")
    tls = try Self.makeCertificates(folder)
    let port = try ServerGroup.freePorts(1)[0]
    address = SocketAddress(.loopbackV4, port: port)
    control = try ControlPlane(
      plan.control, folder: folder, members: plan.members,
      apiServer: [
        "--bind-address", "127.0.0.1", "--secure-port", "\(port)",
        "--tls-cert-file", folder + "/server.crt", "--tls-private-key-file",
        folder + "/server.key", "--client-ca-file", folder + "/ca.crt",
      ])
  }

  private static func makeCertificates(_ folder: String) throws -> TLSContext {
    let now = Machine.wallTime()
    let day = Duration.seconds(86_400)
    let authority = try CertificateAuthority.make(
      commonName: "apibench", now: now, validity: day)
    try Files.replace(folder + "/ca.crt", with: authority.certificate.pem())
    let profiles = [
      "server": CertificateProfile(
        commonName: "apiserver", usage: .server, addresses: ["127.0.0.1"], now: now,
        validity: day),
      "admin": CertificateProfile(
        commonName: "admin", organizations: ["system:masters"], usage: .client, now: now,
        validity: day),
    ]
    for (name, profile) in profiles.sorted(by: { $0.key < $1.key }) {
      let issued = try authority.issue(profile)
      try Files.replace("\(folder)/\(name).key", with: issued.key.pem())
      try Files.replace("\(folder)/\(name).crt", with: issued.certificate.pem())
    }
    let administrator = TLSCredentials(
      certificateFile: folder + "/admin.crt", privateKeyFile: folder + "/admin.key")
    return try TLSContext(
      .client(administrator, trustedFile: folder + "/ca.crt", protocols: ["http/1.1"]))
  }

  /// By the kernel's accounts in nanoseconds, not in ticks of 10 ms.
  func serverCPU() throws -> Duration {
    guard let server = control.servers.processes.first(where: { $0.name == "apiserver" }) else {
      return .zero
    }
    // The file of the process itself is of its first thread only; workers do TLS handshakes.
    var total: Int64 = 0
    for thread in try Files.list("/proc/\(server.process.pid)/task") {
      let line = try Files.read("/proc/\(server.process.pid)/task/\(thread)/schedstat").text
      total += Int64(line.split(separator: " ").first ?? "") ?? 0
    }
    return .nanoseconds(total)
  }
}
