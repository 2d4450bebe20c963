import JSON

/// A control plane process of a cluster: one of two copies, of which one acts.
struct ClusterComponent: Hashable, Sendable {
  var role: Role
  /// 1 or 2.
  var number: Int
  /// Where its metrics are served on 127.0.0.1.
  var metricsPort: UInt16

  /// The subcommand that it runs, and the O of its certificate.
  enum Role: String, CaseIterable, Sendable {
    case controllerManager = "controller-manager"
    case scheduler

    /// As Kubernetes has it; the second copy takes the next but one.
    fileprivate var metricsPort: UInt16 {
      switch self {
      case .controllerManager: 10_257
      case .scheduler: 10_259
      }
    }
  }

  /// Copies of each role: one acts, the other stands by.
  static let copies = 2

  /// `scheduler-1`: the process, and the CN of its certificate.
  var name: String { "\(role.rawValue)-\(number)" }

  /// The metrics port that copy `number` has unless it is taken.
  static func defaultPort(_ role: Role, _ number: Int) -> UInt16 {
    role.metricsPort + UInt16(10 * (number - 1))
  }

  init(role: Role, number: Int, metricsPort: UInt16) {
    self.role = role
    self.number = number
    self.metricsPort = metricsPort
  }

  /// Nil where it is none.
  init?(_ json: JSONValue) {
    guard let role = json["role"]?.string.flatMap(Role.init(rawValue:)),
      let number = json["number"]?.int64, (1...Int64(Self.copies)).contains(number),
      let port = json["metricsPort"]?.int64.flatMap({ UInt16(exactly: $0) })
    else { return nil }
    self.init(role: role, number: Int(number), metricsPort: port)
  }

  var json: JSONValue {
    [
      "role": .string(role.rawValue), "number": .number(JSONNumber(Int64(number))),
      "metricsPort": .number(JSONNumber(Int64(metricsPort))),
    ]
  }
}
