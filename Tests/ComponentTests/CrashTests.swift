import Base
import Component
import EtcdAPI
import Objects
import Registry
import Testing

/// The smallest real cluster under faults: everything that is made has a new name, so that each
/// mistake leaves one too many.
@Suite struct `A component under faults` {
  /// Kills the process after each of its writes in turn; another one goes on.
  @Test(arguments: [Plan.Order.sequential, .independent])
  func `killed after any write, the next one completes what is wanted`(order: Plan.Order) {
    var writes = 0
    var moment = 0
    while moment <= writes {
      let stage = Stage()
      stage.want(4)
      var filler = Filler()
      filler.order = order
      let first = stage.start([filler])
      var count = 0
      first.afterCall = { call in
        guard case .txn = call else { return }
        count += 1
        if count == moment { first.isAlive = false }
      }
      stage.pass(.seconds(1))
      writes = max(writes, count)
      let second = stage.start([filler])
      stage.pass(.seconds(15))
      #expect(second.filler.isActing == (moment > 0), "killed after Txn \(moment)")
      #expect(stage.pods().count == 4, "killed after Txn \(moment)")
      #expect(stage.podsMade == 4, "killed after Txn \(moment)")
      stage.want(1)
      stage.pass(.seconds(1))
      #expect(stage.pods().count == 1, "killed after Txn \(moment)")
      moment += 1
    }
    // A candidacy and four pods.
    #expect(writes == 5)
  }

  @Test func `a compacted watch is listed anew, and what went meanwhile is noticed`() {
    let stage = Stage()
    let process = stage.start()
    stage.want(3)
    stage.pass(.seconds(1))
    process.mutes = { $0.hasPrefix("/nodes/") }
    for pod in stage.pods().prefix(2) {
      if let key = StoreKey(pod.key) { stage.store.delete(key) }
    }
    stage.store.compact()
    process.mutes = { _ in false }
    stage.pass(.seconds(1))
    #expect(stage.pods().count == 3)
    #expect(stage.podsMade == 5)
    let nodes = process.component.status.informers.first { $0.collection == .nodes }
    #expect(nodes?.lists == 2)
  }

  @Test func `a watch that the store ends is begun again by a list, not at once`() {
    let stage = Stage()
    let process = stage.start()
    stage.want(1)
    stage.pass(.seconds(1))
    process.endWatches(.permissionDenied)
    stage.want(2)
    stage.settle()
    #expect(stage.podsMade == 1)
    stage.pass(.seconds(1))
    #expect(stage.podsMade == 2)
  }

  /// Seeded: leaders die, sleep past their lease and wake, answers and requests are lost, late Txns
  /// come out of buffers, histories are compacted. At every revision the pods are at most as many
  /// as were wanted, and no Txn of one that did not lead is carried out.
  @Test func `two components never interleave, seeded`() {
    for seed in 0..<60 {
      var story = Story(seed: UInt64(seed))
      story.play()
      #expect(story.violation == nil, "seed \(seed)")
    }
  }
}

#if PLANTED_BUGS
  @Suite struct `Planted mistakes of a component` {
    /// Those that this small world can show; the others need pods and nodes, which the simulator
    /// has.
    @Test(arguments: [
      PlantedBug.noFence, .fenceWithoutRange, .planBeforeOwnCommit, .staleAfterWinning,
    ])
    func `are caught by the stories`(bug: PlantedBug) {
      let seed = (0..<200).first { seed in
        var story = Story(seed: UInt64(seed)) { $0.plantedBug = bug }
        story.play()
        return story.violation != nil
      }
      #expect(seed != nil)
    }
  }
#endif

/// A seeded history of a stage.
private struct Story {
  let stage = Stage()
  var random: PRNG
  var wanted = 3
  var violation: String?
  private var alive: [Process] = []
  private var checkedTo = 0
  private var pods = 0
  private let configure: (inout ControlComponent.Configuration) -> Void
  /// Candidates of the election by key, as the history has them.
  private var candidates: [Bytes: (created: Int64, lease: Int64)] = [:]

  init(
    seed: UInt64, configure: @escaping (inout ControlComponent.Configuration) -> Void = { _ in }
  ) {
    random = PRNG(seed: seed)
    self.configure = configure
  }

  mutating func play() {
    stage.want(wanted)
    start()
    start()
    for _ in 0..<40 where violation == nil {
      act()
      stage.pass(.milliseconds(Int64(random.below(3000))))
      check()
    }
    for process in alive {
      process.carriage = { _ in .prompt }
      process.refusals = { _ in nil }
      process.mutes = { _ in false }
      process.isPaused = false
      process.release()
    }
    start()
    stage.pass(.seconds(60))
    check()
    if violation == nil && stage.pods().count != wanted {
      violation = "\(stage.pods().count) pods in the end, \(wanted) wanted"
    }
  }

  private mutating func start() {
    let entropy = random.next()
    alive.append(
      stage.start { configuration in
        configuration.entropy = entropy
        configure(&configuration)
      })
  }

  private mutating func act() {
    let process = alive[random.below(alive.count)]
    switch random.below(12) {
    case 0:
      process.isAlive = false
      alive.removeAll { $0 === process }
      start()
    case 1: process.isPaused.toggle()
    case 2:
      // More are wanted: what is surplus never shows as a mistake.
      wanted += 1
      stage.want(wanted)
    case 3:
      for pod in stage.pods().prefix(1) {
        if let key = StoreKey(pod.key) { stage.store.delete(key) }
      }
    case 4: stage.store.compact()
    case 5, 6:
      var dice = random.fork()
      process.carriage = { call in
        guard isCommit(call) else { return .prompt }
        switch dice.below(4) {
        case 0: return .held
        case 1: return .answerLost
        case 2: return .requestLost
        default: return .prompt
        }
      }
    case 7:
      process.carriage = { _ in .prompt }
      process.refusals = { _ in nil }
    case 8: process.mutes = { $0.hasPrefix("/nodes/") }
    case 9:
      process.mutes = { _ in false }
      process.deliversSlowly.toggle()
    case 10:
      var dice = random.fork()
      process.refusals = { isCommit($0) && dice.below(3) == 0 ? .noSpace : nil }
    default:
      if random.below(2) == 0 {
        process.release()
      } else {
        process.loseAndKeep()
      }
    }
  }

  private mutating func check() {
    for (revision, events) in stage.store.history.dropFirst(checkedTo) {
      let writer = stage.writers[revision].map { stage.processes[$0] }
      for event in events {
        guard let value = event.kv, let key = StoreKey(value.key) else { continue }
        let isMade = event.type == .put && value.createRevision == value.modRevision
        switch key {
        case .candidate:
          candidates[value.key] =
            event.type == .delete ? nil : (value.createRevision, value.lease)
        case .desiredPod:
          if isMade { pods += 1 }
          if event.type == .delete { pods -= 1 }
          judge(writer, at: revision)
        case .object, .grant, .actualPod, .actualNode, .heartbeat, .allocation: break
        }
        if pods > wanted { violation = "\(pods) pods at revision \(revision)" }
      }
    }
    checkedTo = stage.store.history.count
  }

  /// The writer held the oldest candidacy when its Txn was carried out.
  private mutating func judge(_ writer: Process?, at revision: Int64) {
    guard let writer else { return }
    let leader = candidates.min { $0.value.created < $1.value.created }
    guard let leader, writer.leases.contains(leader.value.lease) else {
      violation = "revision \(revision) was written by one that did not lead"
      return
    }
  }
}
