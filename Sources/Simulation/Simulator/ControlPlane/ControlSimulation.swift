import Base

#if PLANTED_BUGS
  import Registry
#endif

/// Real components, reconcilers and agents on real store members under seeded faults: one seed, one
/// run, always the same.
public enum ControlSimulation {
  /// How much happened, to see that faults were met and things got done.
  public struct Counters: Hashable, Sendable {
    public var starts = 0
    public var kills = 0
    public var pauses = 0
    public var faults = 0
    /// What the user compacted, and what a leader of the store did by itself.
    public var compactions = 0
    public var autoCompactions = 0
    /// Txns that components sent.
    public var writes = 0
    /// Ranges that components and nodes asked for.
    public var reads = 0
    public var userWrites = 0
    public var revisions = 0
    /// Revisions that charged several quotas.
    public var sharedCharges = 0
    public var simulatedSeconds = 0

    public init() {}
  }

  public struct Report: Hashable, Sendable {
    public let seed: UInt64
    /// A hash of everything that happened: equal in every run of the seed by the same program.
    public let trace: UInt64
    /// What a checker refuses, in words; empty where the run was right.
    public let violations: [String]
    public let counters: Counters
  }

  public struct Options {
    /// The same user on the same cluster, and nothing befalls it.
    public var isUndisturbed = false
    /// Hears what happens, in words.
    public var log: ((String) -> Void)?
    #if PLANTED_BUGS
      fileprivate var plantedBug: PlantedBug?

      /// One of `plantedBugs`.
      public mutating func plant(_ name: String) {
        plantedBug = PlantedBug(rawValue: name)
      }
    #endif

    public init() {}
  }

  #if PLANTED_BUGS
    /// The names of the mistakes that checkers must find.
    public static let plantedBugs = PlantedBug.allCases.map(\.rawValue)
  #endif

  /// Runs one seed to its end. Deterministic.
  public static func run(seed: UInt64, options: Options = Options()) -> Report {
    var random = PRNG(seed: seed ^ 0x5EED_C0DE)
    var plan = ControlPlan(
      random: &random, isUndisturbed: options.isUndisturbed, hasQuotas: seed % 8 == 3)
    #if PLANTED_BUGS
      plan.plantedBug = options.plantedBug
    #endif
    let store = FaultPlan(controlPlane: &random, isUndisturbed: options.isUndisturbed)
    let world = World(plan: store, random: random.fork(), sabotage: nil)
    let cluster = ControlCluster(world: world, plan: plan, random: &random, log: options.log)
    world.control = cluster
    cluster.run()
    cluster.counters.revisions = cluster.observer.momentCount
    cluster.counters.autoCompactions = world.counters.autoCompactions
    cluster.counters.simulatedSeconds = Int(world.queue.now.milliseconds / 1_000)
    defer { world.control = nil }
    return Report(
      seed: seed, trace: world.trace.value, violations: world.violations,
      counters: cluster.counters)
  }
}

extension ControlCluster {
  func run() {
    world.startStore()
    start()
    let faultsEnd = Instant(nanoseconds: 0) + plan.faultTime
    world.runUntil(faultsEnd + .milliseconds(1)) { false }
    // Nothing is asked of it any more: it comes to rest, and stays there.
    let deadline = faultsEnd + plan.settlingTime
    while world.violations.isEmpty {
      world.runUntil(world.queue.now + .milliseconds(500)) { false }
      guard !user.isDone || !differences.isEmpty else { break }
      guard world.queue.now > deadline else { continue }
      world.violations += user.isDone ? differences.map { "end: \($0)" } : ["end: user waits"]
      world.violations += user.isDone ? [] : ["end: user waits with \(user.waitingFor)"]
    }
    rest()
    if world.violations.isEmpty { world.checkRetention() }
  }

  /// What is as it should be is left alone: no write in a while.
  private func rest() {
    guard !plan.hasExits else { return }
    // The leases of those that were killed last must have lapsed, and others have taken over; what
    // streams held back must have come.
    let lapsed =
      Instant(nanoseconds: 0) + plan.faultTime + .seconds(plan.leaseSeconds + 8)
      + .milliseconds(SimulatedStoreCaller.holdMillisecondsMax)
    world.runUntil(max(world.queue.now + .seconds(3), lapsed)) { false }
    // A container whose supervisor was killed is started again after a back-off that doubles, up to
    // some minutes: that is a change, though a late one.
    var windowsLeft = plan.faults.contains(.supervisorKilled) ? 40 : 1
    var problems = ["rest: never"]
    while !problems.isEmpty, windowsLeft > 0, world.violations.isEmpty {
      problems = unrest()
      windowsLeft -= 1
    }
    world.violations += problems
  }

  /// What is not at rest within the next seconds.
  private func unrest() -> [String] {
    let (before, reads) = (observer.revision, counters.reads)
    world.runUntil(world.queue.now + .seconds(8)) { false }
    guard world.violations.isEmpty else { return [] }
    var problems = differences.map { "rest: \($0)" }
    if observer.revision != before {
      problems.append("rest: \(observer.revision - before) writes without a change")
    }
    if counters.reads != reads {
      problems.append("rest: \(counters.reads - reads) reads without a change")
    }
    return problems
  }
}
