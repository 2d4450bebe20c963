import Base
import Component
import EtcdAPI
import Objects
import Registry
import Testing

/// `.txn` calls that write below `/nodes/`: what a `Filler` commits.
func isCommit(_ call: StoreCall) -> Bool {
  guard case .txn(let txn) = call else { return false }
  return txn.success.contains { operation in
    switch operation.request {
    case .put(let put): put.key.hasPrefix("/nodes/")
    case .deleteRange(let deletion): deletion.key.hasPrefix("/nodes/")
    case .range, .txn, nil: false
    }
  }
}

extension Process {
  var filler: ReconcilerStatus { component.status.reconcilers[0] }
}

@Suite struct `An election` {
  @Test func `one of many leads, the oldest`() {
    let stage = Stage()
    stage.want(2)
    let processes = (0..<3).map { _ in stage.start() }
    stage.pass(.seconds(60))
    #expect(processes.map(\.filler.isLeading) == [true, false, false])
    #expect(processes.map(\.filler.isActing) == [true, false, false])
    #expect(stage.podsMade == 2)
  }

  @Test func `a process that is told to end withdraws, and a standby acts at once`() {
    let stage = Stage()
    let (first, second) = (stage.start(), stage.start())
    stage.pass(.seconds(1))
    first.send(.stop)
    stage.settle()
    #expect(first.hasStopped)
    #expect(second.filler.isActing)
    #expect(stage.store.keys(under: "/election/").count == 1)
    stage.want(2)
    stage.settle()
    #expect(stage.podsMade == 2)
  }

  @Test func `a killed leader's standby acts when the lease is over, 10 s later at most`() {
    let stage = Stage()
    let (first, second) = (stage.start(), stage.start())
    stage.pass(.seconds(20))
    first.isAlive = false
    stage.want(2)
    stage.pass(.seconds(6))
    #expect(stage.podsMade == 0)
    stage.pass(.seconds(4))
    #expect(second.filler.isActing)
    #expect(stage.podsMade == 2)
  }

  @Test func `the fence refuses the late write of a leader that slept`() {
    let stage = Stage()
    let (first, second) = (stage.start(), stage.start())
    stage.pass(.seconds(1))
    first.carriage = { isCommit($0) ? .held : .prompt }
    stage.want(2)
    stage.settle()
    #expect(first.late.count == 2)
    first.isPaused = true
    stage.pass(.seconds(15))
    #expect(second.filler.isActing)
    #expect(stage.podsMade == 2)
    // Its Txns reach the store only now.
    let revision = stage.store.revision
    first.release()
    #expect(stage.store.revision == revision)
    first.isPaused = false
    first.carriage = { _ in .prompt }
    stage.pass(.seconds(1))
    #expect(first.filler.tally.fenceRefusals >= 1)
    #expect(!first.filler.isLeading)
    #expect(stage.podsMade == 2)
    // It stands behind the one that leads now.
    second.send(.stop)
    stage.pass(.seconds(1))
    #expect(first.filler.isActing)
    stage.want(3)
    stage.settle()
    #expect(stage.podsMade == 3)
  }

