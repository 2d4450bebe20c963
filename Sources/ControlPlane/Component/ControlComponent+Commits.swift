import Base
import EtcdAPI
import Objects
import Registry

/// A Txn under way.
struct Commit: Hashable, Sendable {
  let reconciler: Int
  let term: UInt64
  let key: WorkKey
  /// What it compares of the election; nil without a leader.
  let fence: Fence?
  /// By operation: the informer of what it writes, where one follows it.
  let written: [Int?]
  /// The informers of what it compares.
  let compared: [Int]
}

/// The candidate's key that won, and when it was created.
struct Fence: Hashable, Sendable {
  let lease: Int64
  let created: Int64
}

/// Plans, and their way into the store.
extension ControlComponent {
  /// Etcd's bounds of one request (server/embed: max-txn-ops, max-request-bytes).
  enum Bounds {
    static let operationsMax = 128
    static let requestBytesMax = 1_572_864
    /// Plans in one step, so that renewals and answers are not kept waiting.
    static let plansPerStepMax = 64
  }

  mutating func runPlans() {
    var left = Bounds.plansPerStepMax
    for index in hosted.indices {
      let unsent = hosted[index].unsent
      for key in unsent { send(index, key) }
      hosted[index].unsent = unsent.filter { hosted[index][run: $0]?.steps.isEmpty == false }
    }
    // In turn, so that no reconciler waits for all keys of another.
    var isIdle = false
    while left > 0 && !isIdle {
      isIdle = true
      for index in hosted.indices
      where left > 0 && hosted[index].mayPlan(commitsMax: configuration.commitsMax) {
        guard let key = hosted[index].queue.take() else { continue }
        plan(index, key)
        isIdle = false
        left -= 1
      }
    }
  }

  private mutating func plan(_ index: Int, _ key: WorkKey) {
    var context = PlanContext(now: now.wall, random: random.fork())
    context.manager = hosted[index].fieldManager
    #if PLANTED_BUGS
      context.plantedBug = configuration.plantedBug
    #endif
    view.reached = hosted[index].informers.map { informers[$0].revision }.min() ?? 0
    let plan = hosted[index].reconciler.reconcile(key, in: view, context: &context)
    hosted[index].tally.plans += 1
    var run = PlanRun(plan, context: context)
    if let awaited = plan.awaits, awaited > view.reached {
      run.isPlannedAgain = true
      for informer in hosted[index].informers where informers[informer].revision < awaited {
        run.need(informer, awaited)
        want(informer, awaited)
      }
    }
    hosted[index][run: key] = run
    send(index, key)
    if hosted[index][run: key]?.steps.isEmpty == false { hosted[index].unsent.append(key) }
  }

  /// Sends what may be sent of a plan; ends it where nothing is left.
  private mutating func send(_ index: Int, _ key: WorkKey) {
    while hosted[index].inFlight < configuration.commitsMax, var run = hosted[index][run: key],
      run.maySend, let step = run.steps.first
    {
      var lease: Int64 = 0
      if step.event != nil {
        guard let ready = eventLease.use(now: now.instant) else { return needEventLease() }
        lease = ready
      }
      run.steps.removeFirst()
      do throws(Rejection) {
        let transaction = try lower(step, &run, of: index)
        hosted[index][run: key] = run
        if !transaction.writes.isEmpty { commit(index, key, transaction, eventLease: lease) }
      } catch {
        hosted[index].tally.rejections += 1
        // One of many alike is enough for people to read.
        if !run.hasFailed {
          note("step rejected", [["reconciler", hosted[index].name], ["reason", "\(error)"]])
        }
        run.fail(with: error)
        hosted[index][run: key] = run
      }
    }
    if explainRejection(index, key) { return send(index, key) }
    finishIfDone(index, key)
  }

  /// Asks the reconciler what to write about a step that was refused; false where there is nothing.
  private mutating func explainRejection(_ index: Int, _ key: WorkKey) -> Bool {
    guard var run = hosted[index][run: key], let rejection = run.takeRejection() else {
      return false
    }
    view.reached = hosted[index].informers.map { informers[$0].revision }.min() ?? 0
    let plan = hosted[index].reconciler.explain(
      rejection, of: key, in: view, context: &run.context)
    run.explain(with: plan)
    hosted[index][run: key] = run
    if !plan.steps.isEmpty { hosted[index].unsent.append(key) }
    return !plan.steps.isEmpty
  }

  private func lower(
    _ step: Step, _ run: inout PlanRun, of index: Int
  ) throws(Rejection) -> ObjectTransaction {
    let registry = hosted[index].registry
    var transaction = try registry.transaction(for: step, in: view, context: &run.context)
    #if PLANTED_BUGS
      if configuration.plantedBug == .twoPodsInOneTxn, run.order == .independent,
        let next = run.steps.popFirst()
      {
        let other = try registry.transaction(for: next, in: view, context: &run.context)
        transaction.compares += other.compares
        transaction.writes += other.writes
      }
    #endif
    return transaction
  }

  private mutating func commit(
    _ index: Int, _ key: WorkKey, _ transaction: ObjectTransaction, eventLease: Int64
  ) {
    let fence = fence(of: index)
    let request = request(index, transaction, fence: fence, eventLease: eventLease)
    let operations = max(request.compare.count, request.success.count)
    let bytes = request.encodedLength
    guard operations <= Bounds.operationsMax, bytes <= Bounds.requestBytesMax else {
      note(
        "step too large for one Txn",
        [
          ["reconciler", hosted[index].name], ["operations", "\(operations)"],
          ["bytes", "\(bytes)"],
        ])
      hosted[index].tally.rejections += 1
      hosted[index][run: key]?.fail()
      return
    }
    let compared = informers.indices.filter { informer in
      transaction.compares.contains { $0.key.hasPrefix(informers[informer].prefix) }
    }
    hosted[index].inFlight += 1
    hosted[index][run: key]?.inFlight += 1
    let commit = Commit(
      reconciler: index, term: hosted[index].term, key: key, fence: fence,
      written: transaction.writes.map { informerOfCollection[$0.key.collection] },
      compared: compared)
    call(.txn(request), for: .commit(commit))
  }

