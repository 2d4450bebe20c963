import Base
import EtcdAPI
import HTTP
import JSON
import Testing

@testable import API

/// API servers in front of one store, on one clock, without sockets.
///
///     let harness = APIHarness()
///     let made = harness.send("POST", "/api/v1/namespaces", body: ["kind": "Namespace", ...])
///     let watch = harness.begin("GET", "/api/v1/pods?watch=true")
///     harness.frames(of: watch)
final class APIHarness {
  let store = StoreInMemory()
  private(set) var servers: [APIHarnessServer] = []
  private(set) var now = Instant(nanoseconds: 1_000_000_000)
  /// 2024-01-02T03:04:05Z at the start.
  static let epoch: Int64 = 1_704_164_645_000
  /// What service account tokens have been signed, by token.
  var tokens: [String: Bytes] = [:]
  private var started: UInt64 = 0

  /// Starts the first server and lets it fill its view.
  init(settings: APISettings = APISettings()) {
    _ = startServer(settings: settings)
  }

  var moment: Moment {
    Moment(
      instant: now, wall: WallTime(milliseconds: Self.epoch + now.nanoseconds / 1_000_000 - 1000))
  }

  /// The first one that is alive.
  var server: APIHarnessServer {
    guard let server = servers.first(where: \.isAlive) else {
      preconditionFailure("no server is alive")
    }
    return server
  }

  @discardableResult
  func startServer(
    settings: APISettings = APISettings(), isHeld: Bool = false,
    _ change: (inout APICore.Configuration) -> Void = { _ in }
  ) -> APIHarnessServer {
    started += 1
    var configuration = APICore.Configuration(entropy: started, settings: settings)
    change(&configuration)
    let server = APIHarnessServer(self, stream: started, configuration)
    server.holds = { _ in isHeld }
    servers.append(server)
    settle()
    return server
  }

  // MARK: - Requests

  /// Sends to the first server and gives its whole answer; a request that has none is a failed
  /// test.
  @discardableResult
  func send(
    _ method: String, _ target: String, user: ClientCertificate? = .administrator,
    fields: HeaderFields = HeaderFields(), body: JSONValue? = nil
  ) -> APIResponse {
    server.send(method, target, user: user, fields: fields, body: body)
  }

  /// Sends to the first server; the answer may take time, or be a watch.
  func begin(
    _ method: String, _ target: String, user: ClientCertificate? = .administrator,
    fields: HeaderFields = HeaderFields(), body: JSONValue? = nil
  ) -> RequestID {
    server.begin(method, target, user: user, fields: fields, body: body)
  }

  /// What a watch of the first server has sent, oldest first.
  func frames(of id: RequestID) -> [JSONValue] { server.frames(of: id) }

  // MARK: - Time

  /// Lets everything happen that happens at this time.
  func settle() {
    var rounds = 0
    while true {
      for (stream, id, delivery) in store.deliveries(progressing: { stream in
        servers.first { $0.stream == stream }?.watches.last
      }) {
        servers.first { $0.stream == stream }?.deliver(id, delivery)
      }
      var isBusy = false
      for server in servers where server.turn() { isBusy = true }
      guard isBusy else { return }
      rounds += 1
      precondition(rounds < 100_000, "the servers never rest")
    }
  }

  /// Time passes, from one thing due to the next.
  func pass(_ duration: Duration) {
    let end = now + duration
    settle()
    while now < end {
      let due = servers.filter(\.isAlive).compactMap(\.wakeAt).filter { $0 > now }.min() ?? end
      let next = min(due, end)
      store.pass(next - now)
      now = next
      settle()
    }
  }
}

