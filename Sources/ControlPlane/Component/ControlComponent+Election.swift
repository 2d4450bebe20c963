import Base
import EtcdAPI
import Objects
import Registry

/// The lease of the process and the candidates under it.
extension ControlComponent {
  mutating func runElectionTimers() {
    guard hosted.contains(where: \.electsLeader) else { return }
    if let due = session.callDue(now: now.instant) {
      switch due {
      case .leaseKeepAlive(let id): call(due, for: .leaseKeepAlive(id))
      case .leaseGrant: call(due, for: .leaseGrant)
      case .range, .txn, .leaseRevoke: preconditionFailure("a lease is granted and renewed")
      }
    }
    for index in hosted.indices {
      guard let at = hosted[index].candidacy?.nextDue, at <= now.instant else { continue }
      switch hosted[index].candidacy {
      case .waiting: campaign(index)
      case .reading(let created, _): readFreshness(index, created: created)
      case .resigning(let created, _): resign(index, created: created)
      case .campaigning, .standing, .catchingUp, .acting, nil: break
      }
    }
  }

  // MARK: - Lease

  mutating func sessionGranted(_ answer: StoreAnswer) {
    guard case .leaseGrant(let response) = answer, response.id != 0 else {
      session.notGranted(now: now.instant, random: &random)
      return
    }
    session.granted(response.id, now: now.instant)
    for index in hosted.indices where hosted[index].electsLeader { campaign(index) }
  }

  mutating func sessionRenewed(_ lease: Int64, _ answer: StoreAnswer) {
    var left: Int64?
    if case .leaseKeepAlive(let seconds) = answer { left = seconds }
    if answer == .refused(.leaseNotFound) { left = 0 }
    if !session.renewed(lease, seconds: left, now: now.instant) { sessionLost() }
  }

  /// The candidates went with the lease.
  private mutating func sessionLost() {
    note("lease lost; standing anew", [])
    for index in hosted.indices where hosted[index].electsLeader {
      hosted[index].ceaseActing()
      hosted[index].candidacy = .waiting(until: nil)
    }
  }

  // MARK: - Candidates

  mutating func campaign(_ index: Int) {
    guard let lease = session.id else {
      hosted[index].candidacy = .waiting(until: nil)
      return
    }
    hosted[index].candidacy = .campaigning
    let txn = ElectionKeys.campaign(
      ElectionKeys.candidate(hosted[index].name, lease: lease),
      identity: configuration.identity, lease: lease)
    call(.txn(txn), for: .campaign(index, lease: lease))
  }

  mutating func campaigned(_ index: Int, lease: Int64, _ answer: StoreAnswer) {
    guard lease == session.id, hosted[index].candidacy == .campaigning else { return }
    switch answer {
    case .txn(let response) where response.succeeded:
      stand(index, created: response.header?.revision ?? 0)
    case .txn(let response):
      // An earlier attempt, whose outcome was unknown, had made the key.
      guard case .range(let range)? = response.responses.first?.response,
        let found = range.kvs.first, found.lease == lease
      else { return tryAgain(index) }
      stand(index, created: found.createRevision)
    case .refused(.leaseNotFound):
      session.lost()
      sessionLost()
    case .refused, .unknown, .range, .leaseGrant, .leaseKeepAlive, .leaseRevoke: tryAgain(index)
    }
  }

  private mutating func tryAgain(_ index: Int) {
    hosted[index].candidacy = .waiting(until: soon())
  }

  private mutating func soon() -> Instant {
    now.instant + Backoff.ofCalls.delay(afterFailures: 1, random: &random)
  }

  private mutating func stand(_ index: Int, created: Int64) {
    hosted[index].candidacy = .standing(created)
    judge(index)
  }

  // MARK: - Who leads

  mutating func judgeElections() {
    for index in hosted.indices { judge(index) }
  }

