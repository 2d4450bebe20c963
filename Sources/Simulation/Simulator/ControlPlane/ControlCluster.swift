import Base
import Component
import EtcdAPI
import JSON
import Reconcilers
import Objects
import Registry

/// A whole control plane on the world's store: processes with real components and reconcilers,
/// hollow nodes with the real agent, a user, and an observer who shows every revision to the
/// checkers.
final class ControlCluster {
  enum Happening {
    case start(process: Int)
    case tick(process: Int, life: Int)
    case resume(process: Int)
    case nodeStart(Int)
    case nodeTick(Int)
    case nodeResume(Int)
    case user
    case fault
    case heal
  }

  unowned let world: World
  let plan: ControlPlan
  private(set) var processes: [SimulatedProcess] = []
  private(set) var nodes: [SimulatedNode] = []
  let user: SimulatedUser
  var observer = Observer()
  var ledger = CallLedger()
  var names: [String: String] = [:]
  var counters = ControlSimulation.Counters()
  private var observing: [SimulatedStoreCaller] = []
  private var checkers: [any HistoryChecker] = [
    SurgeChecker(), AvailabilityChecker(), DecisionChecker(), DesiredNodeChecker(),
    CollectionChecker(), FinalizerChecker(), EvictionChecker(), ObjectChecker(),
    LeadershipChecker(),
  ]
  private var identities = IdentityChecker()
  private(set) var isCalm = false
  /// Where people want to read along.
  private let log: ((String) -> Void)?

  init(
    world: World, plan: ControlPlan, random: inout PRNG, log: ((String) -> Void)?
  ) {
    self.world = world
    self.plan = plan
    self.log = log
    user = SimulatedUser(
      script: UserScript(
        random: &random, actionCount: plan.actionCount,
        scope: UserScript.Scope(
          reconcilers: Self.controllerManager(plan).map(\.name), hasQuotas: plan.hasQuotas)),
      random: random.fork())
    for group in plan.groups where !Self.reconcilers(group, plan).isEmpty {
      for copy in 1...2 {
        processes.append(
          SimulatedProcess(
            number: processes.count, identity: "\(group[0])-\(copy)",
            reconcilers: Self.reconcilers(group, plan), random: &random))
      }
    }
    for (number, name) in plan.nodes.enumerated() {
      nodes.append(
        SimulatedNode(
          number: number, name: name, hasExits: plan.hasExits, random: &random))
    }
    if plan.faults.isEmpty { checkers.append(BudgetChecker()) }
  }

  /// Those that the script and the reconcilers make objects of; nothing of others ever exists here.
  private static func controllerManager(_ plan: ControlPlan) -> [any Reconciler] {
    var kinds: [Kind] = [.deployment, .event, .lease, .namespace, .node, .pod, .replicaSet]
    if plan.hasQuotas { kinds.append(.resourceQuota) }
    return ReconcilerTable.controllerManager(of: kinds.sorted())
  }

  /// As `--only` takes them; `others` are those that no group names.
  private static func reconcilers(
    _ group: [String], _ plan: ControlPlan
  ) -> [any Reconciler] {
    let controllerManager = controllerManager(plan)
    return group.flatMap { name -> [any Reconciler] in
      switch name {
      case "controller-manager": return controllerManager
      case "scheduler": return ReconcilerTable.scheduler
      case "others":
        let named = Set(plan.groups.flatMap { $0 })
        return controllerManager.filter { !named.contains($0.name) }
      default: return controllerManager.filter { $0.name == name }
      }
    }
  }

  // MARK: - The run

  func start() {
    observe()
    for number in processes.indices {
      plan(.start(process: number), after: .milliseconds(500 + world.random.below(1_500)))
    }
    for number in nodes.indices {
      plan(.nodeStart(number), after: .milliseconds(500 + world.random.below(3_000)))
    }
    user.start(in: self)
    plan(.fault, after: .milliseconds(3_000))
    plan(.heal, after: plan.faultTime)
  }

  func plan(_ happening: Happening, after delay: Duration) {
    world.queue.plan(.control(happening), after: delay)
  }

  func plan(_ happening: Happening, at instant: Instant) {
    world.queue.plan(.control(happening), at: instant)
  }

