import Base
import Benchmark
import EtcdAPI
import EventLoop
import Linux
import Protobuf

/// What clients do in one phase.
enum Operation: String {
  case put
  /// Reads what the puts have left, once each: not measured, but must all be right.
  case verify
  case linearizableRead = "read-lin"
  case serializableRead = "read-ser"

  var isRead: Bool { self == .linearizableRead || self == .serializableRead }
}

/// What one phase gave.
struct Measurement {
  var operations = 0
  var seconds = 0.0
  /// Server CPU over the window, all members; nil where their pids are not known.
  var serverCPUSeconds: Double?
  var generatorCPUSeconds = 0.0
  var latenciesMicroseconds: [UInt32] = []
  /// By text, with their number.
  var errors: [String: Int] = [:]
  var mismatches: [String] = []
}

/// Clients in a closed loop: each asks, waits for the answer, asks again. On one loop and thread.
final class LoadGenerator {
  let loop: EventLoop
  private let endpoints: [SocketAddress]
  private let keys: BenchKeys
  private let pids: [Int32]
  private let clientCount: Int
  private var connections: [LoadConnection] = []
  private var clients: [Client]
  private var operation = Operation.put
  private var measurement = Measurement()
  private var isIssuing = false
  private var inFlight = 0
  private var windowBegin: Instant?
  private var windowEnd: Instant?
  private var lossReason: String?

  private struct Client {
    var startedAt = Instant(nanoseconds: 0)
    var key = 0
    var stamp: UInt64 = 0
    /// Of `verify`: how many of the client's keys were read.
    var verified = 0
  }

  private enum Bounds {
    static let connect = Duration.seconds(10)
    static let drain = Duration.seconds(20)
    static let mismatches = 10
    /// Keys that one verification reads, over all clients.
    static let verified = 20_000
  }

  init(
    loop: EventLoop, endpoints: [SocketAddress], clients: Int, keys: BenchKeys, pids: [Int32]
  ) {
    self.loop = loop
    self.endpoints = endpoints
    self.keys = keys
    self.pids = pids
    clientCount = clients
    self.clients = Array(repeating: Client(), count: clients)
  }

  /// As etcd's own benchmark is run (`--conns`): 1,000 clients on 100 connections, 128 on 16.
  private var connectionCount: Int {
    clientCount >= 1000 ? 100 : min(clientCount, 16)
  }

  func connect() throws {
    for number in 0..<connectionCount {
      let endpoint = endpoints[number % endpoints.count]
      connections.append(try LoadConnection(to: endpoint, generator: self))
    }
    let stands = loop.run(atMost: Bounds.connect) {
      lossReason != nil || connections.allSatisfy(\.isConnected)
    }
    if let lossReason { throw BenchError.refused("a connection was lost: \(lossReason)") }
    guard stands else { throw BenchError.refused("no connection within \(Bounds.connect)") }
  }

  func close() {
    for connection in connections { connection.close() }
    connections = []
    // Delivers the last calls, so that nothing holds the loop.
    _ = loop.run(atMost: .milliseconds(20)) { false }
  }

  /// Whether the endpoint answers one linearizable read: it serves, and there is a leader.
  func answersOnce(within limit: Duration) throws -> Bool {
    connections = [try LoadConnection(to: endpoints[0], generator: self)]
    operation = .linearizableRead
    issue(0)
    connections[0].flush()
    _ = loop.run(atMost: limit) { lossReason != nil || inFlight == 0 }
    let answered = lossReason == nil && inFlight == 0 && measurement.errors.isEmpty
    close()
    if !answered {
      let pause = Machine.now() + .milliseconds(50)
      _ = loop.run(atMost: .milliseconds(50)) { loop.now >= pause }
    }
    return answered
  }