/// One API server: what its core asks is carried out, unless the test holds it.
final class APIHarnessServer {
  unowned let harness: APIHarness
  let stream: UInt64
  private(set) var core: APICore
  private(set) var isAlive = true
  private(set) var wakeAt: Instant?
  private(set) var watches: [StoreWatchID] = []
  private(set) var notes: [Note] = []
  private(set) var hasStopped = false
  /// Answers and parts of answers, by request.
  private(set) var answers: [RequestID: APIResponse] = [:]
  private(set) var heads: [RequestID: APIResponse] = [:]
  private(set) var bodies: [RequestID: [Bytes]] = [:]
  private(set) var ended: Set<RequestID> = []
  /// Of those, the ones that were cut off.
  private(set) var aborted: Set<RequestID> = []
  private(set) var forwarded: [RequestID: AgentRequest] = [:]
  /// Calls that it has made of the store.
  private(set) var calls: [StoreCall] = []
  /// Deliveries of its watch wait while this is set.
  var holdsDeliveries = false {
    didSet {
      guard !holdsDeliveries else { return }
      inbox += heldDeliveries
      heldDeliveries = []
    }
  }
  /// Which calls are not sent now; `release` sends them.
  var holds: (StoreCall) -> Bool = { _ in false }
  /// Called before a call is carried out: somebody else may write first.
  var beforeCall: (StoreCall) -> Void = { _ in }
  private var heldDeliveries: [APICore.Event] = []
  private var heldCalls: [(StoreCallID, StoreCall)] = []
  private var inbox: [APICore.Event] = [.start]
  private var nextRequest: UInt64 = 0

  init(_ harness: APIHarness, stream: UInt64, _ configuration: APICore.Configuration) {
    self.harness = harness
    self.stream = stream
    core = APICore(configuration)
  }

  // MARK: - Requests

  @discardableResult
  func send(
    _ method: String, _ target: String, user: ClientCertificate? = .administrator,
    fields: HeaderFields = HeaderFields(), body: JSONValue? = nil,
    source: SourceLocation = #_sourceLocation
  ) -> APIResponse {
    let id = begin(method, target, user: user, fields: fields, body: body)
    guard let answer = answers[id] ?? whole(id) else {
      Issue.record("\(method) \(target) has no answer", sourceLocation: source)
      return APIResponse(StatusCode(rawValue: 599))
    }
    return answer
  }

  /// A body's content-type is JSON unless the fields say another.
  func begin(
    _ method: String, _ target: String, user: ClientCertificate? = .administrator,
    fields: HeaderFields = HeaderFields(), body: JSONValue? = nil
  ) -> RequestID {
    var fields = fields
    if body != nil, fields["content-type"] == nil {
      fields.append("content-type", "application/json")
    }
    var request = APIRequest(
      method: method, target: target, fields: fields, body: Bytes(body?.text() ?? ""))
    request.certificate = user
    return begin(request)
  }

  func begin(_ request: APIRequest) -> RequestID {
    nextRequest += 1
    let id = RequestID(nextRequest)
    inbox.append(.request(id, request))
    harness.settle()
    return id
  }

  /// As by a client that takes the first bytes of the answer and no more.
  func beginUnread(_ request: APIRequest) -> RequestID {
    nextRequest += 1
    let id = RequestID(nextRequest)
    inbox += [.request(id, request), .congested(id)]
    harness.settle()
    return id
  }

  /// The answer in parts that has ended, as one.
  func whole(_ id: RequestID) -> APIResponse? {
    guard ended.contains(id), var answer = heads[id] else { return nil }
    answer.body = joined(id)
    return answer
  }

  func joined(_ id: RequestID) -> Bytes {
    Bytes((bodies[id] ?? []).flatMap(\.array))
  }

  /// The frames of a JSON watch, oldest first.
  func frames(of id: RequestID) -> [JSONValue] {
    joined(id).text.split(separator: "\n").compactMap { line in
      do throws(JSONError) { return try JSONValue(parsing: Bytes(String(line))) } catch {
        Issue.record("a frame is no JSON: \(line)")
        return nil
      }
    }
  }

  /// Forgets what a watch has sent so far.
  func clear(_ id: RequestID) { bodies[id] = nil }

  func tell(_ event: APICore.Event) {
    inbox.append(event)
    harness.settle()
  }

  // MARK: - Faults

  /// As by SIGKILL: its store watches end, its clients' connections break.
  func kill() {
    isAlive = false
    harness.store.close(stream: stream)
  }

  /// Its watch is resumed behind a compaction: what was held never comes.
  func loseHeldDeliveries(oldest: Int64) {
    heldDeliveries = []
    holdsDeliveries = false
    guard let watch = watches.last else { return }
    harness.store.cancelWatch(watch, stream: stream)
    inbox.append(.store(.delivered(watch, .compacted(oldest: oldest))))
    harness.settle()
  }

