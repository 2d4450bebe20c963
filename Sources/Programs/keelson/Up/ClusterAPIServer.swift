import JSON

/// An API server of a cluster on this host.
struct ClusterAPIServer: Hashable, Sendable {
  /// 1, 2, ...
  var number: Int
  /// Where it serves HTTPS on 127.0.0.1.
  var port: UInt16

  static let countMax = 5

  /// The process, and the CN of its certificate for the store.
  var name: String { "apiserver-\(number)" }
  var url: String { "https://127.0.0.1:\(port)" }

  /// The port that API server `number` has unless it is taken.
  static func defaultPort(_ number: Int) -> UInt16 { UInt16(6443 + number - 1) }

  init(number: Int, port: UInt16) {
    self.number = number
    self.port = port
  }

  /// Nil where it is none.
  init?(_ json: JSONValue) {
    guard let number = json["number"]?.int64, (1...Int64(Self.countMax)).contains(number),
      let port = json["port"]?.int64.flatMap({ UInt16(exactly: $0) })
    else { return nil }
    self.init(number: Int(number), port: port)
  }

  var json: JSONValue {
    [
      "number": .number(JSONNumber(Int64(number))), "port": .number(JSONNumber(Int64(port))),
    ]
  }
}
