import Base
import Linux
import NodeAgent

/// The folder D of `keelson up`: everything that a cluster on this host keeps.
///
///     cluster.json             what was asked for, and the ports that were free then
///     certificate-roles.json   who may read and write which keys
///     client.json              where the store is and with which certificate to ask it
///     kubeconfig               where the API servers are, for kubectl, with its certificate in it
///     pki/                     a CA per port, and the certificates that they signed
///     store/<member>/          data of the members
///     nodes/<node>/            the agents' pods
///     run/                     processes.json, and who runs
///     logs/<process>.log
struct ClusterFolder: Hashable, Sendable {
  let path: String

  /// `path` is made absolute: processes that run elsewhere are given it.
  init(_ path: String) throws(Errno) {
    if path.hasPrefix("/") {
      self.path = path
    } else {
      self.path = try Files.linkTarget("/proc/self/cwd") + "/" + path
    }
  }

  /// `$KEELSON_DIR`, else `/var/lib/keelson` for root, else `~/.keelson`.
  static var defaultPath: String {
    if let chosen = Machine.environmentValue("KEELSON_DIR"), !chosen.isEmpty { return chosen }
    if Machine.userID == 0 { return "/var/lib/keelson" }
    return (Machine.environmentValue("HOME") ?? ".") + "/.keelson"
  }

  var clusterFile: String { path + "/cluster.json" }
  var rolesFile: String { path + "/certificate-roles.json" }
  var clientFile: String { path + "/client.json" }
  var kubeconfig: String { path + "/kubeconfig" }
  var pki: String { path + "/pki" }
  var logs: String { path + "/logs" }
  var run: String { path + "/run" }
  var processesFile: String { run + "/processes.json" }
  var superviseLock: String { run + "/supervise.lock" }
  var upLock: String { run + "/up.lock" }

  func data(of member: String) -> String { "\(path)/store/\(member)" }
  func node(_ name: String) -> String { "\(path)/nodes/\(name)" }
  /// Names the agent's process while it has a session with the store.
  func session(of node: String) -> String {
    self.node(node) + "/" + AgentConfiguration.sessionName
  }
  func log(of process: String) -> String { "\(logs)/\(process).log" }
  /// Who runs as this process: pid, start time and boot.
  func identity(of process: String) -> String { "\(run)/\(process).pid" }

  /// Certificate and key by name, such as `clients/n1`.
  func certificate(_ name: String) -> String { "\(pki)/\(name).crt" }
  func key(_ name: String) -> String { "\(pki)/\(name).key" }

  func publicKey(_ name: String) -> String { "\(pki)/\(name).pub" }

  func make() throws(Errno) {
    for folder in [
      path, pki, pki + "/clients", pki + "/members", pki + "/api", pki + "/agents", logs, run,
      path + "/store",
      path + "/nodes",
    ] {
      try Files.makeFolders(folder)
    }
  }
}
