public import Base
public import EtcdAPI

/// What clients asked for.
public enum Request: Hashable, Sendable {
  case range(RangeRequest)
  case put(PutRequest)
  case deleteRange(DeleteRangeRequest)
  case transaction(TxnRequest)
  case compact(CompactionRequest)
  case leaseGrant(LeaseGrantRequest)
  case leaseRevoke(LeaseRevokeRequest)
  case leaseTimeToLive(LeaseTimeToLiveRequest)
}

/// What they were answered.
public enum Response: Hashable, Sendable {
  case range(RangeResponse)
  case put(PutResponse)
  case deleteRange(DeleteRangeResponse)
  case transaction(TxnResponse)
  case compact(CompactionResponse)
  case leaseGrant(LeaseGrantResponse)
  case leaseRevoke(LeaseRevokeResponse)
  case leaseTimeToLive(LeaseTimeToLiveResponse)

  /// The store's revision when it answered.
  public var revision: Int64 {
    switch self {
    case .range(let response): response.header?.revision ?? 0
    case .put(let response): response.header?.revision ?? 0
    case .deleteRange(let response): response.header?.revision ?? 0
    case .transaction(let response): response.header?.revision ?? 0
    case .compact(let response): response.header?.revision ?? 0
    case .leaseGrant(let response): response.header?.revision ?? 0
    case .leaseRevoke(let response): response.header?.revision ?? 0
    case .leaseTimeToLive(let response): response.header?.revision ?? 0
    }
  }

  /// Without headers: what the model can know.
  var withoutHeaders: Response {
    switch self {
    case .range(var response):
      response.header = nil
      return .range(response)
    case .put(var response):
      response.header = nil
      return .put(response)
    case .deleteRange(var response):
      response.header = nil
      return .deleteRange(response)
    case .transaction(var response):
      response.header = nil
      response.responses = response.responses.map(\.withoutHeaders)
      return .transaction(response)
    case .compact, .leaseGrant, .leaseRevoke, .leaseTimeToLive:
      return self
    }
  }
}

extension ResponseOp {
  fileprivate var withoutHeaders: ResponseOp {
    switch response {
    case .range(var inner):
      inner.header = nil
      return ResponseOp(response: .range(inner))
    case .put(var inner):
      inner.header = nil
      return ResponseOp(response: .put(inner))
    case .deleteRange(var inner):
      inner.header = nil
      return ResponseOp(response: .deleteRange(inner))
    case .txn, nil:
      return self
    }
  }
}

/// One call of one client, as that client saw it.
public struct Operation: Hashable, Sendable {
  public enum Outcome: Hashable, Sendable {
    /// It may take effect at any time from its beginning on, or never.
    case unknown
    case answered(Response, at: Instant)
    /// Refused before it could take effect.
    case refused(EtcdStatus, at: Instant)
  }

  public let client: Int
  public let request: Request
  public let began: Instant
  public var outcome: Outcome

  public init(client: Int, request: Request, began: Instant, outcome: Outcome = .unknown) {
    self.client = client
    self.request = request
    self.began = began
    self.outcome = outcome
  }

  /// Whether the answer reflects everything that was answered before it began.
  var isLinearizable: Bool {
    switch request {
    case .range(let request): !request.serializable
    case .put, .deleteRange, .transaction, .compact, .leaseGrant, .leaseRevoke: true
    case .leaseTimeToLive: false
    }
  }
}

/// What one watcher received, over all its connections.
public struct WatchRecord: Hashable, Sendable {
  public struct Delivery: Hashable, Sendable {
    public let at: Instant
    /// The events of one response, or of several that its fragments make up.
    public let events: [Event]

    public init(at: Instant, events: [Event]) {
      self.at = at
      self.events = events
    }
  }

  /// A run without a gap, from one start revision on.
  public struct Run: Hashable, Sendable {
    public let start: Int64
    public var deliveries: [Delivery] = []

    public init(start: Int64) {
      self.start = start
    }
  }

  public let request: WatchCreateRequest
  /// A new one begins only where the store said that it had compacted what was due.
  public var runs: [Run]

  public init(request: WatchCreateRequest, start: Int64) {
    self.request = request
    runs = [Run(start: start)]
  }
}

/// Everything that clients saw of one run of a cluster.
public struct History: Sendable {
  public var operations: [Operation] = []
  public var watches: [WatchRecord] = []

  public init() {}
}
