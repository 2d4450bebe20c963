public import EtcdAPI
import Base

/// Whether one order of all operations explains every answer and agrees with real time: keys one by
/// one and transactions over several.
///
/// The store numbers its changes, so the order of those that were answered is known: the search is
/// only for the revisions that nobody was told of, which unanswered writes and ended leases made.
/// Exponential at worst, hence bounded; a bound that is met counts as a violation.
public struct LinearizabilityChecker {
  public struct Result: Sendable {
    public var violations: [String] = []
    /// The events of each revision, as the order that was found has them.
    public var events: [Int64: [Event]] = [:]
    /// The revisions that the end of a lease made, and whose.
    public var leaseEnds: [Int64: Int64] = [:]
    /// Steps of the search.
    public var steps = 0
  }

  /// Revisions tried in all before the check is given up.
  public static let stepsMax = 20_000

  private let operations: [Operation]
  private let times: TimeLine
  /// Answered changes, by the revision that they made.
  private var producers: [Int64: Int] = [:]
  /// Answers to compare with the state at a revision.
  private var readers: [Int64: [Int]] = [:]
  private var revocations: [Int64: [Int]] = [:]
  private var unknown: [Int] = []
  /// What anybody saw of a revision: the keys that it wrote, nil for a deletion.
  private var evidence: [Int64: [(key: Bytes, value: Bytes?)]] = [:]
  private var last: Int64 = 1
  private var result = Result()

  public static func check(_ history: History) -> Result {
    var checker = LinearizabilityChecker(history)
    checker.checkRealTime()
    if checker.result.violations.isEmpty { checker.search() }
    return checker.result
  }

  private init(_ history: History) {
    operations = history.operations
    times = TimeLine(history)
    for (index, operation) in operations.enumerated() {
      switch operation.outcome {
      case .unknown: if operation.mayChange { unknown.append(index) }
      case .refused: continue
      case .answered(let response, _): sort(index, response)
      }
    }
    for watch in history.watches {
      for delivery in watch.runs.flatMap(\.deliveries) {
        for event in delivery.events { addEvidence(event) }
      }
    }
  }

  private mutating func sort(_ index: Int, _ response: Response) {
    let revision = response.revision
    last = max(last, revision)
    switch (operations[index].request, response) {
    case (.leaseRevoke, _):
      revocations[revision, default: []].append(index)
    case (.range(let request), .range(let answer)):
      let read = request.revision > 0 ? request.revision : revision
      readers[read, default: []].append(index)
      for kv in answer.kvs where !request.keysOnly {
        evidence[kv.modRevision, default: []].append((kv.key, kv.value))
        last = max(last, kv.modRevision)
      }
    case (.compact, _), (.leaseGrant, _), (.leaseTimeToLive, _):
      break
    default:
      guard response.isChange else {
        readers[revision, default: []].append(index)
        return
      }
      if let other = producers.updateValue(index, forKey: revision) {
        result.violations.append(
          "two writes made revision \(revision): \(operations[other]) and \(operations[index])")
      }
    }
  }

  private mutating func addEvidence(_ event: Event) {
    guard let kv = event.kv else { return }
    evidence[kv.modRevision, default: []].append((kv.key, event.type == .put ? kv.value : nil))
    last = max(last, kv.modRevision)
  }

  // MARK: - Real time

  /// What was answered before an operation began is reflected in its answer; a change comes after.
  private mutating func checkRealTime() {
    for operation in operations where operation.isLinearizable {
      guard case .answered(let response, _) = operation.outcome else { continue }
      let floor = times.floor(at: operation.began)
      if response.revision < floor || (response.isChange && response.revision == floor) {
        result.violations.append(
          "stale: revision \(floor) was known when this began: \(operation)")
      }
    }
  }

  // MARK: - Search

  private struct Choice {
    let revision: Int64
    let state: ModelStore
    let used: Set<Int>
    var candidates: [Candidate]
  }

  private enum Candidate {
    case operation(Int)
    case leaseEnd(Int64)
  }

  private mutating func search() {
    var state = ModelStore()
    var used: Set<Int> = []
    var choices: [Choice] = []
    var deepest: (revision: Int64, reason: String) = (0, "")
    if let reason = misread(state) {
      result.violations.append(reason)
      return
    }
    while state.revision < last {
      result.steps += 1
      guard result.steps <= LinearizabilityChecker.stepsMax else {
        result.violations.append("undecided after \(result.steps) steps: \(deepest.reason)")
        return
      }
      let revision = state.revision + 1
      var failure = advance(&state, used: &used, choices: &choices)
      if failure == nil { failure = misread(state) }
      guard let failure else { continue }
      if revision >= deepest.revision { deepest = (revision, failure) }
      guard backtrack(&state, &used, &choices) else {
        result.violations.append("no order explains it: \(deepest.reason)")
        return
      }
    }
  }

  /// Makes the next revision by the write that is known for it, or by the first that may have.
  private mutating func advance(
    _ state: inout ModelStore, used: inout Set<Int>, choices: inout [Choice]
  ) -> String? {
    let revision = state.revision + 1
    if let known = producers[revision] { return apply(.operation(known), &state) }
    let candidates = candidates(for: revision, state, used)
    guard !candidates.isEmpty else { return "nobody made revision \(revision)" }
    choices.append(
      Choice(revision: revision, state: state, used: used, candidates: candidates.reversed()))
    return take(&state, &used, &choices)
  }

