import Base
import Benchmark
import EventLoop
import Linux

/// What the command line asks for.
struct BenchPlan {
  let servers: [StoreServerKind]
  let members: [Int]
  let clients: [Int]
  /// Timed phases after the puts, which come always, and their verification.
  let reads: [Operation]
  let rounds: Int
  let valueBytes: Int
  let warmUp: Duration
  let window: Duration
  let folder: String
  let keelson: String
  /// Not empty: measures what runs there already, and starts nothing.
  let endpoints: [SocketAddress]

  /// Nil where `--help` was all that was asked for.
  init?(_ arguments: [String]) throws {
    var flags = FlagSet(command: "storebench")
    flags.declare("servers", .text, default: "etcd,keelson", help: "what to compare")
    flags.declare("members", .text, default: "1,3", help: "members per cluster")
    flags.declare("clients", .text, default: "1,128,1000", help: "concurrent clients")
    flags.declare("reads", .text, default: "read-lin,read-ser", help: "phases behind the puts")
    flags.declare("rounds", .integer, default: "2", help: "rounds; the median is reported")
    flags.declare("value-size", .integer, default: "256", help: "bytes per value")
    flags.declare("warm-up", .duration, default: "1s", help: "unmeasured start of each phase")
    flags.declare("window", .duration, default: "4s", help: "measured time of each phase")
    flags.declare("endpoints", .text, help: "host:port,... of running members; starts nothing")
    flags.declareServers()
    guard let values = try flags.values(arguments) else { return nil }
    servers = try values.text("servers").split(separator: ",").map {
      guard let kind = StoreServerKind(rawValue: String($0)) else {
        throw BenchError.usage("--servers knows etcd and keelson, not \"\($0)\"")
      }
      return kind
    }
    members = try Self.numbers(values.text("members"), 1...9, "--members")
    clients = try Self.numbers(values.text("clients"), 1...9999, "--clients")
    reads = try values.text("reads").split(separator: ",").map {
      guard let read = Operation(rawValue: String($0)), read.isRead else {
        throw BenchError.usage("--reads knows read-lin and read-ser, not \"\($0)\"")
      }
      return read
    }
    rounds = try Self.numbers(String(values.integer("rounds")), 1...1000, "--rounds")[0]
    valueBytes = try Self.numbers(String(values.integer("value-size")), 16...65_536, "value")[0]
    warmUp = values.duration("warm-up")
    window = values.duration("window")
    folder = values.text("dir")
    keelson = try values.keelson()
    endpoints = try values.text("endpoints").split(separator: ",").map(Self.endpoint)
  }

  /// Starts one cluster in a fresh folder, runs all phases against it, and ends it.
  func measure(_ kind: StoreServerKind, members: Int) throws -> [Figure] {
    let cluster = try StoreCluster(
      kind, members: members, keelson: keelson, folder: folder)
    do {
      let figures = try phases(
        Subject(name: kind.rawValue, members: members, endpoints: cluster.endpoints),
        pids: cluster.pids)
      try cluster.stop()
      return figures
    } catch {
      try cluster.stop(keepingLogs: true)
      throw error
    }
  }

  func measureEndpoints() throws -> [Figure] {
    let subject = Subject(name: "endpoints", members: endpoints.count, endpoints: endpoints)
    return try phases(subject, pids: [])
  }

  private func phases(_ subject: Subject, pids: [Int32]) throws -> [Figure] {
    var figures: [Figure] = []
    for count in clients {
      let keys = BenchKeys(clients: count, valueBytes: valueBytes)
      let load = LoadGenerator(
        loop: try EventLoop(), endpoints: subject.endpoints, clients: count, keys: keys, pids: pids)
      try load.connect()
      for operation in [.put, .verify] + reads {
        let isTimed = operation != .verify
        let measurement = try load.run(
          operation, warmUp: isTimed ? warmUp : .zero, window: isTimed ? window : .seconds(60))
        let figure = Figure(
          subject: subject.name, members: subject.members, clients: count, operation: operation,
          measurement)
        say(figure.line)
        figures.append(figure)
      }
      load.close()
    }
    return figures
  }

  private static func numbers(
    _ text: String, _ range: ClosedRange<Int>, _ flag: String
  ) throws -> [Int] {
    let numbers = text.split(separator: ",").compactMap { Int($0) }.filter(range.contains)
    guard !numbers.isEmpty, numbers.count == text.split(separator: ",").count else {
      throw BenchError.usage("\(flag): numbers in \(range) are needed, not \"\(text)\"")
    }
    return numbers
  }

  private static func endpoint(_ text: Substring) throws -> SocketAddress {
    let parts = text.split(separator: ":")
    guard parts.count == 2, let port = UInt16(parts[1]),
      let host = IPAddress(parts[0] == "localhost" ? "127.0.0.1" : String(parts[0]))
    else { throw BenchError.usage("--endpoints: an address and a port, not \"\(text)\"") }
    return SocketAddress(host, port: port)
  }
}

/// What is measured.
struct Subject {
  let name: String
  let members: Int
  let endpoints: [SocketAddress]
}
