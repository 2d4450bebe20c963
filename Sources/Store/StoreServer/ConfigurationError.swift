/// Why a member cannot be started with what it was told.
public enum ConfigurationError: Error, Hashable, Sendable {
  public enum URLFault: Hashable, Sendable {
    case scheme, hostAndPort, path
  }

  /// What Go's time.ParseDuration finds wrong with a text, and what this store does.
  public enum RetentionFault: Hashable, Sendable {
    case invalidDuration(String)
    case missingUnit(String)
    case unknownUnit(String, String)
    case belowZero(String)
    case notRevisions(String)
  }

  case invalidURL(String, URLFault)
  /// An element of `--initial-cluster` is not `name=url`.
  case malformedInitialCluster(String)
  case localNameMissing(String)
  case advertisedNotInCluster(name: String, advertised: [String], initialCluster: [String])
  case duplicatePeerURLs(String)
  case advertiseClientURLsRequired
  case expectedAddressToBind(String)
  case electionTooShort(electionMilliseconds: Int64, heartbeatMilliseconds: Int64)
  case electionTooLong(electionMilliseconds: Int64)
  case notPositive(flag: String)
  case tooLarge(flag: String, max: Int)
  case tooShort(flag: String, minimumMilliseconds: Int64)
  case notAFlag(String)
  case unknownClusterState(String)
  case compactionModeUndefined
  case unknownCompactionMode(String)
  case compactionRetention(RetentionFault)
  /// A TLS file is named while its partners are not.
  case incompleteTLS(missing: String, because: String)
}

extension ConfigurationError: CustomStringConvertible {
  /// etcd's words where etcd has any.
  public var description: String {
    switch self {
    case .invalidURL(let text, .scheme):
      "URL scheme must be http or https: \(text)"
    case .invalidURL(let text, .hostAndPort):
      "URL address does not have the form \"host:port\": \(text)"
    case .invalidURL(let text, .path):
      "URL must not contain a path: \(text)"
    case .malformedInitialCluster(let text):
      "error setting up initial cluster: \"\(text)\" is not name=url"
    case .localNameMissing(let name):
      "couldn't find local name \"\(name)\" in the initial cluster configuration"
    case .advertisedNotInCluster(let name, let advertised, let initialCluster):
      "--initial-cluster must include \(name)=\(advertised.joined(separator: ",\(name)=")) "
        + "given --initial-advertise-peer-urls=\(advertised.joined(separator: ",")); "
        + "it says \(initialCluster.joined(separator: ","))"
    case .duplicatePeerURLs(let url):
      "--initial-cluster has the peer URL \(url) twice"
    case .advertiseClientURLsRequired:
      "--advertise-client-urls is required when --listen-client-urls is set explicitly"
    case .expectedAddressToBind(let url):
      "expected IP in URL for binding (\(url))"
    case .electionTooShort(let election, let heartbeat):
      "--election-timeout[\(election)ms] should be at least as 5 times as "
        + "--heartbeat-interval[\(heartbeat)ms]"
    case .electionTooLong(let election):
      "--election-timeout[\(election)ms] is too long, and should be set less than 50000ms"
    case .notPositive(let flag):
      "--\(flag) must be above zero"
    case .tooLarge(let flag, let max):
      "--\(flag) must be at most \(max)"
    case .tooShort(let flag, let minimum):
      "--\(flag) must be at least \(minimum)ms"
    case .notAFlag(let operand):
      "'\(operand)' is not a valid flag"
    case .unknownClusterState(let state):
      "--initial-cluster-state \"\(state)\": it must be new or existing"
    case .compactionModeUndefined:
      "undefined auto-compaction-mode"
    case .unknownCompactionMode(let mode):
      "unknown auto-compaction-mode \"\(mode)\""
    case .compactionRetention(let fault):
      "error parsing CompactionRetention: \(fault)"
    case .incompleteTLS(let missing, let because):
      "--\(missing) is required: \(because)"
    }
  }
}

extension ConfigurationError.RetentionFault: CustomStringConvertible {
  /// Go's words where Go has any.
  public var description: String {
    switch self {
    case .invalidDuration(let text): "time: invalid duration \"\(text)\""
    case .missingUnit(let text): "time: missing unit in duration \"\(text)\""
    case .unknownUnit(let unit, let text):
      "time: unknown unit \"\(unit)\" in duration \"\(text)\""
    case .belowZero(let text): "\"\(text)\" is below zero"
    case .notRevisions(let text): "\"\(text)\" is no number of revisions"
    }
  }
}