  @Test func `a key that an administrator deletes is lost leadership`() {
    let stage = Stage()
    let (first, second) = (stage.start(), stage.start())
    stage.pass(.seconds(1))
    guard
      case .candidate(let component, let lease)? = stage.store.keys(under: "/election/")
        .min(by: { $0.createRevision < $1.createRevision }).flatMap({ StoreKey($0.key) })
    else { return #expect(Bool(false), "no candidate") }
    stage.store.delete(.candidate(component: component, lease: lease))
    stage.pass(.seconds(1))
    #expect(second.filler.isActing)
    #expect(!first.filler.isLeading)
    // It stands anew, behind the other.
    #expect(stage.store.keys(under: "/election/").count == 2)
  }

  @Test func `a lost lease is granted anew and the candidates with it`() {
    let stage = Stage()
    let process = stage.start()
    stage.pass(.seconds(1))
    let lease = process.component.status.lease
    #expect(lease != nil)
    if let lease { stage.store.drop(lease: lease) }
    stage.want(1)
    stage.pass(.seconds(5))
    #expect(process.component.status.lease != lease)
    #expect(process.filler.isActing)
    #expect(stage.podsMade == 1)
  }

  @Test func `a store that grants no lease is asked again`() {
    let stage = Stage()
    let process = stage.start()
    var isDown = true
    process.carriage = { call in
      if case .leaseGrant = call, isDown { .requestLost } else { .prompt }
    }
    stage.pass(.seconds(10))
    #expect(!process.filler.isLeading)
    isDown = false
    stage.pass(.seconds(6))
    #expect(process.filler.isActing)
  }

  @Test func `a candidacy whose answer was lost is found and taken up`() {
    let stage = Stage()
    let process = stage.start()
    var lost = 0
    process.carriage = { call in
      guard case .txn(let txn) = call, lost == 0,
        case .put(let put)? = txn.success.first?.request, put.key.hasPrefix("/election/")
      else { return .prompt }
      lost += 1
      return .answerLost
    }
    stage.pass(.seconds(2))
    #expect(lost == 1)
    #expect(process.filler.isActing)
    #expect(stage.store.keys(under: "/election/").count == 1)
  }

  @Test func `reconcilers of one process have elections of their own`() {
    let stage = Stage()
    let left = stage.start([Filler(name: "left")])
    let both = stage.start([Filler(name: "left"), Filler(name: "right")])
    stage.pass(.seconds(1))
    #expect(left.component.status.reconcilers.map(\.isActing) == [true])
    #expect(both.component.status.reconcilers.map(\.isActing) == [false, true])
    let leases = stage.store.keys(under: "/election/").map(\.lease)
    #expect(Set(leases).count == 2 && leases.count == 3)
  }
}

@Suite struct `An unknown outcome` {
  @Test(arguments: [true, false])
  func `gives up the key, and nothing is made twice`(wasCarriedOut: Bool) {
    let stage = Stage()
    let process = stage.start()
    stage.pass(.seconds(1))
    let before = stage.store.keys(under: "/election/").map(\.createRevision)
    var lost = 0
    process.carriage = { call in
      guard isCommit(call), lost == 0 else { return .prompt }
      lost += 1
      return wasCarriedOut ? .answerLost : .requestLost
    }
    stage.want(3)
    stage.pass(.seconds(5))
    #expect(lost == 1)
    #expect(stage.pods().count == 3)
    #expect(stage.podsMade == 3)
    let after = stage.store.keys(under: "/election/").map(\.createRevision)
    #expect(after.count == 1 && after != before)
    #expect(process.filler.tally.unknownOutcomes == 1)
  }

  @Test func `a write that arrives later still is refused by the fence`() {
    let stage = Stage()
    let process = stage.start()
    stage.pass(.seconds(1))
    var held: [(StoreCallID, StoreCall)] = []
    process.carriage = { isCommit($0) && held.isEmpty ? .held : .prompt }
    stage.want(1)
    stage.settle()
    held = process.late
    #expect(held.count == 1)
    // Nobody knows what became of it; the component goes on.
    process.lose()
    stage.pass(.seconds(5))
    #expect(stage.podsMade == 1)
    // Now it comes out of some buffer.
    let revision = stage.store.revision
    for (_, call) in held { _ = stage.store.answer(call, now: stage.now) }
    #expect(stage.store.revision == revision)
  }

  @Test func `the key is given up for good before another is made`() {
    let stage = Stage()
    let process = stage.start()
    stage.pass(.seconds(1))
    var resignations = 0
    process.carriage = { call in
      if isCommit(call) && resignations == 0 { return .requestLost }
      guard case .txn(let txn) = call, case .deleteRange? = txn.success.first?.request else {
        return .prompt
      }
      resignations += 1
      // The first two go nowhere.
      return resignations < 3 ? .requestLost : .prompt
    }
    stage.want(1)
    stage.pass(.seconds(5))
    #expect(resignations == 3)
    #expect(stage.podsMade == 1)
  }

