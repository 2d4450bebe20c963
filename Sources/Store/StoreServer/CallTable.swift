public import Base
public import EtcdAPI
public import KVStore
public import Member

/// The calls that clients have open, and what came in on them since the last turn.
///
/// A value between sockets and core: it turns streams of messages into one `RequestBatch` per turn,
/// and knows which calls may still be answered.
public struct CallTable: Sendable {
  private struct Call {
    let method: Method
    /// nil: the client waits as long as the core does.
    let deadline: Instant?
    var hasMessage = false
  }

  private struct Connection {
    let identity: ClientIdentity?
    var calls: [UInt32: Call] = [:]
  }

  private var connections: [UInt64: Connection] = [:]
  private var gathered = RequestBatch()
  /// Calls that are open.
  public private(set) var callCount = 0
  /// Calls with a deadline.
  private var deadlineCount = 0

  public init() {}

  // MARK: - What clients do

  public mutating func connected(_ connection: UInt64, identity: ClientIdentity?) {
    precondition(connections[connection] == nil, "connection numbers are unique")
    connections[connection] = Connection(identity: identity)
  }

  /// Every open call of the connection is closed.
  public mutating func disconnected(_ connection: UInt64) {
    guard let gone = connections.removeValue(forKey: connection) else { return }
    for (stream, call) in gone.calls.sorted(by: { $0.key < $1.key }) {
      removed(call)
      gathered.items.append(.closed(RequestOrigin(connection: connection, stream: stream)))
    }
  }

  public mutating func opened(_ origin: RequestOrigin, _ method: Method, deadline: Instant?) {
    let call = Call(method: method, deadline: deadline)
    let replaced = connections[origin.connection]?.calls.updateValue(call, forKey: origin.stream)
    precondition(replaced == nil, "a stream carries one call")
    callCount += 1
    if deadline != nil { deadlineCount += 1 }
  }

  /// Takes a message. Gives a status where the call must end instead: a unary call has one request.
  public mutating func received(_ body: Bytes, on origin: RequestOrigin) -> EtcdStatus? {
    guard let index = connections.index(forKey: origin.connection),
      var call = connections.values[index].calls[origin.stream]
    else { return nil }
    if !call.method.isStream {
      guard !call.hasMessage else { return .tooManyMessages }
      call.hasMessage = true
      connections.values[index].calls[origin.stream] = call
    }
    let identity = connections.values[index].identity
    gathered.items.append(.request(origin, call.method, identity, body: body))
    return nil
  }

  /// The client sends no more. Gives a status where the call must end: a unary call has a request.
  public mutating func halfClosed(_ origin: RequestOrigin) -> EtcdStatus? {
    guard let call = connections[origin.connection]?.calls[origin.stream] else { return nil }
    guard call.method.isStream else { return call.hasMessage ? nil : .noMessage }
    gathered.items.append(.halfClosed(origin))
    return nil
  }

  public mutating func congested(_ origin: RequestOrigin) {
    if isOpen(origin) { gathered.items.append(.congested(origin)) }
  }

  public mutating func writable(_ origin: RequestOrigin) {
    if isOpen(origin) { gathered.items.append(.writable(origin)) }
  }

  /// The client reset the stream, or the server ends it before the core does.
  public mutating func closed(_ origin: RequestOrigin) {
    guard let call = connections[origin.connection]?.calls.removeValue(forKey: origin.stream)
    else { return }
    removed(call)
    gathered.items.append(.closed(origin))
  }

  /// What came in since the last take, in order; nil: nothing.
  public mutating func takeBatch() -> RequestBatch? {
    guard !gathered.items.isEmpty else { return nil }
    var batch = RequestBatch()
    swap(&batch, &gathered)
    gathered.items.reserveCapacity(min(batch.items.count, 4_096))
    return batch
  }

  // MARK: - What the core does

  public func isOpen(_ origin: RequestOrigin) -> Bool {
    connections[origin.connection]?.calls[origin.stream] != nil
  }

  public func method(of origin: RequestOrigin) -> Method? {
    connections[origin.connection]?.calls[origin.stream]?.method
  }

  /// The core ended the call: whether it was still open.
  public mutating func ended(_ origin: RequestOrigin) -> Method? {
    guard let call = connections[origin.connection]?.calls.removeValue(forKey: origin.stream)
    else { return nil }
    removed(call)
    return call.method
  }

  /// Calls whose deadline has passed, ordered by origin. They stay open until `closed`.
  public func expired(at now: Instant) -> [RequestOrigin] {
    guard deadlineCount > 0 else { return [] }
    var origins: [RequestOrigin] = []
    for (number, connection) in connections {
      for (stream, call) in connection.calls {
        if let deadline = call.deadline, deadline <= now {
          origins.append(RequestOrigin(connection: number, stream: stream))
        }
      }
    }
    return origins.sorted { ($0.connection, $0.stream) < ($1.connection, $1.stream) }
  }

  private mutating func removed(_ call: Call) {
    callCount -= 1
    if call.deadline != nil { deadlineCount -= 1 }
  }
}

extension EtcdStatus {
  /// A unary call brought a second request (grpc-go: cardinality violation).
  static let tooManyMessages = EtcdStatus(
    code: 13, text: "grpc: a unary call has exactly one request message")
  static let noMessage = EtcdStatus(
    code: 13, text: "grpc: the call ended without a request message")
}
