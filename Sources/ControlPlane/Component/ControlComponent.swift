public import Base
public import EtcdAPI
public import Registry

/// One component minus its sockets: informers, work queues, elections, the fence and the commits of
/// the reconcilers that it hosts, as a value.
///
///     delivered --> informers --> view --> keys --> queue --> reconcile --> steps --> fenced Txns
///     answered  --> election, freshness, commits ----------------^
///
/// `ReconcilerRuntime` runs it on real connections, the simulator on simulated ones.
public struct ControlComponent: Sendable {
  public struct Configuration: Sendable {
    /// Who writes, as candidates' keys and events name it: `controller-manager-17`.
    public var identity: String
    public var reconcilers: [any Reconciler]
    /// Seeds the names and uids of what is created.
    public var entropy: UInt64
    /// Without a renewal for this long the store drops the component's candidates.
    public var leaseSeconds: Int64 = 10
    /// Txns under way at once of one reconciler, for plans whose steps are independent.
    public var commitsMax = 64
    #if PLANTED_BUGS
      public var plantedBug: PlantedBug?
    #endif

    public init(identity: String, reconcilers: [any Reconciler], entropy: UInt64) {
      self.identity = identity
      self.reconcilers = reconcilers
      self.entropy = entropy
    }
  }

  public enum Event: Sendable {
    /// First and once.
    case start
    case store(StoreEvent)
    /// A time asked for by `wake` has come; it may come early or twice.
    case tick
    /// The process is asked to end: candidates are withdrawn, so that a standby acts at once.
    case stop
  }

  public enum Effect: Hashable, Sendable {
    case store(StoreEffect)
    /// A `tick` is wanted at this time; the earliest one asked for is enough.
    case wake(at: Instant)
    case note(Note)
    /// After `stop`: nothing is left to do.
    case stopped
  }

  /// What people may want to know: for the log, never for decisions.
  public struct Note: Hashable, Sendable {
    public var isWarning: Bool
    public var text: String
    /// Names and values, in order.
    public var fields: [[String]]

    public init(isWarning: Bool = false, text: String, fields: [[String]] = []) {
      self.isWarning = isWarning
      self.text = text
      self.fields = fields
    }
  }

  /// The clocks, as the shell reads them once per event.
  public struct Moment: Hashable, Sendable {
    public var instant: Instant
    public var wall: WallTime

    public init(instant: Instant, wall: WallTime) {
      self.instant = instant
      self.wall = wall
    }
  }

  private let configuration: Configuration

  public init(_ configuration: Configuration) {
    self.configuration = configuration
  }
}
