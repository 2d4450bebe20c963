import JSON
import Objects
import Registry

/// Which objects an owner controls: those that name it as their controller and that its selector
/// matches. Matching ones that nobody controls are adopted, own ones that match no longer are
/// released (kube-controller-manager's ControllerRefManager).
struct Claim {
  /// In the order of their keys; with those whose adoption is among the steps.
  private(set) var owned: [StoredObject] = []
  /// Adoptions and releases; none relies on another.
  private(set) var steps: [Step] = []

  /// `isClaimable` leaves out what is of no concern, such as ended pods.
  init(
    _ kind: Kind, by owner: StoredObject, matching selector: LabelSelector, in view: ClusterView,
    where isClaimable: (StoredObject) -> Bool = { _ in true }
  ) {
    guard let ownerKey = owner.objectKey, !owner.meta.uid.isEmpty else { return }
    for object in Self.controlled(kind, by: owner, in: view) where isClaimable(object) {
      if selector.matches(object.meta.labels) {
        owned.append(object)
      } else {
        steps.append(Step([.update(from: object, to: object.json.without(owner: owner.meta.uid))]))
      }
    }
    var adopted: [StoredObject] = []
    for object in view.uncontrolled(kind, in: ownerKey.namespace)
    where !object.meta.isBeingDeleted && selector.matches(object.meta.labels)
      && isClaimable(object)
    {
      adopted.append(object)
      // An owner that is being deleted meanwhile adopts nobody.
      steps.append(
        Step(
          [.update(from: object, to: object.json.adding(owner: .controller(owner, ownerKey)))],
          guards: [.unchanged(owner)]))
    }
    if !adopted.isEmpty {
      owned += adopted
      owned.sort { $0.meta.name < $1.meta.name }
    }
  }

  /// The objects of a kind, in the owner's namespace, whose controller the owner is.
  static func controlled(
    _ kind: Kind, by owner: StoredObject, in view: ClusterView
  ) -> [StoredObject] {
    let namespace = owner.objectKey?.namespace
    return view.dependents(of: owner.meta.uid).filter { object in
      object.objectKey?.kind == kind && object.objectKey?.namespace == namespace
        && object.meta.controller?.uid == owner.meta.uid
    }
  }

  /// The controller of an object, where it is of this kind and in the object's namespace.
  static func controller(
    of object: StoredObject, _ kind: Kind, in view: ClusterView
  ) -> StoredObject? {
    guard let reference = object.meta.controller, reference.kind == kind.name,
      let owner = view.object(uid: reference.uid), let ownerKey = owner.objectKey,
      ownerKey.kind == kind, ownerKey.namespace == object.objectKey?.namespace
    else { return nil }
    return owner
  }
}

extension OwnerReference {
  /// As the controller of a new or adopted object (metav1.NewControllerRef).
  static func controller(_ owner: StoredObject, _ key: ObjectKey) -> OwnerReference {
    OwnerReference(
      apiVersion: key.kind.apiVersion, kind: key.kind.name, name: key.name, uid: owner.meta.uid)
  }
}

extension JSONObject {
  /// The object without an owner.
  func without(owner uid: String) -> JSONObject {
    var object = self
    object.edit("metadata") { meta in
      let rest = (meta["ownerReferences"]?.array ?? []).filter { $0["uid"]?.string != uid }
      meta["ownerReferences"] = rest.isEmpty ? nil : .array(rest)
    }
    return object
  }

  /// The object with an owner, once.
  func adding(owner: OwnerReference) -> JSONObject {
    var object = without(owner: owner.uid)
    object.edit("metadata") { meta in
      meta["ownerReferences"] = .array((meta["ownerReferences"]?.array ?? []) + [owner.json])
    }
    return object
  }
}
