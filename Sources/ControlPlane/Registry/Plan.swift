public import Objects

/// What a reconciler decided: writes in order, and when to look again although nothing changes.
public struct Plan: Hashable, Sendable {
  /// Each becomes one Txn of the store and leaves a legal state.
  public var steps: [Step]
  public var order: Order
  /// Plan the key again after this time; nil where only a change can matter.
  public var lookAgain: Duration?
  /// Plan the key again once every collection of the view has reached this revision: for decisions
  /// that rest on something not being there, such as the last of an owner's dependents.
  public var awaits: Int64?

  public enum Order: Hashable, Sendable {
    /// A step waits until the one before it is committed.
    case sequential
    /// No step relies on another: all may be under way at once.
    case independent
  }

  public init(_ steps: [Step] = [], order: Order = .sequential, lookAgain: Duration? = nil) {
    self.steps = steps
    self.order = order
    self.lookAgain = lookAgain
  }

  public static let nothing = Plan()

  /// Nothing to write before the view has reached a revision.
  public static func waiting(for revision: Int64) -> Plan {
    var plan = Plan()
    plan.awaits = revision
    return plan
  }
}

/// One Txn: all of it or nothing. It writes at most one object of each API collection, because a
/// client that resumes a watch at a resourceVersion must not miss the second one. Only the quotas
/// that admission charges for an object are all written with it.
public struct Step: Hashable, Sendable {
  public var intents: [Intent]
  /// What else must still be so when the store applies the step, beside what the intents replace.
  public var guards: [Guard]
  /// Recorded in the same Txn, so that it is told exactly when the state changes.
  public var event: EventNote?

  public init(_ intents: [Intent], guards: [Guard] = [], event: EventNote? = nil) {
    self.intents = intents
    self.guards = guards
    self.event = event
  }
}

/// A key that must still be as the decision read it.
public struct Guard: Hashable, Sendable {
  public let key: StoreKey
  public let revision: ObjectTransaction.Expectation.Revision

  public init(key: StoreKey, revision: ObjectTransaction.Expectation.Revision) {
    self.key = key
    self.revision = revision
  }

  /// 0: the key must not exist.
  public init(key: StoreKey, modRevision: Int64) {
    self.init(key: key, revision: .modified(modRevision))
  }

  /// The object as it was read.
  public static func unchanged(_ object: StoredObject) -> Guard {
    Guard(key: object.key, modRevision: object.modRevision)
  }

  /// The object that was read, changed or not: it was not removed, nor removed and made anew.
  public static func exists(_ object: StoredObject) -> Guard {
    Guard(key: object.key, revision: .created(object.createRevision))
  }

  public static func absent(_ key: StoreKey) -> Guard { Guard(key: key, modRevision: 0) }
}

/// What `kubectl describe` and `kubectl get events` tell of an object (core/v1 Event).
public struct EventNote: Hashable, Sendable {
  public var regarding: StoredObject
  public var type: EventType
  /// One word, CamelCase: `Scheduled`, `FailedScheduling`, `SuccessfulCreate`.
  public var reason: String
  public var message: String

  public enum EventType: String, Sendable {
    case normal = "Normal"
    case warning = "Warning"
  }

  public init(
    regarding: StoredObject, type: EventType = .normal, reason: String, message: String
  ) {
    self.regarding = regarding
    self.type = type
    self.reason = reason
    self.message = message
  }
}
