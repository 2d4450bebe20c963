public import Base
public import Objects

/// How a component stands: for metrics, health and people, never for decisions.
public struct ComponentStatus: Hashable, Sendable {
  public var reconcilers: [ReconcilerStatus]
  public var informers: [InformerStatus]
  /// The lease of the candidates; nil without one.
  public var lease: Int64?
  /// The newest revision that any answer of the store named.
  public var storeRevision: Int64

  /// All informers are listed: what is asked of the component is being done or awaits a leader.
  public var isReady: Bool { informers.allSatisfy(\.isListed) }
}

public struct ReconcilerStatus: Hashable, Sendable {
  public var name: String
  public var electsLeader: Bool
  /// Leads its election; false for one that elects nobody.
  public var isLeading: Bool
  /// Plans and writes.
  public var isActing: Bool
  /// Keys that wait to be planned.
  public var depth: Int
  public var tally: Tally

  /// What happened since the start.
  public struct Tally: Hashable, Sendable {
    /// Keys queued.
    public var adds: UInt64 = 0
    /// Plans that failed and are tried again later.
    public var retries: UInt64 = 0
    public var plans: UInt64 = 0
    /// Txns that the store carried out.
    public var commits: UInt64 = 0
    /// Txns refused because something compared had changed.
    public var conflicts: UInt64 = 0
    /// Txns refused because another leads, or nobody.
    public var fenceRefusals: UInt64 = 0
    /// Txns that the store refused with a status, such as no space.
    public var refusals: UInt64 = 0
    /// Txns whose outcome nobody knows.
    public var unknownOutcomes: UInt64 = 0
    /// Steps that the registry refused: admission, validation.
    public var rejections: UInt64 = 0
  }
}

public struct InformerStatus: Hashable, Sendable {
  public var collection: Collection
  public var isListed: Bool
  /// Everything up to it is in the view.
  public var revision: Int64
  /// When the store last said anything of the collection.
  public var lastHeard: Instant?
  /// Full lists since the start: one, and one for each compaction that was met.
  public var lists: UInt64
  public var objects: Int
}
