public import EtcdAPI

/// One of the checks that `/livez` and `/readyz` are made of; names are etcd's.
public enum HealthCheck: String, Hashable, Sendable, CaseIterable {
  case dataCorruption = "data_corruption"
  case serializableRead = "serializable_read"
  case linearizableRead = "linearizable_read"
  case nonLearner = "non_learner"

  /// In the order in which etcd lists them.
  static let live: [HealthCheck] = [.serializableRead]
  static let ready: [HealthCheck] = [
    .dataCorruption, .serializableRead, .linearizableRead, .nonLearner,
  ]
}

/// A question about a member's health, as an HTTP request asks it.
public enum HealthRequest: Hashable, Sendable {
  /// `/health?serializable=&exclude=ALARM`: one JSON object.
  case health(serializable: Bool, excludedAlarms: [String])
  /// `/livez`, `/readyz` and `/readyz/<check>`: lines of text.
  case checks([HealthCheck], verbose: Bool)

  /// The read that has to be tried before the question can be answered.
  public enum Read: Hashable, Sendable {
    case serializable, linearizable
  }

  /// nil where `path` names no health endpoint.
  public init?(path: String, query: String) {
    let parameters = Self.parameters(query)
    let excluded = parameters.filter { $0.name == "exclude" }.map(\.value)
    let isVerbose = parameters.contains { $0.name == "verbose" }
    if path == "/health" {
      let serializable = parameters.first { $0.name == "serializable" }?.value == "true"
      self = .health(serializable: serializable, excludedAlarms: excluded)
      return
    }
    for (root, checks) in [("/livez", HealthCheck.live), ("/readyz", HealthCheck.ready)] {
      if path == root {
        self = .checks(checks.filter { !excluded.contains($0.rawValue) }, verbose: isVerbose)
        return
      }
      if path.hasPrefix(root + "/"),
        let check = checks.first(where: { $0.rawValue == path.dropFirst(root.count + 1) })
      {
        self = .checks([check], verbose: isVerbose)
        return
      }
    }
    return nil
  }

  public var reads: [Read] {
    switch self {
    case .health(let serializable, _):
      return [serializable ? .serializable : .linearizable]
    case .checks(let checks, _):
      var reads: [Read] = []
      if checks.contains(.serializableRead) { reads.append(.serializable) }
      if checks.contains(.linearizableRead) { reads.append(.linearizable) }
      return reads
    }
  }

  /// Percent escapes are left as they are: no name or value that counts has any.
  private static func parameters(_ query: String) -> [(name: Substring, value: String)] {
    query.split(separator: "&").map { part in
      guard let equals = part.firstIndex(of: "=") else { return (part, "") }
      return (part[..<equals], String(part[part.index(after: equals)...]))
    }
  }
}

/// What is known when a health question is answered.
public struct HealthFindings: Hashable, Sendable {
  public var alarms: [AlarmType]
  public var hasLeader: Bool
  public var isLearner: Bool
  /// How the reads that were asked for ended.
  public var serializable: EtcdStatus
  public var linearizable: EtcdStatus

  public init(
    alarms: [AlarmType], hasLeader: Bool, isLearner: Bool, serializable: EtcdStatus = .ok,
    linearizable: EtcdStatus = .ok
  ) {
    self.alarms = alarms
    self.hasLeader = hasLeader
    self.isLearner = isLearner
    self.serializable = serializable
    self.linearizable = linearizable
  }
}

/// A small HTTP response.
public struct PlainAnswer: Hashable, Sendable {
  public let status: UInt16
  public let contentType: String
  public let body: String

  public init(status: UInt16, contentType: String, body: String) {
    self.status = status
    self.contentType = contentType
    self.body = body
  }

  static let text = "text/plain; charset=utf-8"
  static let json = "application/json"
}

extension HealthRequest {
  /// The answer, in etcd's words: status 200 where all is well, 503 where not.
  public func answer(_ findings: HealthFindings) -> PlainAnswer {
    switch self {
    case .health(let serializable, let excludedAlarms):
      let reason = Self.complaint(findings, serializable: serializable, excluding: excludedAlarms)
      let body = "{\"health\":\"\(reason == nil)\",\"reason\":\"\(reason ?? "")\"}"
      guard reason != nil else {
        return PlainAnswer(status: 200, contentType: PlainAnswer.text, body: body)
      }
      return PlainAnswer(status: 503, contentType: PlainAnswer.text, body: body + "\n")
    case .checks(let checks, let verbose):
      var lines = ""
      var isFine = true
      for check in checks {
        if let failure = Self.failure(of: check, findings) {
          isFine = false
          lines += "[-]\(check.rawValue) failed: \(failure)\n"
        } else {
          lines += "[+]\(check.rawValue) ok\n"
        }
      }
      guard isFine else {
        return PlainAnswer(status: 503, contentType: PlainAnswer.text, body: lines + "\n")
      }
      return PlainAnswer(
        status: 200, contentType: PlainAnswer.text, body: (verbose ? lines : "") + "ok\n")
    }
  }

  private static func complaint(
    _ findings: HealthFindings, serializable: Bool, excluding excluded: [String]
  ) -> String? {
    for alarm in findings.alarms where !excluded.contains(name(of: alarm)) {
      return "ALARM \(name(of: alarm))"
    }
    if !serializable, !findings.hasLeader { return "RAFT NO LEADER" }
    let read = serializable ? findings.serializable : findings.linearizable
    return read == .ok ? nil : "RANGE ERROR:\(read.text)"
  }

  private static func failure(of check: HealthCheck, _ findings: HealthFindings) -> String? {
    switch check {
    case .dataCorruption:
      findings.alarms.contains(.corrupt) ? "alarm activated: CORRUPT" : nil
    case .serializableRead:
      findings.serializable == .ok ? nil : "range error: \(findings.serializable.text)"
    case .linearizableRead:
      findings.linearizable == .ok ? nil : "range error: \(findings.linearizable.text)"
    case .nonLearner:
      findings.isLearner ? "not supported for learner" : nil
    }
  }

  private static func name(of alarm: AlarmType) -> String {
    switch alarm {
    case .nospace: "NOSPACE"
    case .corrupt: "CORRUPT"
    case .none, .unrecognized: "UNKNOWN"
    }
  }
}
