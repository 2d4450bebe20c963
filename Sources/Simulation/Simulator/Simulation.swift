/// Real members under simulated clocks, disks, networks and clients: one seed, one run, always the
/// same.
public enum Simulation {
  /// How much happened, to see that faults were met and things got done.
  public struct Counters: Hashable, Sendable {
    public var starts = 0
    public var crashes = 0
    public var stops = 0
    public var faults = 0
    public var frames = 0
    public var calls = 0
    public var answers = 0
    public var refusals = 0
    public var unanswered = 0
    public var events = 0
    public var samples = 0
    /// Compactions that a leader proposed by itself, and those of anybody that members finished.
    public var autoCompactions = 0
    public var compactions = 0
    public var checkpoints = 0
    public var snapshots = 0
    public var leaseEnds = 0
    public var searchSteps = 0

    public init() {}
  }

  /// A lie told to the members or to the clients, which the checkers must notice.
  public enum Sabotage: Hashable, Sendable, CaseIterable {
    /// The disk says that it synced, and did not.
    case syncsLost
    /// Reads are asked to be serializable behind the client's back.
    case readsStale
    /// Writes reach the member twice.
    case writesRepeated
    /// Some watch responses are lost on an open connection.
    case eventsLost
    /// Leases are granted for a second less than the client asked for and was told.
    case leasesShortened
    /// A restart finds an older state of the disk.
    case diskSwapped
    /// History goes that is to be kept.
    case historyCut
    /// Members keep all history that no client compacts, though they are to compact it.
    case historyHoarded
  }

  public struct Report: Hashable, Sendable {
    public let seed: UInt64
    /// A hash of everything that happened: equal in every run of the seed by the same program.
    public let trace: UInt64
    /// What a checker refuses, in words; empty where the run was right.
    public let violations: [String]
    public let counters: Counters
    /// Terms that had a leader.
    public let terms: Int
    public let revision: Int64
  }

  /// Runs one seed to its end. Deterministic.
  public static func run(seed: UInt64, sabotage: Sabotage? = nil) -> Report {
    let world = World(seed: seed, sabotage: sabotage)
    world.run()
    return Report(
      seed: seed, trace: world.trace.value, violations: world.violations,
      counters: world.counters, terms: world.leaders.termCount, revision: world.knownRevision)
  }
}