  /// Compares the own key with the candidates that the informer knows. It knows all that are older
  /// than the own key once it has reached that key's creation.
  private mutating func judge(_ index: Int) {
    guard let candidates = informerOfCollection[.candidates], let lease = session.id,
      let candidacy = hosted[index].candidacy
    else { return }
    let created: Int64
    switch candidacy {
    case .waiting, .campaigning: return
    case .standing(let own), .reading(let own, _), .catchingUp(let own, _), .acting(let own),
      .resigning(let own, _):
      created = own
    }
    guard informers[candidates].revision >= created else { return }
    let name = hosted[index].name
    let own = view[.candidate(component: name, lease: lease)]
    guard own?.createRevision == created else {
      hosted[index].ceaseActing()
      return campaign(index)
    }
    guard case .standing = candidacy, isOldest(created, of: name) else { return }
    note("leading", warning: false, [["reconciler", name], ["created", "\(created)"]])
    readFreshness(index, created: created)
  }

  private func isOldest(_ created: Int64, of name: String) -> Bool {
    #if PLANTED_BUGS
      // Without the range compare, to stand was taken for to lead.
      if configuration.plantedBug == .fenceWithoutRange { return true }
    #endif
    return view.objects(in: .candidates).allSatisfy { other in
      guard case .candidate(name, _) = other.key else { return true }
      return other.createRevision >= created
    }
  }

  // MARK: - Freshness

  /// Tells how far the store was after the election was won: what an earlier leader wrote is at or
  /// below it.
  private mutating func readFreshness(_ index: Int, created: Int64) {
    #if PLANTED_BUGS
      if configuration.plantedBug == .staleAfterWinning {
        hosted[index].candidacy = .catchingUp(created, until: 0)
        return beginIfFresh(index)
      }
    #endif
    hosted[index].candidacy = .reading(created, again: nil)
    var request = RangeRequest(prefix: ElectionKeys.prefix(hosted[index].name))
    request.countOnly = true
    call(.range(request), for: .freshness(index, created: created))
  }

  mutating func fresh(_ index: Int, created: Int64, _ answer: StoreAnswer) {
    guard hosted[index].candidacy == .reading(created, again: nil) else { return }
    guard case .range(let response) = answer, let revision = response.header?.revision else {
      hosted[index].candidacy = .reading(created, again: soon())
      return
    }
    hosted[index].candidacy = .catchingUp(created, until: revision)
    for informer in hosted[index].informers { want(informer, revision) }
    beginIfFresh(index)
  }

  // MARK: - Giving up

  /// A write's outcome is unknown. With the key of this creation gone, the write was carried out
  /// before or is refused for ever; only then another key is made.
  mutating func giveUp(_ index: Int, created: Int64) {
    note("outcome unknown; standing anew", [["reconciler", hosted[index].name]])
    hosted[index].ceaseActing()
    resign(index, created: created)
  }

  private mutating func resign(_ index: Int, created: Int64) {
    guard let lease = session.id else {
      hosted[index].candidacy = .waiting(until: nil)
      return
    }
    hosted[index].candidacy = .resigning(created, again: nil)
    let key = ElectionKeys.candidate(hosted[index].name, lease: lease)
    call(
      .txn(ElectionKeys.resignation(key, created: created)),
      for: .resignation(index, created: created))
  }

  mutating func resigned(_ index: Int, created: Int64, _ answer: StoreAnswer) {
    guard hosted[index].candidacy == .resigning(created, again: nil) else { return }
    switch answer {
    case .txn: campaign(index)
    case .refused, .unknown, .range, .leaseGrant, .leaseKeepAlive, .leaseRevoke:
      hosted[index].candidacy = .resigning(created, again: soon())
    }
  }

  /// The store refused the fence: another leads, or the key is gone.
  mutating func fenceLost(_ index: Int, created: Int64) {
    note("fence refused: no longer leading", [["reconciler", hosted[index].name]])
    hosted[index].ceaseActing()
    hosted[index].candidacy = .standing(created)
    judge(index)
  }
}
