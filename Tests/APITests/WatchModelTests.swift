import Base
import HTTP
import JSON
import Testing

@testable import API

/// What happened to the store's ConfigMaps, as plainly as can be.
private struct History {
  struct Map: Equatable {
    var color: String
    var data: String
  }

  struct Change {
    let revision: Int64
    let namespace: String
    let name: String
    let old: Map?
    let new: Map?
  }

  private(set) var changes: [Change] = []
  private(set) var maps: [String: Map] = [:]

  mutating func take(_ revision: Int64, _ namespace: String, _ name: String, _ new: Map?) {
    let key = "\(namespace)/\(name)"
    changes.append(
      Change(revision: revision, namespace: namespace, name: name, old: maps[key], new: new))
    maps[key] = new
  }
}

/// One client with one watch: reads what comes, and goes on elsewhere when its server ends.
private final class Client {
  let namespace: String?
  let name: String?
  let color: String?
  let start: Int64
  private(set) var revision: Int64
  private(set) var seen: [String] = []
  private(set) var gone = 0
  private var server: APIHarnessServer
  private var watch: RequestID
  private var read = 0

  init(_ server: APIHarnessServer, at start: Int64, _ random: inout PRNG) {
    namespace = random.below(3) == 0 ? nil : "n\(random.below(3))"
    name = random.below(4) == 0 ? "m\(random.below(5))" : nil
    color = random.below(3) == 0 ? "red" : nil
    self.start = start
    self.server = server
    revision = start
    watch = RequestID(0)
    open()
  }

  private func open() {
    var target = namespace.map { "/api/v1/namespaces/\($0)/configmaps" } ?? "/api/v1/configmaps"
    target += "?watch=true&resourceVersion=\(revision)"
    if let name { target += "&fieldSelector=metadata.name%3D\(name)" }
    if let color { target += "&labelSelector=color%3D\(color)" }
    watch = server.begin(.get(target))
    read = 0
  }

  /// Reads at most so many of the frames that have come.
  func read(atMost limit: Int = .max) {
    let frames = server.frames(of: watch).dropFirst(read).prefix(limit)
    read += frames.count
    for frame in frames {
      let object = frame["object"]
      if frame["type"] == "ERROR" {
        gone += 1
        continue
      }
      revision = object?.resourceVersion.flatMap { Int64($0) } ?? revision
      seen.append(
        "\(frame["type"]?.string ?? "") \(object?["metadata"]?["namespace"]?.string ?? "")/"
          + "\(object?["metadata"]?["name"]?.string ?? "") \(object?["data"]?["a"]?.string ?? "") "
          + "\(revision)")
    }
  }

  func move(to other: APIHarnessServer) {
    server = other
    open()
  }

  func isOf(_ other: APIHarnessServer) -> Bool { server === other }

  func set(congested: Bool) {
    server.tell(congested ? .congested(watch) : .writable(watch))
  }

  func expected(_ history: History) -> [String] {
    history.changes.compactMap { change in
      guard change.revision > start, namespace ?? change.namespace == change.namespace,
        name ?? change.name == change.name
      else { return nil }
      let old = change.old.flatMap { color ?? $0.color == $0.color ? $0 : nil }
      let new = change.new.flatMap { color ?? $0.color == $0.color ? $0 : nil }
      let type = old == nil ? "ADDED" : new == nil ? "DELETED" : "MODIFIED"
      guard let shown = new ?? old else { return nil }
      return "\(type) \(change.namespace)/\(change.name) \(shown.data) \(change.revision)"
    }
  }
}

/// Writes at random, and keeps book.
private struct Writer {
  let harness: APIHarness
  var history = History()
  var names: UInt64 = 8
  var namespaces: UInt64 = 3
  private var written = 0

  init(_ harness: APIHarness) {
    self.harness = harness
  }

  mutating func write(_ random: inout PRNG) {
    let namespace = "n\(random.below(namespaces))"
    let number = Int(random.below(names))
    if random.below(4) == 0, history.maps["\(namespace)/m\(number)"] != nil {
      history.take(harness.delete(map: number, in: namespace), namespace, "m\(number)", nil)
      return
    }
    written += 1
    let map = History.Map(
      color: random.below(2) == 0 ? "red" : "blue", data: "\(written)")
    let revision = harness.put(map: number, in: namespace, color: map.color, data: map.data)
    history.take(revision, namespace, "m\(number)", map)
  }
}