  /// Applies the next candidate of the newest choice.
  private mutating func take(
    _ state: inout ModelStore, _ used: inout Set<Int>, _ choices: inout [Choice]
  ) -> String? {
    guard let candidate = choices[choices.count - 1].candidates.popLast() else {
      return "nobody else made revision \(state.revision + 1)"
    }
    if case .operation(let index) = candidate { used.insert(index) }
    return apply(candidate, &state)
  }

  /// Returns to the newest choice with a candidate left and takes that; false where none is.
  private mutating func backtrack(
    _ state: inout ModelStore, _ used: inout Set<Int>, _ choices: inout [Choice]
  ) -> Bool {
    while let choice = choices.last {
      result.steps += 1
      if choice.candidates.isEmpty || result.steps > LinearizabilityChecker.stepsMax {
        choices.removeLast()
        continue
      }
      state = choice.state
      used = choice.used
      if take(&state, &used, &choices) == nil, misread(state) == nil { return true }
    }
    return false
  }

  private func candidates(
    for revision: Int64, _ state: ModelStore, _ used: Set<Int>
  ) -> [Candidate] {
    var list: [Candidate] = []
    // A revocation that was answered with this revision made it, or came behind who did and found
    // the lease without keys.
    for index in revocations[revision] ?? [] {
      guard case .leaseRevoke(let request) = operations[index].request,
        state.leases.contains(request.id)
      else { continue }
      var trial = state
      if agrees(trial.endLease(request.id), at: revision) { list.append(.operation(index)) }
    }
    for index in unknown where !used.contains(index) {
      let operation = operations[index]
      guard times.floor(at: operation.began) < revision else { continue }
      var trial = state
      let events = trial.apply(operation.request).events
      if trial.revision == revision, agrees(events, at: revision) { list.append(.operation(index)) }
    }
    for lease in state.leases {
      var trial = state
      if agrees(trial.endLease(lease), at: revision) { list.append(.leaseEnd(lease)) }
    }
    return list
  }

  private func agrees(_ events: [Event], at revision: Int64) -> Bool {
    (evidence[revision] ?? []).allSatisfy { seen in
      events.contains { event in
        event.kv?.key == seen.key && (event.type == .put ? event.kv?.value : nil) == seen.value
      }
    }
  }

  private mutating func apply(_ candidate: Candidate, _ state: inout ModelStore) -> String? {
    let revision = state.revision + 1
    switch candidate {
    case .leaseEnd(let lease):
      result.events[revision] = state.endLease(lease)
      result.leaseEnds[revision] = lease
      return nil
    case .operation(let index):
      let operation = operations[index]
      result.leaseEnds[revision] = nil
      let (response, events) = state.apply(operation.request)
      guard state.revision == revision else { return "this changes nothing: \(operation)" }
      result.events[revision] = events
      guard agrees(events, at: revision) else {
        return "revision \(revision) was seen to be something else: \(operation)"
      }
      guard case .answered(let answer, _) = operation.outcome, let response else { return nil }
      return answer.withoutHeaders == response
        ? nil : "\(operation) should be answered \(response)"
    }
  }

  /// Compares the answers that the state at this revision gave.
  private func misread(_ state: ModelStore) -> String? {
    for index in readers[state.revision] ?? [] {
      let operation = operations[index]
      var trial = state
      let (response, events) = trial.apply(operation.request)
      guard events.isEmpty else { return "this should have changed something: \(operation)" }
      guard case .answered(let answer, _) = operation.outcome, let response else { continue }
      if answer.withoutHeaders != response {
        return "\(operation) should be answered \(response) at revision \(state.revision)"
      }
    }
    for index in revocations[state.revision] ?? [] {
      guard case .leaseRevoke(let request) = operations[index].request else { continue }
      if state.leases.contains(request.id) {
        return "a revoked lease holds keys: \(operations[index])"
      }
    }
    return nil
  }
}

extension Operation {
  /// Whether it could make a revision.
  var mayChange: Bool {
    switch request {
    case .put, .deleteRange, .transaction, .leaseRevoke: true
    case .range, .compact, .leaseGrant, .leaseTimeToLive: false
    }
  }
}

extension Response {
  /// Whether it answers a request that made a revision.
  var isChange: Bool {
    switch self {
    case .put: true
    case .deleteRange(let response): response.deleted > 0
    case .transaction(let response):
      response.responses.contains { inner in
        switch inner.response {
        case .put: true
        case .deleteRange(let response): response.deleted > 0
        case .range, .txn, nil: false
        }
      }
    case .range, .compact, .leaseGrant, .leaseRevoke, .leaseTimeToLive: false
    }
  }
}

/// The greatest revision that any client knew of, by time.
struct TimeLine {
  private var points: [(at: Instant, revision: Int64)] = []

  init(_ history: History) {
    var seen: [(at: Instant, revision: Int64)] = []
    for operation in history.operations {
      guard case .answered(let response, let at) = operation.outcome else { continue }
      seen.append((at, response.revision))
    }
    for delivery in history.watches.flatMap(\.runs).flatMap(\.deliveries) {
      seen.append((delivery.at, delivery.events.compactMap { $0.kv?.modRevision }.max() ?? 0))
    }
    seen.sort { ($0.at, $0.revision) < ($1.at, $1.revision) }
    var greatest: Int64 = 0
    for point in seen where point.revision > greatest {
      greatest = point.revision
      points.append((point.at, greatest))
    }
  }

  /// The greatest revision known before `instant`.
  func floor(at instant: Instant) -> Int64 {
    var low = 0
    var high = points.count
    while low < high {
      let middle = (low + high) / 2
      if points[middle].at < instant { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? 0 : points[low - 1].revision
  }
}
