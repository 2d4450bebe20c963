public import Base
public import EtcdAPI
import JSON

/// A node whose containers are hollow: the real `AgentCore`, and in place of files and processes a
/// disk and a runtime in memory. `keelson agent --hollow` runs many on real connections, the
/// simulator on simulated ones.
///
///     store --> AgentCore --> commands --> disk, HollowRuntime --> events --> AgentCore --> store
public struct HollowNode: Sendable {
  public struct Configuration: Sendable {
    public var agent: AgentCore.Configuration
    public var runtime = HollowRuntime.Settings()
    public var address = "127.0.0.1"
    public var processors = 8
    public var memoryKibibytes: Int64 = 32 << 20
    public var seed: UInt64

    public init(node: String, seed: UInt64) {
      agent = AgentCore.Configuration(node: node)
      agent.isHollow = true
      self.seed = seed
    }
  }

  public enum Event: Sendable {
    /// First, and again after `killAgent`, `reboot` or `stop`.
    case start
    case store(StoreEvent)
    /// A time asked for by `wake` has come; it may come early or twice.
    case tick
    /// The agent ends in order; the pods go on.
    case stop
  }

  public enum Effect: Hashable, Sendable {
    case store(StoreEffect)
    /// A `tick` is wanted at this time; the last one asked for is enough.
    case wake(at: Instant)
    case note(Note)
    case stopped
  }

  private let configuration: Configuration
  private var agent: AgentCore?
  public private(set) var runtime: HollowRuntime
  /// What survives the agent and the node's power: as files would.
  private var disk: [String: KeptPod] = [:]
  private var lease: Int64?
  public private(set) var hasSession = false
  private var agentWake: Instant?
  private var askedFor: Instant?

  public init(_ configuration: Configuration) {
    self.configuration = configuration
    runtime = HollowRuntime(settings: configuration.runtime, seed: configuration.seed)
  }

  /// Uids of the pods that the node keeps, in order.
  public var podUIDs: [String] { disk.keys.sorted() }
  public var isAgentRunning: Bool { agent != nil }

  /// The desired pod as the node keeps it; nil where it keeps none.
  public func desired(_ uid: String) -> DesiredPodFile? { disk[uid]?.desired }

  public mutating func step(_ event: Event, at moment: Moment, into effects: inout [Effect]) {
    switch event {
    case .start:
      precondition(agent == nil, "one agent per node")
      var core = configuration.agent
      core.addresses = PodAddresses(host: configuration.address, areOwn: true)
      agent = AgentCore(core)
      feed([.start(inheritance()), .nodeReport(report(moment))], moment, &effects)
    case .store(let event):
      feed([.store(event)], moment, &effects)
    case .tick:
      askedFor = nil
      var changes: [HollowRuntime.Change] = []
      runtime.advance(to: moment, into: &changes)
      feed(changes.map(event(of:)), moment, &effects)
      if let due = agentWake, due <= moment.instant {
        agentWake = nil
        feed([.tick], moment, &effects)
      }
    case .stop:
      feed([.stop], moment, &effects)
      agent = nil
    }
    wake(moment, into: &effects)
  }

  // MARK: - Misfortunes

  /// The agent is killed: what it was told and had not kept is lost; the pods go on. Answers to its
  /// calls must not be given to its successor.
  public mutating func killAgent() {
    agent = nil
    agentWake = nil
    hasSession = false
  }

  /// The node loses its power: the agent and everything that ran are gone.
  public mutating func reboot() {
    killAgent()
    runtime.reboot()
  }

  /// A pod's supervisor is killed.
  public mutating func killSupervisor(
    of uid: String, at moment: Moment, into effects: inout [Effect]
  ) {
    var changes: [HollowRuntime.Change] = []
    runtime.killSupervisor(uid, into: &changes)
    feed(changes.map(event(of:)), moment, &effects)
    wake(moment, into: &effects)
  }

  // MARK: - Disk and runtime

  private func inheritance() -> AgentCore.Inheritance {
    AgentCore.Inheritance(lease: lease, pods: disk.keys.sorted().compactMap(kept))
  }

  private func kept(_ uid: String) -> KeptPod? {
    guard var pod = disk[uid] else { return nil }
    pod.record = runtime.record(of: uid)
    pod.isSupervised = runtime.isSupervised(uid)
    return pod
  }

  /// Hands events to the agent and carries out what follows, until nothing does.
  private mutating func feed(
    _ events: [AgentCore.Event], _ moment: Moment, _ effects: inout [Effect]
  ) {
    var pending = Deque<AgentCore.Event>()
    for event in events { pending.append(event) }
    while let event = pending.popFirst() {
      var following: [AgentCore.Effect] = []
      agent?.step(event, now: moment.instant, into: &following)
      for effect in following {
        switch effect {
        case .store(let effect): effects.append(.store(effect))
        case .runtime(let command):
          for event in carryOut(command, moment) { pending.append(event) }
        case .saveLease(let lease): self.lease = lease
        case .markSession(let hasSession): self.hasSession = hasSession
        case .wake(let due): agentWake = due
        case .note(let note): effects.append(.note(note))
        case .stopped: effects.append(.stopped)
        }
      }
    }
  }

  private mutating func carryOut(
    _ command: PodCommand, _ moment: Moment
  ) -> [AgentCore.Event] {
    var changes: [HollowRuntime.Change] = []
    var answer: PodEvent?
    switch command {
    case .keep(let uid, let desired):
      disk[uid, default: KeptPod(uid: uid, desired: desired)].desired = desired
      answer = kept(uid).map(PodEvent.kept)
    case .order(let uid, let orders):
      disk[uid]?.orders = orders
      answer = .ordered(uid: uid, orders)
      runtime.order(uid, orders, at: moment, into: &changes)
    case .startSupervisor(let uid):
      runtime.start(uid, orders: disk[uid]?.orders, at: moment, into: &changes)
    case .forget(let uid):
      disk[uid] = nil
      runtime.forget(uid)
    }
    // What starts or ends at once does so now.
    runtime.advance(to: moment, into: &changes)
    return (answer.map { [.runtime($0)] } ?? []) + changes.map(event(of:))
  }

  private func event(of change: HollowRuntime.Change) -> AgentCore.Event {
    switch change {
    case .observed(let uid):
      .runtime(
        .observed(
          uid: uid, runtime.record(of: uid), isSupervised: runtime.isSupervised(uid)))
    case .supervisorEnded(let uid, let end):
      .runtime(.supervisorEnded(uid: uid, end))
    }
  }

  private mutating func wake(_ moment: Moment, into effects: inout [Effect]) {
    let times = [agent == nil ? nil : agentWake, runtime.nextDue].compactMap { $0 }
    guard let first = times.min(), first != askedFor else { return }
    askedFor = first
    effects.append(.wake(at: first))
  }

  private func report(_ moment: Moment) -> Bytes {
    var facts = HostFacts(
      hostName: configuration.agent.node, processors: configuration.processors,
      memoryKibibytes: configuration.memoryKibibytes)
    facts.runtimeVersion = "hollow://1"
    var report = NodeReport(
      node: configuration.agent.node, address: configuration.address, facts: facts,
      pressures: Pressures(),
      isolation: NodeReport.Isolation(
        runtime: "hollow", cgroupMode: "none", keptLimits: ["cpu", "memory"]))
    for (type, _) in NodeReport.states(report.pressures) { report.since[type] = moment.wall }
    return Bytes(report.json.text())
  }
}
