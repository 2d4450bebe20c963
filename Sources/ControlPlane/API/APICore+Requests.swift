import Base
import Component
import EtcdAPI
import HTTP
import Objects
import Registry

/// The way of a request: who asks, may they, what is done about it.
extension APICore {
  /// Txns of one request that may be refused because something else changed meanwhile. Each refusal
  /// means that somebody else's write was taken, so that the store as a whole goes on.
  private static let refusalsMax = 100

  mutating func begin(_ id: RequestID, _ request: APIRequest) {
    guard let info = request.info else {
      return respond(id, APIStatus.noSuchPath.response)
    }
    advance(Exchange(id: id, request: request, info: info, arrived: now))
  }

  mutating func forget(_ id: RequestID) {
    exchanges[id] = nil
    if !waiting.isEmpty { waiting[id] = nil }
    if !lingering.isEmpty { lingering[id] = nil }
  }

  mutating func respond(_ id: RequestID, _ response: APIResponse) {
    let warnings = exchanges[id]?.warnings ?? []
    forget(id)
    finish(id, response, warnings)
  }

  /// The request is in no table any more.
  private mutating func finish(_ id: RequestID, _ response: APIResponse, _ warnings: [String]) {
    guard !warnings.isEmpty else { return emit(.respond(id, response)) }
    var response = response
    for warning in warnings {
      response.fields.append("warning", Bytes("299 - \(Self.quoted(warning))"))
    }
    emit(.respond(id, response))
  }

  /// A quoted-string (RFC 9110 §5.6.4) on one line.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F: quoted += " "
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  /// Asks the handlers what is to be done now, and does it.
  mutating func advance(_ id: RequestID) {
    // Taken out, for a copy would cost as much as many a handler.
    guard let exchange = exchanges.removeValue(forKey: id) else { return }
    advance(exchange)
  }

  /// The exchange has been taken out of the table.
  private mutating func advance(_ taken: consuming Exchange) {
    var exchange = taken
    let id = exchange.id
    let serving = Serving(
      view: cache.view, revision: cache.revision, isReady: isReady,
      settings: configuration.settings, now: now.wall,
      instant: now.instant, access: access, tokens: tokens)
    var context = PlanContext(now: now.wall, random: PRNG(seed: random.next()))
    let verdict: Verdict
    do throws(APIStatus) {
      verdict = try RequestHandling.verdict(&exchange, serving, &context)
    } catch {
      // What a view refuses that is older than the request may be right in the store.
      if exchange.isFresh || RequestHandling.isFinal(error) {
        return finish(id, error.response, exchange.warnings)
      }
      verdict = .refresh
    }
    if case .respond(let response) = verdict {
      return finish(id, response, exchange.warnings)
    }
    exchanges[id] = exchange
    carryOut(verdict, id)
  }

  private mutating func carryOut(_ verdict: Verdict, _ id: RequestID) {
    switch verdict {
    case .respond(let response): respond(id, response)
    case .refresh:
      wantFreshness.append(id)
      readFreshness()
    case .wait(let revision): wait(id, for: revision)
    case .linger(let revision, let until):
      waiting[id] = revision
      lingering[id] = until
    case .commit(let commit): send(commit, id)
    case .read(let request): call(.range(request), for: .read(id))
    case .ask(let question):
      exchanges[id]?.asked = question
      exchanges[id]?.answer = nil
      emit(.ask(id, question))
    case .watch(let plan):
      forget(id)
      emit(hub.open(id, plan, in: cache, now: now))
      // A server that stops has told its watches so already.
      if isStopping { emit(hub.stop()) }
    case .list(let stream):
      forget(id)
      emit(lists.open(id, stream))
    case .forward(let request):
      forget(id)
      emit(.forward(id, request))
    }
  }

  private mutating func wait(_ id: RequestID, for revision: Int64) {
    guard revision > cache.revision else { return advance(id) }
    waiting[id] = revision
    cache.want(revision)
  }

  /// The shell has answered what was asked for a request.
  mutating func answered(_ id: RequestID, _ answer: ShellAnswer) {
    guard let asked = exchanges[id]?.asked else { return }
    if case .verify(let token) = asked, case .verified(let claims?) = answer {
      tokens.put(token, claims: claims, now: now.instant)
    }
    exchanges[id]?.answer = .shell(answer)
    advance(id)
  }

  // MARK: - Freshness

  /// Any linearizable read tells the store's revision; this key is nobody's.
  private static let freshnessRead = StoreCall.range(
    RangeRequest(key: "/registry/health", limit: 1))

