import Base
import Component
import Crypto
import EventLoop
import Linux
import ReconcilerRuntime
import Registry
import StoreClient

/// A subcommand that runs reconcilers until it is told to end.
struct ComponentCommand: Sendable {
  let name: String
  /// Where health and metrics are served: the port that Kubernetes gives the component.
  let metricsAddress: String
  /// Given the PEM of `--root-ca-file`, empty without it.
  let reconcilers: @Sendable (_ rootCertificates: String) -> [any Reconciler]
  /// It makes pods and what every namespace holds, and `--only` chooses among its reconcilers.
  let isControllerManager: Bool

  func run(_ arguments: [String]) -> Int32 {
    var flags = FlagSet(command: "keelson \(name)", environmentPrefixes: ["KEELSON_"])
    flags.declareStoreFlags()
    if isControllerManager {
      let names = reconcilers("").map(\.name).joined(separator: ", ")
      flags.declare("only", .repeated, help: "these reconcilers, comma-separated, of: \(names)")
      flags.declare(
        "root-ca-file", .text,
        help: "PEM certificates of whoever vouches for the API servers: every namespace gets them "
          + "in the ConfigMap kube-root-ca.crt")
    }
    flags.declare(
      "metrics-address", .text, default: metricsAddress,
      help: "where /healthz, /livez, /readyz and /metrics are served; port 0 takes a free one")
    flags.declare(
      "leader-elect-lease-duration", .duration, default: "10s",
      help: "how long a leader that died keeps its place, in whole seconds")
    flags.declare("log-level", .text, default: "info", help: "debug, info, warn or error")
    return runCommand(flags, arguments, environment: environmentVariables()) { values in
      guard let certificates = rootCertificates(values),
        let chosen = choose(reconcilers(certificates), values)
      else { return 2 }
      guard let address = Self.address(values.text("metrics-address")) else {
        complain("--metrics-address: expected an IP address and a port, such as 127.0.0.1:10257")
        return 2
      }
      guard let level = LogLevel(name: values.text("log-level")) else {
        complain("--log-level: expected debug, info, warn or error")
        return 2
      }
      let lease = values.duration("leader-elect-lease-duration")
      guard lease >= .seconds(2), lease <= .seconds(600) else {
        complain("--leader-elect-lease-duration: 2s to 10m")
        return 2
      }
      return serve(values, chosen, on: address, logger: Logger(name, minimum: level))
    }
  }

  /// nil, said why, where `--only` names what is not there.
  private func choose(
    _ reconcilers: [any Reconciler], _ values: FlagValues
  ) -> [any Reconciler]? {
    guard isControllerManager, values.isGiven("only") else { return reconcilers }
    let wanted = values.repeated("only").flatMap { $0.split(separator: ",").map(String.init) }
    let names = reconcilers.map(\.name)
    for name in wanted where !names.contains(name) {
      let hint = Spelling.nearest(to: name, among: names).map { "; did you mean \($0)?" } ?? ""
      complain(
        "--only: no reconciler \"\(name)\"\(hint) There are: \(names.joined(separator: ", "))")
      return nil
    }
    if wanted.isEmpty {
      complain("--only: expected names of reconcilers: \(names.joined(separator: ", "))")
      return nil
    }
    return reconcilers.filter { wanted.contains($0.name) }
  }

  /// nil, said why, where the file cannot be read or holds something else.
  private func rootCertificates(_ values: FlagValues) -> String? {
    guard isControllerManager, values.isGiven("root-ca-file") else { return "" }
    let path = values.text("root-ca-file")
    do throws(Errno) {
      let pem = try Files.read(path)
      do throws(CryptoError) {
        _ = try Certificate(pem: pem)
        return pem.text
      } catch {
        complain("--root-ca-file: \(path): no PEM certificate")
        return nil
      }
    } catch {
      complain("--root-ca-file: \(path): \(error)")
      return nil
    }
  }

  private static func address(_ text: String) -> SocketAddress? {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("[") && host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    return IPAddress(String(host)).map { SocketAddress($0, port: port) }
  }

  private func serve(
    _ values: FlagValues, _ chosen: [any Reconciler], on address: SocketAddress, logger: Logger
  ) -> Int32 {
    do {
      let loop = try EventLoop()
      let ending = Ending(loop: loop) {
        logger.info("told to end; candidates are withdrawn")
      }
      // Before any other thread runs: it must not take the signals.
      let signals = try SignalSource([.terminate, .interrupt], loop: loop) { _ in ending.begin() }
      Signal.pipe.ignore()
      let client = try StoreClient(
        endpoints: values.storeEndpoints, credentials: values.storeCredentials, loop: loop)
      var configuration = ControlComponent.Configuration(
        identity: "\(name)-\(Machine.processID)", reconcilers: chosen,
        entropy: Machine.randomWord())
      configuration.hasServiceAccounts = isControllerManager
      configuration.leaseSeconds =
        values.duration("leader-elect-lease-duration").milliseconds / 1000
      let process = ComponentProcess(
        configuration, client: client, loop: loop, logger: logger)
      let port = try ComponentPort(process, on: address, loop: loop, logger: logger)
      logger.info(
        "\(name) runs",
        [
          "reconcilers": chosen.map(\.name).joined(separator: ","), "metrics": port.address,
          "pid": Machine.processID,
        ])
      ending.stop = process.stop
      process.start()
      loop.run()
      port.close()
      signals.close()
      return 0
    } catch {
      complain("\(name): \(error)")
      return 1
    }
  }
}
