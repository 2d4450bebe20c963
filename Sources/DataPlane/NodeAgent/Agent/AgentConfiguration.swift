public import Node

/// What one node agent is told at its start.
public struct AgentConfiguration: Sendable {
  public var node: String
  /// Everything the agent and its pods' supervisors keep lies below it.
  public var folder: String
  /// What the node reports as its InternalIP.
  public var address: String
  public var backoff: RestartBackoff
  /// The program whose `pod-supervisor` is started for each pod.
  public var executable: String
  /// Nil: the node serves no logs.
  public var logPort: LogPortConfiguration?

  /// Without a renewal for this long the store drops the heartbeat; renewed each third of it.
  public static let leaseSeconds: Int64 = 10

  public init(
    node: String, folder: String, address: String, backoff: RestartBackoff = RestartBackoff(),
    executable: String
  ) {
    self.node = node
    self.folder = folder
    self.address = address
    self.backoff = backoff
    self.executable = executable
  }

  /// Names the agent's process while it has a session with the store.
  public static let sessionName = "session"

  var sessionPath: String { folder + "/" + Self.sessionName }
  var podsFolder: String { folder + "/pods" }
  var lockPath: String { folder + "/lock" }
  /// The lease under which this node's heartbeat stands, for the next start.
  var leasePath: String { folder + "/lease" }
}