  /// One linearizable read serves every request that came before it: at most one is under way.
  private mutating func readFreshness() {
    guard !isFreshnessAsked, !wantFreshness.isEmpty else { return }
    isFreshnessAsked = true
    call(Self.freshnessRead, for: .freshness(wantFreshness))
    wantFreshness.removeAll()
  }

  mutating func readFresh(_ ids: [RequestID], _ answer: StoreAnswer) {
    isFreshnessAsked = false
    switch answer {
    case .range(let response):
      for id in ids { know(response.header?.revision ?? 0, id) }
    case .refused(let status):
      for id in ids where isOpen(id) { respond(id, Self.status(of: status).response) }
    case .unknown:
      // A read may be asked again; the request's own time-out ends it.
      wantFreshness += ids.filter(isOpen)
    case .txn, .leaseGrant, .leaseKeepAlive, .leaseRevoke:
      preconditionFailure("a range is answered by a range")
    }
    readFreshness()
  }

  private mutating func know(_ revision: Int64, _ id: RequestID) {
    guard var exchange = exchanges.removeValue(forKey: id) else { return }
    exchange.storeRevision = revision
    if revision <= cache.revision {
      exchange.isFresh = true
      return advance(exchange)
    }
    if exchange.isGlancing {
      exchange.isGlancing = false
      exchanges[id] = exchange
      waiting[id] = revision
      glancing.append(id)
    } else {
      exchange.isFresh = true
      exchanges[id] = exchange
      wait(id, for: revision)
    }
  }

  /// Those whom the changes of this step did not help go on without them.
  mutating func endGlances() {
    guard !glancing.isEmpty else { return }
    let ids = glancing
    glancing = []
    for id in ids where waiting.removeValue(forKey: id) != nil { advance(id) }
  }

  mutating func read(_ id: RequestID, _ answer: StoreAnswer) {
    switch answer {
    case .range(let response):
      exchanges[id]?.answer = .range(response)
      advance(id)
    case .refused(.compacted):
      exchanges[id]?.answer = .compacted
      advance(id)
    case .refused(let status):
      if exchanges[id] != nil { respond(id, Self.status(of: status).response) }
    case .unknown:
      if exchanges[id] != nil {
        respond(id, APIStatus.timeout("the store did not answer").response)
      }
    case .txn, .leaseGrant, .leaseKeepAlive, .leaseRevoke:
      preconditionFailure("a range is answered by a range")
    }
  }

  // MARK: - Commits

  private mutating func send(_ commit: Commit, _ id: RequestID) {
    let needsLease = commit.transaction.writes.contains { write in
      if case .putEvent = write { true } else { false }
    }
    var lease: Int64 = 0
    if needsLease {
      guard let held = eventLease.use(now: now.instant) else {
        wantEventLease.append((id, commit))
        return
      }
      lease = held
    }
    call(.txn(commit.transaction.request(eventLease: lease)), for: .commit(id, commit))
  }

  mutating func committed(_ id: RequestID, _ commit: Commit, _ answer: StoreAnswer) {
    guard let exchange = exchanges[id] else { return }
    switch answer {
    case .txn(let response):
      let revision = response.header?.revision ?? 0
      guard response.succeeded else {
        exchanges[id]?.refusals += 1
        guard exchange.refusals < Self.refusalsMax else {
          return respond(id, APIStatus.timeout("the object kept changing").response)
        }
        return wait(id, for: revision)
      }
      switch commit.then {
      case .respond(let make): respond(id, make(revision))
      case .askAgain:
        exchanges[id]?.answer = .committed(revision)
        exchanges[id]?.refusals = 0
        wait(id, for: revision)
      }
    case .refused(let status): respond(id, Self.status(of: status).response)
    case .unknown:
      respond(id, APIStatus.timeout("the store did not say whether it took the write").response)
    case .range, .leaseGrant, .leaseKeepAlive, .leaseRevoke:
      preconditionFailure("a Txn is answered by a Txn")
    }
  }

  mutating func renewEventLease() {
    guard !wantEventLease.isEmpty, let due = eventLease.callDue(now: now.instant) else { return }
    call(due, for: .eventLease)
  }

  mutating func grantedEventLease(_ answer: StoreAnswer) {
    if case .leaseGrant(let granted) = answer {
      eventLease.granted(granted.id, now: now.instant)
    } else {
      eventLease.notGranted(now: now.instant, random: &random)
    }
    let commits = wantEventLease
    wantEventLease = []
    for (id, commit) in commits where exchanges[id] != nil { send(commit, id) }
  }

  /// What the store certainly has not done, and why, for a client.
  private static func status(of status: EtcdStatus) -> APIStatus {
    status == .compacted
      ? APIStatus(410, "Expired", "The provided resource version is too old.")
      : .internalError(status.text)
  }
}
