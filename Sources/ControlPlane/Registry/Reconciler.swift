public import Base
public import Objects

/// A function from what is to what must be written, called again whenever something changes.
///
/// Level-triggered: the key says what to look at, never what happened. Pure: reads the view and
/// nothing else. Every copy may be stopped after any write and started anew.
public protocol Reconciler: Sendable {
  /// Names it in flags, logs, metrics and elections: `deployment`.
  var name: String { get }
  /// Whether one copy acts and the others stand by. A reconciler without a leader must be safe
  /// when every copy acts: each of its steps compares all that it relies on.
  var electsLeader: Bool { get }
  /// Names it in Events, as Kubernetes does: `source.component`, `reportingComponent`.
  var eventSource: String { get }
  /// Whose the fields that it writes become: the program's name, as in Kubernetes.
  var fieldManager: String { get }
  /// What it reads.
  var collections: [Collection] { get }
  /// The keys to plan after an object came, changed or went. `new` is nil for one that went; both
  /// views of the object are given, because either may name whom it concerns. `view` is after it.
  func keys(
    old: StoredObject?, new: StoredObject?, in view: ClusterView
  ) -> [WorkKey]
  /// What to write so that `key` is as it should be; `.nothing` where it is.
  func reconcile(_ key: WorkKey, in view: ClusterView, context: inout PlanContext) -> Plan
  /// What to write when the registry refused a step of the key's plan: so that users see why
  /// nothing comes of it. The key is planned again after a while.
  func explain(
    _ rejection: Rejection, of key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan
}

extension Reconciler {
  /// `deployment-controller`, as kube-controller-manager names most.
  public var eventSource: String { "\(name)-controller" }

  public var fieldManager: String { "kube-controller-manager" }

  /// Most have nowhere to say it.
  public func explain(
    _ rejection: Rejection, of key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan { .nothing }
}

/// What a reconciler is asked to look at.
public enum WorkKey: Hashable, Sendable {
  /// What concerns one key of the store.
  case key(StoreKey)
  /// All of it at once: for decisions that depend on each other, such as where pods fit. Every
  /// reconciler is asked once when it begins to act: for what must exist although nothing names it.
  case everything
}

extension WorkKey {
  public static func object(_ key: ObjectKey) -> WorkKey { .key(.object(key)) }
}

/// What a decision may know beside the view.
public struct PlanContext: Sendable {
  public let now: WallTime
  /// For names and uids of new objects: another draw for each.
  public var random: PRNG
  /// Whose fields what is written becomes; nil: nobody keeps account of it.
  public var manager: FieldManager?
  #if PLANTED_BUGS
    public var plantedBug: PlantedBug?
  #endif

  public init(now: WallTime, random: PRNG) {
    self.now = now
    self.random = random
  }
}