  @Test func `without a leader the key is only tried again`() {
    let stage = Stage()
    let process = stage.start([Filler(electsLeader: false)])
    stage.pass(.seconds(1))
    var lost = 0
    process.carriage = { call in
      guard isCommit(call), lost == 0 else { return .prompt }
      lost += 1
      return .requestLost
    }
    stage.want(1)
    stage.pass(.seconds(1))
    #expect(stage.podsMade == 1)
    #expect(stage.store.keys(under: "/election/").isEmpty)
  }
}

@Suite struct `Without a leader` {
  @Test func `the process that leads elsewhere acts first, a standby finds it done`() {
    let stage = Stage()
    let reconcilers: [any Reconciler] = [
      Filler(name: "led", prefix: "other"), Filler(name: "free", electsLeader: false),
    ]
    let (first, second) = (stage.start(reconcilers), stage.start(reconcilers))
    stage.pass(.seconds(1))
    stage.want(3)
    stage.pass(.seconds(2))
    #expect(stage.podsMade == 3)
    let tally = second.component.status.reconcilers[1].tally
    #expect(tally.commits + tally.conflicts == 0)
    #expect(tally.plans > 1)
    // The leader's death stops nothing: the standby acts a second later.
    first.isAlive = false
    stage.want(5)
    stage.pass(.milliseconds(900))
    #expect(stage.podsMade == 3)
    stage.pass(.milliseconds(200))
    #expect(stage.podsMade == 5)
  }
}

@Suite struct `Freshness` {
  @Test func `a new leader plans nothing before it has seen what the old one wrote`() {
    let stage = Stage()
    let (first, second) = (stage.start(), stage.start())
    stage.pass(.seconds(1))
    // The standby's watch of the nodes is silent from now on, and progress too.
    second.mutes = { $0.hasPrefix("/nodes/") }
    stage.want(3)
    stage.settle()
    #expect(stage.podsMade == 3)
    first.send(.stop)
    stage.pass(.seconds(5))
    #expect(second.filler.isLeading)
    #expect(!second.filler.isActing)
    second.mutes = { _ in false }
    stage.pass(.seconds(1))
    #expect(second.filler.isActing)
    #expect(stage.podsMade == 3)
  }

  @Test func `a quiet collection is asked for progress, once, and the leader acts`() {
    let stage = Stage()
    let process = stage.start()
    // Writes that no informer follows: the store is ahead of every watch.
    for count in 0..<5 { stage.store.put(.actualNode("n\(count)"), "{}") }
    stage.pass(.seconds(1))
    #expect(process.filler.isActing)
    // The pods', the candidates', and one for each that admission reads.
    #expect(process.progressRequests <= 2 + ObjectRegistry.collections.count)
  }

  @Test func `a member that lags behind is asked again, not at once`() {
    let stage = Stage()
    let (first, second) = (stage.start(), stage.start())
    stage.pass(.seconds(1))
    second.lag = 4
    stage.want(3)
    stage.settle()
    first.send(.stop)
    stage.pass(.seconds(1))
    #expect(second.filler.isLeading && !second.filler.isActing)
    // Every 20 ms at most, and once for each that admission reads.
    #expect((2...(51 + ObjectRegistry.collections.count)).contains(second.progressRequests))
    second.lag = 0
    stage.pass(.seconds(1))
    #expect(second.filler.isActing)
    #expect(stage.podsMade == 3)
  }

  @Test func `news that come before the next request for progress end the wait for it`() {
    let stage = Stage()
    let (first, second) = (stage.start(), stage.start())
    stage.pass(.seconds(1))
    second.lag = 4
    stage.want(3)
    stage.settle()
    first.send(.stop)
    stage.settle()
    #expect(second.filler.isLeading && !second.filler.isActing)
    // The pause before the next request has begun; now comes something newer by itself.
    let asked = second.progressRequests
    second.lag = 0
    stage.want(4)
    stage.settle()
    #expect(second.filler.isActing)
    #expect(stage.podsMade == 4)
    stage.pass(.seconds(60))
    #expect(second.progressRequests == asked)
  }

  @Test func `a key is not planned again before its own commit is seen`() {
    let stage = Stage()
    let process = stage.start()
    stage.pass(.seconds(1))
    process.mutes = { $0.hasPrefix("/nodes/") }
    stage.want(2)
    process.mutes = { _ in false }
    stage.settle()
    #expect(stage.podsMade == 2)
    // Another node's change makes the same reconciler plan; this node's key is settled by now.
    process.mutes = { $0.hasPrefix("/nodes/") }
    stage.want(5)
    stage.settle()
    #expect(stage.podsMade == 2)
    process.mutes = { _ in false }
    stage.settle()
    #expect(stage.podsMade == 5)
  }
}