@Suite struct `Watches against a model` {
  @Test(arguments: 0..<12 as Range<UInt64>)
  func `each client sees every change once and in order, whatever ends`(seed: UInt64) {
    var random = PRNG(seed: seed)
    let harness = APIHarness()
    harness.startServer()
    var writer = Writer(harness)
    for _ in 0..<20 { writer.write(&random) }
    harness.settle()
    var clients: [Client] = []
    for _ in 0..<160 {
      let alive = harness.servers.filter(\.isAlive)
      switch random.below(12) {
      case 0..<6: writer.write(&random)
      case 6: harness.settle()
      case 7:
        let server = alive[Int(random.below(UInt64(alive.count)))]
        clients.append(Client(server, at: harness.store.revision, &random))
      case 8, 9:
        guard !clients.isEmpty else { continue }
        let client = clients[Int(random.below(UInt64(clients.count)))]
        client.set(congested: random.below(2) == 0)
      case 10:
        for client in clients { client.read(atMost: Int(random.below(3))) }
      default:
        guard random.below(3) == 0, alive.count > 1 else { continue }
        // Some frames are lost on their way.
        let ended = alive[Int(random.below(UInt64(alive.count)))]
        ended.kill()
        let heir = random.below(2) == 0 ? harness.startServer() : harness.server
        for client in clients where client.isOf(ended) { client.move(to: heir) }
        harness.startServer()
      }
    }
    harness.settle()
    for client in clients {
      client.set(congested: false)
      client.read()
      #expect(client.seen == client.expected(writer.history), "seed \(seed)")
      #expect(client.gone == 0)
    }
  }

  @Test func `a thousand watchers cost what they are told, and go on after a kill`() {
    #if DEBUG
      let (namespaces, names, writes): (UInt64, UInt64, Int) = (100, 10, 60)
    #else
      let (namespaces, names, writes): (UInt64, UInt64, Int) = (100, 100, 600)
    #endif
    var random = PRNG(seed: 7)
    let harness = APIHarness()
    var writer = Writer(harness)
    (writer.namespaces, writer.names) = (namespaces, names)
    for namespace in 0..<namespaces {
      for number in 0..<names {
        let revision = harness.put(map: Int(number), in: "n\(namespace)", color: "red", data: "0")
        writer.history.take(
          revision, "n\(namespace)", "m\(number)", History.Map(color: "red", data: "0"))
      }
    }
    harness.settle()
    let first = harness.server
    let second = harness.startServer()
    let start = harness.store.revision
    var clients: [Follower] = []
    for number in 0..<1000 {
      clients.append(
        Follower(number % 2 == 0 ? first : second, "n\(number % Int(namespaces))", start))
    }
    #expect(first.core.watchCount == 500 && second.core.watchCount == 500)
    for number in 0..<writes {
      writer.write(&random)
      if number % 3 == 0 { harness.settle() }
      if number == writes / 2 {
        harness.settle()
        for client in clients { client.read() }
        first.kill()
        let heir = harness.startServer()
        for client in clients where client.server === first { client.move(to: heir) }
      }
    }
    harness.settle()
    for client in clients {
      client.read()
      let expected = writer.history.changes.filter {
        $0.revision > start && $0.namespace == client.namespace
      }.map(\.revision)
      #expect(client.seen == expected)
    }
  }
}

/// Follows a namespace and keeps the revisions only.
private final class Follower {
  let namespace: String
  private(set) var server: APIHarnessServer
  private(set) var seen: [Int64] = []
  private var watch: RequestID
  private let start: Int64

  init(_ server: APIHarnessServer, _ namespace: String, _ start: Int64) {
    self.server = server
    self.namespace = namespace
    self.start = start
    watch = RequestID(0)
    open(start)
  }

  private func open(_ revision: Int64) {
    watch = server.begin(
      .get("/api/v1/namespaces/\(namespace)/configmaps?watch=true&resourceVersion=\(revision)"))
  }

  func read() {
    for frame in server.frames(of: watch) {
      seen.append(frame["object"]?.resourceVersion.flatMap { Int64($0) } ?? -1)
    }
    server.clear(watch)
  }

  func move(to other: APIHarnessServer) {
    server = other
    open(seen.last ?? start)
  }
}
