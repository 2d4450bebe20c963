import Base
import Component
import EtcdAPI
import Objects
import Registry

/// A process that runs one `ControlComponent`: started, killed behind any effect, stopped and
/// resumed, ended in order.
final class SimulatedProcess {
  let number: Int
  let identity: String
  private let reconcilers: [any Reconciler]
  private(set) var component: ControlComponent?
  /// Counts processes: what was planned for an earlier one does not happen.
  private(set) var life = 0
  /// Stopped by SIGSTOP: nothing is carried out, what comes in waits, clocks and leases go on.
  private(set) var isPaused = false
  private var inbox: [ControlComponent.Event] = []
  private var effectsLeft: [ControlComponent.Effect] = []
  private(set) var caller: SimulatedStoreCaller?
  /// Each life's leases, in the order of their grants.
  private var leases: [Int64] = []
  private var entries: [StoreCallID: Int] = [:]
  /// Killed, or stopped, behind this many further Txns, right before the next one goes out.
  /// Candidates' keys do not count.
  var writesBeforeKill: Int?
  var writesBeforePause: Int?
  /// Civil time is wrong on each machine in its own way.
  private let wallOffset: Int64
  private let clockOffset: Duration

  init(number: Int, identity: String, reconcilers: [any Reconciler], random: inout PRNG) {
    self.number = number
    self.identity = identity
    self.reconcilers = reconcilers
    wallOffset = 1_767_225_600_000 + Int64(random.below(500))
    clockOffset = .milliseconds(random.below(1_000_000))
  }

  var isRunning: Bool { component != nil }

  private func moment(_ cluster: ControlCluster) -> Moment {
    let now = cluster.world.queue.now
    return Moment(
      instant: now + clockOffset,
      wall: WallTime(milliseconds: wallOffset + now.nanoseconds / 1_000_000))
  }

  // MARK: - Lives

  func start(in cluster: ControlCluster) {
    guard component == nil else { return }
    life += 1
    var configuration = ControlComponent.Configuration(
      identity: "\(identity)-\(life)", reconcilers: reconcilers,
      entropy: cluster.world.random.next())
    configuration.leaseSeconds = cluster.plan.leaseSeconds
    #if PLANTED_BUGS
      configuration.plantedBug = cluster.plan.plantedBug
    #endif
    let life = life
    caller = SimulatedStoreCaller(world: cluster.world, random: cluster.world.random.fork()) {
      [unowned self, unowned cluster] event in
      guard self.life == life else { return }
      settle(event, in: cluster)
      give(.store(event), in: cluster)
    }
    component = ControlComponent(configuration)
    cluster.counters.starts += 1
    if cluster.plan.killEach > 0, !cluster.isCalm { writesBeforeKill = cluster.plan.killEach - 1 }
    give(.start, in: cluster)
  }

  /// The process ends without a word.
  func kill(in cluster: ControlCluster) {
    guard component != nil else { return }
    end()
    cluster.counters.kills += 1
    cluster.planStart(of: number)
  }

  private func end() {
    component = nil
    life += 1
    caller?.stop()
    caller = nil
    isPaused = false
    inbox = []
    effectsLeft = []
    leases = []
    entries = [:]
    writesBeforeKill = nil
    writesBeforePause = nil
  }

  func pause() {
    guard component != nil else { return }
    isPaused = true
    caller?.pause()
  }

  func resume(in cluster: ControlCluster) {
    guard isPaused else { return }
    isPaused = false
    let life = life
    // What was decided before the stop goes out now, then what came in meanwhile is read.
    let effects = effectsLeft
    effectsLeft = []
    carryOut(effects[...], in: cluster)
    guard self.life == life, !isPaused else { return }
    caller?.resume()
    let events = inbox
    inbox = []
    for event in events where self.life == life { give(event, in: cluster) }
    if self.life == life { give(.tick, in: cluster) }
  }

  /// As SIGTERM: candidates are withdrawn, then the process ends.
  func stopOrderly(in cluster: ControlCluster) {
    give(.stop, in: cluster)
  }

  func tick(_ life: Int, in cluster: ControlCluster) {
    guard self.life == life, !isPaused else { return }
    give(.tick, in: cluster)
  }

  // MARK: - Steps

  private func give(_ event: ControlComponent.Event, in cluster: ControlCluster) {
    guard component != nil else { return }
    if isPaused {
      inbox.append(event)
      return
    }
    var effects: [ControlComponent.Effect] = []
    component?.step(event, at: moment(cluster), into: &effects)
    carryOut(effects[...], in: cluster)
  }

  private func carryOut(_ effects: ArraySlice<ControlComponent.Effect>, in cluster: ControlCluster)
  {
    let life = life
    for (place, effect) in zip(effects.indices, effects) {
      if case .store(.call(_, .txn(let txn))) = effect, !txn.isElection,
        !isAllowedToWrite(in: cluster)
      {
        if isPaused { effectsLeft += effects[place...] }
        return
      }
      if isPaused {
        effectsLeft.append(effect)
        continue
      }
      guard self.life == life else { return }
      carryOut(effect, in: cluster)
    }
  }

  /// False where the process was killed or stopped instead.
  private func isAllowedToWrite(in cluster: ControlCluster) -> Bool {
    guard !isPaused else { return false }
    if let left = writesBeforeKill {
      writesBeforeKill = left - 1
      if left <= 0 {
        kill(in: cluster)
        return false
      }
    }
    if let left = writesBeforePause {
      writesBeforePause = left - 1
      if left <= 0 {
        writesBeforePause = nil
        cluster.pause(number)
        return false
      }
    }
    return true
  }

  private func carryOut(_ effect: ControlComponent.Effect, in cluster: ControlCluster) {
    switch effect {
    case .store(let effect):
      if case .call(let id, .txn(let txn)) = effect {
        entries[id] = cluster.ledger.add(
          txn, by: .process(number, life: life), leases: leases)
        cluster.counters.writes += 1
      }
      if case .call(_, .range) = effect { cluster.counters.reads += 1 }
      caller?.carryOut(effect)
    case .wake(let instant):
      cluster.plan(
        .tick(process: number, life: life),
        at: Instant(nanoseconds: instant.nanoseconds - clockOffset.nanoseconds))
    case .note(let note):
      cluster.note(identity, note.text, note.fields)
    case .stopped:
      end()
      cluster.planStart(of: number)
    }
  }

  private func settle(_ event: StoreEvent, in cluster: ControlCluster) {
    guard case .answered(let id, let answer) = event else { return }
    if case .leaseGrant(let grant) = answer { leases.append(grant.id) }
    if let entry = entries.removeValue(forKey: id) { cluster.ledger.settle(entry, answer) }
  }
}

extension TxnRequest {
  /// It only makes or removes a candidate.
  fileprivate var isElection: Bool {
    success.allSatisfy { operation in
      switch operation.request {
      case .put(let put): put.key.hasPrefix(Objects.Collection.candidates.prefix)
      case .deleteRange(let delete): delete.key.hasPrefix(Objects.Collection.candidates.prefix)
      case .range, .txn, nil: true
      }
    }
  }
}