  func happen(_ happening: Happening) {
    switch happening {
    case .start(let number): processes[number].start(in: self)
    case .tick(let number, let life): processes[number].tick(life, in: self)
    case .resume(let number): processes[number].resume(in: self)
    case .nodeStart(let number): nodes[number].start(in: self)
    case .nodeTick(let number): nodes[number].tick(in: self)
    case .nodeResume(let number): nodes[number].resume(in: self)
    case .user: user.act(in: self)
    case .fault: injectFault()
    case .heal: heal()
    }
  }

  func note(_ who: String, _ text: String, _ fields: [[String]]) {
    guard let log else { return }
    let details = fields.map { $0.joined(separator: "=") }.joined(separator: " ")
    log("\(world.queue.now.milliseconds) \(who): \(text) \(details)")
  }

  // MARK: - Processes

  func planStart(of number: Int) {
    plan(.start(process: number), after: .milliseconds(50 + world.random.below(2_000)))
  }

  func planNodeStart(of number: Int, after delay: Duration) {
    plan(.nodeStart(number), after: isCalm ? .milliseconds(100) : delay)
  }

  /// Stops a process, now and then for longer than its leases last.
  func pause(_ number: Int) {
    guard processes[number].isRunning, !processes[number].isPaused else { return }
    processes[number].pause()
    counters.pauses += 1
    let most = world.random.chance(Ratio(2, in: 3)) ? 2 * Int(plan.leaseSeconds) * 1_000 : 2_000
    plan(.resume(process: number), after: .milliseconds(100 + world.random.below(most)))
  }

  // MARK: - Checks

  /// At every member: who compacts has shown what it compacts long before, however short history
  /// is kept.
  private func observe() {
    for host in world.hosts {
      let caller = SimulatedStoreCaller(
        world: world, host: host.number, random: world.random.fork()
      ) { [unowned self] event in
        guard case .delivered(_, let delivery) = event else { return }
        switch delivery {
        case .events(_, let events):
          take(events.filter { ($0.kv?.modRevision ?? 0) > observer.revision })
        case .compacted(let oldest):
          observed(from: oldest, at: host.number)
        case .ended(let status):
          world.violations.append("the observer's watch ends: \(status)")
        }
      }
      observing.append(caller)
      observe(from: Observer.watch.startRevision, by: caller)
    }
  }

  private func observe(from revision: Int64, by caller: SimulatedStoreCaller) {
    var watch = Observer.watch
    watch.startRevision = revision
    caller.carryOut(.watch(StoreWatchID(1), watch))
  }

  /// A member that was away has compacted what another one showed meanwhile.
  private func observed(from oldest: Int64, at host: Int) {
    guard oldest <= observer.revision + 1 else {
      world.violations.append(
        "revision \(observer.revision + 1) is compacted and was never shown")
      return
    }
    observe(from: observer.revision + 1, by: observing[host])
  }

  private func take(_ events: [Event]) {
    var observer = self.observer
    self.observer = Observer()
    defer { self.observer = observer }
    do throws(JSONError) {
      try observer.take(events, times: world.revisionTimes, ledger: &ledger) { moment in
        if let log { log(moment.line) }
        if moment.changes.count(where: { $0.kind == .resourceQuota }) > 1 {
          counters.sharedCharges += 1
        }
        for number in checkers.indices {
          guard let problem = checkers[number].check(moment) else { continue }
          world.violations.append(
            "\(type(of: checkers[number]).name) at revision \(moment.revision): \(problem)")
        }
      }
    } catch {
      world.violations.append("a value that is no JSON object: \(error)")
    }
  }

  /// `pods`: uids and names of what runs on the node now.
  func runs(_ pods: [String: String], on node: String) {
    if let problem = identities.take(pods, on: node) {
      world.violations.append("\(IdentityChecker.name): \(problem)")
    }
  }

  /// What the end lacks or has too much of.
  var differences: [String] {
    var running: [String: [String]] = [:]
    for node in nodes { running[node.name] = node.runningPods }
    return EndState.differences(
      expected: EndState.expected(user.script, nodes: plan.nodes),
      found: EndState.found(in: observer.view, running: running))
  }

  /// No fault begins from here on.
  func setCalm() { isCalm = true }
}