  /// The calls that were held are sent now.
  func release() {
    let released = heldCalls
    heldCalls = []
    for (id, call) in released { carryOut(id, call) }
    harness.settle()
  }

  enum Order { case before, behind }

  /// The held calls' answers and the held deliveries come in one step.
  func answerHeldCalls(andDeliver order: Order) {
    if order == .before { holdsDeliveries = false }
    let answered = heldCalls
    heldCalls = []
    for (id, call) in answered { carryOut(id, call) }
    if order == .behind { holdsDeliveries = false }
    harness.settle()
  }

  /// The calls that were held end without anybody knowing how.
  func loseHeldCalls() {
    for (id, _) in heldCalls { inbox.append(.store(.answered(id, .unknown))) }
    heldCalls = []
    harness.settle()
  }

  // MARK: - Running

  func deliver(_ id: StoreWatchID, _ delivery: StoreDelivery) {
    guard isAlive, watches.contains(id) else { return }
    let event = APICore.Event.store(.delivered(id, delivery))
    if holdsDeliveries { heldDeliveries.append(event) } else { inbox.append(event) }
  }

  /// One step with all that came. False where there was nothing.
  func turn() -> Bool {
    guard isAlive else { return false }
    if let due = wakeAt, due <= harness.now {
      wakeAt = nil
      inbox.append(.tick)
    }
    guard !inbox.isEmpty else { return false }
    var effects: [APICore.Effect] = []
    let taken = inbox
    inbox = []
    core.step(taken, at: harness.moment, into: &effects)
    for effect in effects { perform(effect) }
    return true
  }

  private func perform(_ effect: APICore.Effect) {
    switch effect {
    case .store(.call(let id, let call)):
      calls.append(call)
      if holds(call) { heldCalls.append((id, call)) } else { carryOut(id, call) }
    case .store(.watch(let id, let request)):
      watches.append(id)
      harness.store.watch(id, request, stream: stream)
    case .store(.cancelWatch(let id)):
      watches.removeAll { $0 == id }
      harness.store.cancelWatch(id, stream: stream)
    case .store(.requestProgress): harness.store.requestProgress(stream: stream)
    case .respond(let id, let response):
      precondition(answers.updateValue(response, forKey: id) == nil, "answered twice")
    case .head(let id, let status, let fields):
      let head = APIResponse(status, fields)
      precondition(heads.updateValue(head, forKey: id) == nil, "two heads")
    case .body(let id, let bytes, let isLast):
      precondition(heads[id] != nil && !ended.contains(id), "a body without a head, or after it")
      bodies[id, default: []].append(bytes)
      if isLast { ended.insert(id) }
    case .abort(let id):
      precondition(heads[id] != nil && !ended.contains(id), "no answer is under way")
      ended.insert(id)
      aborted.insert(id)
    case .ask(let id, let question): inbox.append(.answered(id, answer(question)))
    case .forward(let id, let request): forwarded[id] = request
    case .wake(let at): wakeAt = min(wakeAt ?? at, at)
    case .note(let note): notes.append(note)
    case .stopped: hasStopped = true
    }
  }

  private func carryOut(_ id: StoreCallID, _ call: StoreCall) {
    beforeCall(call)
    inbox.append(.store(.answered(id, harness.store.answer(call))))
  }

  /// Signs with a number instead of a key, and knows again what it signed.
  private func answer(_ question: ShellQuestion) -> ShellAnswer {
    switch question {
    case .verify(let token): return .verified(claims: harness.tokens[token])
    case .sign(let claims):
      let token = "header.claims.\(harness.tokens.count)"
      harness.tokens[token] = claims
      return .signed(token: token)
    case .metrics: return .metrics("requests 1\n")
    }
  }
}

extension ClientCertificate {
  /// May do everything.
  static let administrator = ClientCertificate(
    commonName: "admin", organizations: ["system:masters"])
}

extension APIResponse {
  /// The body as JSON; an empty object where it is none.
  var json: JSONValue {
    do throws(JSONError) { return try JSONValue(parsing: body) } catch {
      Issue.record("the body is no JSON: \(body)")
      return .object(JSONObject())
    }
  }

  var code: Int { Int(status.rawValue) }
}