  /// Runs one phase and waits for its last answers.
  func run(_ operation: Operation, warmUp: Duration, window: Duration) throws -> Measurement {
    self.operation = operation
    measurement = Measurement()
    isIssuing = true
    windowBegin = nil
    windowEnd = nil
    var cpuBefore: (server: Duration?, own: Duration) = (nil, .zero)
    for number in clients.indices {
      clients[number].verified = 0
      issue(number)
    }
    for connection in connections { connection.flush() }
    _ = loop.run(atMost: warmUp) { lossReason != nil }
    cpuBefore = (try serverCPU(), Machine.processCPUTime())
    let begin = Machine.now()
    windowBegin = begin
    _ = loop.run(atMost: window) { lossReason != nil || inFlight == 0 }
    let end = Machine.now()
    windowEnd = end
    isIssuing = false
    if let before = cpuBefore.server, let after = try serverCPU() {
      measurement.serverCPUSeconds = Double((after - before).nanoseconds) / 1e9
    }
    let own = Machine.processCPUTime() - cpuBefore.own
    measurement.generatorCPUSeconds = Double(own.nanoseconds) / 1e9
    measurement.seconds = Double((end - begin).nanoseconds) / 1e9
    _ = loop.run(atMost: Bounds.drain) { lossReason != nil || inFlight == 0 }
    if let lossReason { throw BenchError.refused("a connection was lost: \(lossReason)") }
    if inFlight > 0 { measurement.errors["no answer", default: 0] += inFlight }
    return measurement
  }

  /// User and system time of all members (/proc/PID/stat), nil without pids.
  private func serverCPU() throws -> Duration? {
    guard !pids.isEmpty else { return nil }
    var sum = Duration.zero
    for pid in pids { sum += try ProcessStatus.read(pid: pid)?.cpuTime ?? .zero }
    return sum
  }

  // MARK: - Clients

  private func issue(_ client: Int) {
    let message: Bytes
    switch operation {
    case .put:
      clients[client].key = keys.anyKey(of: client)
      clients[client].stamp = keys.newStamp()
      let value = keys.value(clients[client].stamp)
      message = PutRequest(key: keys.text(clients[client].key), value: value).encoded
    case .verify:
      let place = clients[client].verified
      guard place < min(keys.written[client].count, Bounds.verified / clientCount) else { return }
      clients[client].verified += 1
      clients[client].key = keys.written[client][place]
      message = RangeRequest(key: keys.text(clients[client].key)).encoded
    case .linearizableRead, .serializableRead:
      clients[client].key = keys.anyWritten(of: client) ?? keys.anyKey(of: client)
      message =
        RangeRequest(
          key: keys.text(clients[client].key), serializable: operation == .serializableRead
        ).encoded
    }
    clients[client].startedAt = Machine.now()
    inFlight += 1
    connections[client % connections.count].call(client, isPut: operation == .put, message)
  }

  func completed(_ client: Int, _ message: Bytes, _ now: Instant) {
    inFlight -= 1
    switch operation {
    case .put: keys.acknowledged(clients[client].key, clients[client].stamp)
    case .verify, .linearizableRead, .serializableRead: check(client, message)
    }
    if let windowBegin, windowEnd == nil {
      measurement.operations += 1
      if clients[client].startedAt >= windowBegin {
        let micros = (now - clients[client].startedAt).nanoseconds / 1000
        measurement.latenciesMicroseconds.append(UInt32(clamping: micros))
      }
    }
    if isIssuing { issue(client) }
  }

  func failed(_ client: Int, _ text: String, _ now: Instant) {
    inFlight -= 1
    measurement.errors[text, default: 0] += 1
    if operation == .put { keys.failed(clients[client].key) }
    if isIssuing { issue(client) }
  }

  func lost(_ reason: String) {
    if lossReason == nil { lossReason = reason }
  }

  private func check(_ client: Int, _ message: Bytes) {
    let key = clients[client].key
    let found: RangeResponse
    do throws(ProtobufError) {
      found = try RangeResponse(decoding: message)
    } catch {
      return complain("\(keys.text(key)): \(error)")
    }
    guard keys.anyWritten(of: client) != nil, let expected = keys.expected(key) else { return }
    guard found.kvs.count == 1, found.kvs[0].key == keys.text(key), found.kvs[0].value == expected
    else {
      let value = found.kvs.first.map { $0.value.prefix(16).text } ?? "nothing"
      return complain("\(keys.text(key)): \(value) instead of \(expected.prefix(16).text)")
    }
  }

  private func complain(_ text: String) {
    if measurement.mismatches.count < Bounds.mismatches { measurement.mismatches.append(text) }
  }
}
