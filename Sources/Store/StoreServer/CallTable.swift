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
    let identity: ClientIdentity?
    var hasMessage = false
  }

  private var calls: [RequestOrigin: Call] = [:]
  private var gathered = RequestBatch()

  public init() {}

  /// Calls that are open.
  public var callCount: Int { calls.count }

  // MARK: - What clients do

  public mutating func opened(
    _ origin: RequestOrigin, _ method: Method, identity: ClientIdentity?
  ) {
    let replaced = calls.updateValue(Call(method: method, identity: identity), forKey: origin)
    precondition(replaced == nil, "a stream carries one call")
  }

  /// Takes a message. Gives a status where the call must end instead: a unary call has one request.
  public mutating func received(_ body: Bytes, on origin: RequestOrigin) -> EtcdStatus? {
    guard let place = calls.index(forKey: origin) else { return nil }
    let call = calls.values[place]
    if !call.method.isStream {
      guard !call.hasMessage else { return .tooManyMessages }
      calls.values[place].hasMessage = true
    }
    gathered.items.append(.request(origin, call.method, call.identity, body: body))
    return nil
  }

  /// The client sends no more. Gives a status where the call must end: a unary call has a request.
  public mutating func halfClosed(_ origin: RequestOrigin) -> EtcdStatus? {
    guard let call = calls[origin] else { return nil }
    guard call.method.isStream else { return call.hasMessage ? nil : .noMessage }
    gathered.items.append(.halfClosed(origin))
    return nil
  }

  public mutating func congested(_ origin: RequestOrigin) {
    if calls[origin] != nil { gathered.items.append(.congested(origin)) }
  }

  public mutating func writable(_ origin: RequestOrigin) {
    if calls[origin] != nil { gathered.items.append(.writable(origin)) }
  }

  /// The call is over and the core did not end it: the client is gone, or was sent a status here.
  public mutating func closed(_ origin: RequestOrigin) -> Method? {
    guard let call = calls.removeValue(forKey: origin) else { return nil }
    gathered.items.append(.closed(origin))
    return call.method
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

  public func method(of origin: RequestOrigin) -> Method? { calls[origin]?.method }

  /// The core ends the call; nil where it is over already.
  public mutating func ended(_ origin: RequestOrigin) -> Method? {
    calls.removeValue(forKey: origin)?.method
  }
}

extension EtcdStatus {
  /// A unary call brought a second request (grpc-go: cardinality violation).
  static let tooManyMessages = EtcdStatus(
    code: 13, text: "grpc: a unary call has exactly one request message")
  static let noMessage = EtcdStatus(
    code: 13, text: "grpc: the call ended without a request message")
}