  private func request(
    _ index: Int, _ transaction: ObjectTransaction, fence: Fence?, eventLease: Int64
  ) -> TxnRequest {
    var request = TxnRequest()
    if let fence {
      request.compare = compares(of: fence, hosted[index].name)
      request.failure = [ElectionKeys.standings(hosted[index].name)]
    }
    let plain = transaction.request(eventLease: eventLease)
    request.compare += plain.compare
    request.success = plain.success
    return request
  }

  private func fence(of index: Int) -> Fence? {
    guard let candidacy = hosted[index].candidacy else { return nil }
    guard let created = candidacy.fence, let lease = session.id else {
      preconditionFailure("who writes leads")
    }
    return Fence(lease: lease, created: created)
  }

  private func compares(of fence: Fence, _ name: String) -> [Compare] {
    let compares = ElectionKeys.fence(name, lease: fence.lease, created: fence.created)
    #if PLANTED_BUGS
      if configuration.plantedBug == .noFence { return [] }
      if configuration.plantedBug == .fenceWithoutRange { return [compares[0]] }
    #endif
    return compares
  }

  // MARK: - Answers

  mutating func committed(_ commit: Commit, _ answer: StoreAnswer) {
    let index = commit.reconciler
    let isFenced = isRefusedByFence(commit, answer)
    count(answer, isFenced: isFenced, for: index)
    // What an earlier term sent is settled by its fence.
    guard commit.term == hosted[index].term, var run = hosted[index][run: commit.key] else {
      return
    }
    hosted[index].inFlight -= 1
    run.inFlight -= 1
    switch answer {
    case .txn(let response) where response.succeeded:
      noteWrites(commit, response, in: &run)
    case .txn(let response):
      if isFenced, let fence = commit.fence { return fenceLost(index, created: fence.created) }
      run.fail()
      // Planned again with what the store has now.
      let revision = response.header?.revision ?? 0
      for informer in commit.compared where informers[informer].revision < revision {
        run.need(informer, revision)
        want(informer, revision)
      }
    case .refused(let status):
      if status == .leaseNotFound { eventLease.lost() }
      note("Txn refused", [["reconciler", hosted[index].name], ["status", status.text]])
      run.giveUp()
    case .unknown, .range, .leaseGrant, .leaseKeepAlive, .leaseRevoke:
      if let fence = commit.fence { return giveUp(index, created: fence.created) }
      run.giveUp()
    }
    hosted[index][run: commit.key] = run
    send(index, commit.key)
  }

  private mutating func count(_ answer: StoreAnswer, isFenced: Bool, for index: Int) {
    switch answer {
    case .txn(let response) where response.succeeded: hosted[index].tally.commits += 1
    case .txn where isFenced: hosted[index].tally.fenceRefusals += 1
    case .txn: hosted[index].tally.conflicts += 1
    case .refused: hosted[index].tally.refusals += 1
    case .unknown, .range, .leaseGrant, .leaseKeepAlive, .leaseRevoke:
      hosted[index].tally.unknownOutcomes += 1
    }
  }

  private func isRefusedByFence(_ commit: Commit, _ answer: StoreAnswer) -> Bool {
    guard case .txn(let response) = answer, !response.succeeded, let fence = commit.fence else {
      return false
    }
    let key = ElectionKeys.candidate(hosted[commit.reconciler].name, lease: fence.lease)
    return !ElectionKeys.held(response, key: key, created: fence.created)
  }

  /// The key is planned again only when the informers have seen these writes.
  private func noteWrites(_ commit: Commit, _ response: TxnResponse, in run: inout PlanRun) {
    #if PLANTED_BUGS
      if configuration.plantedBug == .planBeforeOwnCommit { return }
    #endif
    let revision = response.header?.revision ?? 0
    for (place, informer) in commit.written.enumerated() {
      guard let informer, informers[informer].revision < revision else { continue }
      // A deletion that found nothing brings no event.
      if place < response.responses.count,
        case .deleteRange(let deletion)? = response.responses[place].response,
        deletion.deleted == 0
      {
        continue
      }
      run.need(informer, revision)
    }
  }

  private mutating func finishIfDone(_ index: Int, _ key: WorkKey) {
    guard let run = hosted[index][run: key], run.isFinished else { return }
    hosted[index][run: key] = nil
    // By now an informer may be there.
    let needs = run.needs.filter { informers[$0.informer].revision < $0.revision }
    if run.isPlannedAgain { hosted[index].queue.add(key) }
    hosted[index].queue.finish(
      key, run.hasFailed ? .failed : .done(lookAgain: run.lookAgain), needs: needs,
      now: now.instant, random: &random)
  }

  // MARK: - Events' lease

  private mutating func needEventLease() {
    needsEventLease = true
    if let grant = eventLease.callDue(now: now.instant) { call(grant, for: .eventLease) }
  }

  mutating func eventLeaseGranted(_ answer: StoreAnswer) {
    guard case .leaseGrant(let response) = answer, response.id != 0 else {
      return eventLease.notGranted(now: now.instant, random: &random)
    }
    eventLease.granted(response.id, now: now.instant)
    needsEventLease = false
  }
}
