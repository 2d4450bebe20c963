import Base
import JSON
public import Objects

/// Turns intents into values: defaults, admission, validation, uid and generation, owner
/// references, finalizers, unknown fields kept. The same code serves the reconcilers, the
/// administrator's commands and the API server, so that a ReplicaSet's pod meets the same rules as
/// a user's.
///
///     Step --> intents to values --> compares and writes of one Txn
///                   ^ view: namespaces for admission, what already exists
public struct ObjectRegistry: Sendable {
  /// Names the writer in events (`source.component`).
  public var writer: String
  /// Where the addresses and node ports of Services come from.
  public var serviceRanges = ServiceRanges()
  /// New pods run as service accounts that are there, and get what these give them. Not where
  /// nobody makes accounts.
  public var hasServiceAccounts = false
  #if PLANTED_BUGS
    public var plantedBug: PlantedBug?
  #endif

  public init(writer: String) {
    self.writer = writer
  }

  /// What admission reads: a component that writes API objects follows these too.
  public static let collections: [Collection] = [
    .objects(.limitRange), .objects(.namespace), .objects(.priorityClass),
    .objects(.resourceQuota), .objects(.runtimeClass), .objects(.storageClass),
  ]

  /// What admission reads, with what its settings ask for.
  public var admissionCollections: [Collection] {
    Self.collections + (hasServiceAccounts ? [.objects(.serviceAccount)] : [])
  }

  /// The Txn that carries out a step, without a component's fence. Without writes when everything
  /// is as the step wants it.
  ///
  /// The view gives the namespaces and refuses early what exists already; what is replaced is
  /// compared as the intents name it. Throws for what the world got wrong, as kube-apiserver
  /// answers it. Two objects of one API collection in a step are a programmer error.
  public func transaction(
    for step: Step, in view: ClusterView, context: inout PlanContext
  ) throws(Rejection) -> ObjectTransaction {
    precondition(mayMergeSteps || Self.isLegal(step), "a step writes one object of a collection")
    var transaction = ObjectTransaction()
    for intent in step.intents {
      try lower(intent, in: view, context: &context, into: &transaction)
    }
    if let event = step.event, step.intents.isEmpty || !transaction.writes.isEmpty {
      record(event, in: view, context: &context, into: &transaction)
    }
    for guarded in step.guards {
      transaction.expect(.init(key: guarded.key.bytes, revision: guarded.revision))
    }
    return transaction
  }

  private func lower(
    _ intent: Intent, in view: ClusterView, context: inout PlanContext,
    into transaction: inout ObjectTransaction
  ) throws(Rejection) {
    switch intent {
    case .create(let kind, let json):
      try create(kind, json, in: view, context: &context, into: &transaction)
    case .update(let old, let json):
      try update(old, to: json, in: view, context: &context, into: &transaction)
    case .updateStatus(let old, let json):
      try updateStatus(old, to: json, context: context, into: &transaction)
    case .updateSubresource(let old, let json, let subresource):
      let change = SubresourceChange(subresource: subresource, old: old, json: json)
      try update(change, in: view, context: context, into: &transaction)
    case .bind(let pod, let node):
      try bind(pod, to: node, context: context, into: &transaction)
    case .delete(let object, let options):
      try delete(object, options, context: context, into: &transaction)
    case .put(let key, let json, let old):
      precondition(key.collection == .nodes, "API objects are created and updated")
      if let old, old.json == json { return }
      transaction.expect(key, modRevision: old?.modRevision ?? 0)
      transaction.writes.append(.put(key: key, value: json.isEmpty ? Bytes() : json.bytes))
    case .remove(let old):
      precondition(old.key.collection == .nodes, "API objects are deleted")
      transaction.expect(old.key, modRevision: old.modRevision)
      transaction.writes.append(.delete(key: old.key))
    }
  }

  private var mayMergeSteps: Bool {
    #if PLANTED_BUGS
      plantedBug == .twoPodsInOneTxn
    #else
      false
    #endif
  }

  /// No API collection twice, no key twice.
  private static func isLegal(_ step: Step) -> Bool {
    var kinds: Set<Kind> = []
    var keys: Set<StoreKey> = []
    return step.intents.allSatisfy { intent in
      switch intent {
      case .create(let kind, _): kinds.insert(kind).inserted
      case .update(let old, _), .updateStatus(let old, _), .updateSubresource(let old, _, _),
        .bind(let old, _), .delete(let old, _):
        old.objectKey.map { kinds.insert($0.kind).inserted } ?? false
      case .put(let key, _, _): keys.insert(key).inserted
      case .remove(let old): keys.insert(old.key).inserted
      }
    } && !(step.event != nil && kinds.contains(.event))
  }
}
