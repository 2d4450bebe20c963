import JSON
import Objects
import Registry

/// An object's owners, sorted by what has become of them, and what follows for the object
/// (garbagecollector.attemptToDeleteItem).
struct Ownership {
  private let object: StoredObject
  private let view: ClusterView
  /// Owners that hold the object: there, or of a kind that nobody here knows.
  private var solid: [OwnerReference] = []
  /// Owners that wait for the object to go.
  private var waiting: [OwnerReference] = []
  /// Owners that are gone, each with what the store must still hold in its place.
  private var gone: [(reference: OwnerReference, proof: Guard)] = []
  /// An owner of the same name lives in another namespace.
  private var isMisplaced = false

  init(of object: StoredObject, _ key: ObjectKey, in view: ClusterView) {
    self.object = object
    self.view = view
    for reference in object.meta.owners { sort(reference, of: key) }
  }

  private mutating func sort(_ reference: OwnerReference, of key: ObjectKey) {
    guard !reference.name.isEmpty,
      let kind = Kind.kept(apiVersion: reference.apiVersion, name: reference.kind), kind != .event,
      // An object outside namespaces cannot have an owner in one: Kubernetes leaves it alone.
      !kind.isNamespaced || !key.namespace.isEmpty
    else { return solid.append(reference) }
    let ownerKey = ObjectKey(
      kind, namespace: kind.isNamespaced ? key.namespace : "", name: reference.name)
    let named = view[ownerKey]
    let found = named?.meta.uid == reference.uid ? named : view.object(uid: reference.uid)
    if let found, let foundKey = found.objectKey, foundKey.kind == kind {
      if foundKey.namespace == ownerKey.namespace {
        // One that does not block its owner stays until the owner is gone.
        let isAwaited = GarbageCollector.waitsInForeground(found) && reference.blocksOwnerDeletion
        if isAwaited { waiting.append(reference) } else { solid.append(reference) }
        return
      }
      isMisplaced = true
    }
    let proof = named.map(Guard.unchanged) ?? .absent(.object(ownerKey))
    gone.append((reference, proof))
  }

  var plan: Plan {
    if gone.isEmpty && waiting.isEmpty { return .nothing }
    // As many as one Txn can prove; the others are found again.
    let proven = gone.prefix(GarbageCollector.goneOwnersMax)
    if !solid.isEmpty || proven.count < gone.count {
      let lost = proven.map(\.reference.uid) + (solid.isEmpty ? [] : waiting.map(\.uid))
      let rest = lost.reduce(object.json) { $0.without(owner: $1) }
      return Plan([Step([.update(from: object, to: rest)], guards: proven.map(\.proof))])
    }
    let dependents = view.dependents(of: object.meta.uid)
    if !waiting.isEmpty, !dependents.isEmpty {
      // Owners in a circle would wait for each other for ever.
      if dependents.contains(where: GarbageCollector.waitsInForeground) { return unblocking() }
      return deletion(.foreground)
    }
    return deletion(object.meta.finalizers.contains(GarbageCollector.orphan) ? .orphan : policy)
  }

  private var policy: DeleteOptions.Propagation {
    object.meta.finalizers.contains(GarbageCollector.foreground) ? .foreground : .background
  }

  private func deletion(_ propagation: DeleteOptions.Propagation) -> Plan {
    var event: EventNote?
    if isMisplaced, let reference = gone.first?.reference {
      let namespace = object.meta.namespace
      event = EventNote(
        regarding: object, type: .warning, reason: "OwnerRefInvalidNamespace",
        message: "ownerRef [\(reference.apiVersion)/\(reference.kind), namespace: \(namespace), "
          + "name: \(reference.name), uid: \(reference.uid)] does not exist in namespace "
          + "\"\(namespace)\"")
    }
    return Plan([
      Step(
        [.delete(object, DeleteOptions(propagation: propagation))], guards: gone.map(\.proof),
        event: event)
    ])
  }

  /// The object blocks none of its owners any more.
  private func unblocking() -> Plan {
    var rest = object.json
    rest.edit("metadata") { meta in
      let owners = (meta["ownerReferences"]?.array ?? []).map { owner -> JSONValue in
        guard var owner = owner.object else { return owner }
        owner["blockOwnerDeletion"] = false
        return .object(owner)
      }
      meta["ownerReferences"] = .array(owners)
    }
    return Plan([Step([.update(from: object, to: rest)])])
  }
}
