import JSON
public import Objects
public import Registry

/// Makes the namespaces that every cluster has, and empties those on their way out
/// (kube-controller-manager's namespace controller).
///
///     marked --> pods deleted --> the rest deleted --> finalizer off: gone
///
/// Nothing slips in: what is created in a namespace compares its key, so that from its mark on
/// every such Txn is refused; and it only counts as empty in a view that has reached the mark.
public struct NamespaceReconciler: Reconciler {
  public let name = "namespace"
  public let electsLeader = true
  public let collections: [Collection]

  /// Objects deleted in one plan.
  static let deletionsPerPlanMax = 500
  /// Those that kube-apiserver makes.
  private static let always = ["default", "kube-node-lease", "kube-public", "kube-system"]
  /// The finalizer in `spec.finalizers` that is ours to take off.
  private static let finalizer = "kubernetes"
  /// What namespaces hold, in the order of the keys.
  private let contents: [Kind]

  /// Namespaces are emptied of objects of these kinds.
  public init(kinds: [Kind] = Kind.all) {
    collections = kinds.map(Collection.objects)
    contents = kinds.filter(\.isNamespaced)
  }

  // MARK: - What matters

  public func keys(old: StoredObject?, new: StoredObject?, in view: ClusterView) -> [WorkKey] {
    guard let key = (new ?? old)?.objectKey else { return [] }
    if key.kind == .namespace { return [.object(key)] }
    guard key.kind.isNamespaced else { return [] }
    let namespace = ObjectKey(.namespace, name: key.namespace)
    return view[namespace]?.meta.isBeingDeleted == true ? [.object(namespace)] : []
  }

  // MARK: - Planning

  public func reconcile(
    _ key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan {
    switch key {
    case .everything:
      let missing = Self.always.filter { view[ObjectKey(.namespace, name: $0)] == nil }
      return Plan(missing.map(Self.creation), order: .independent)
    case .key(.object(let key)):
      guard key.kind == .namespace else { return .nothing }
      guard let namespace = view[key] else {
        return Self.always.contains(key.name) ? Plan([Self.creation(key.name)]) : .nothing
      }
      guard namespace.meta.isBeingDeleted else { return .nothing }
      return empty(namespace, key.name, in: view, context)
    case .key: return .nothing
    }
  }

  private static func creation(_ name: String) -> Step {
    let meta: JSONValue = ["name": .string(name)]
    return Step([.create(.namespace, JSONObject([.init(name: "metadata", value: meta)]))])
  }

  // MARK: - On its way out

  private func empty(
    _ namespace: StoredObject, _ name: String, in view: ClusterView, _ context: PlanContext
  ) -> Plan {
    let deletions = deletions(name, in: view)
    if !deletions.isEmpty { return Plan(deletions, order: .independent) }
    let remains = Remains(contents.map { ($0, view.objects($0, in: name)) })
    if remains.isEmpty {
      guard view.reached >= namespace.modRevision else {
        return .waiting(for: namespace.modRevision)
      }
      if let step = Self.finalization(namespace) { return Plan([step]) }
    }
    var status = namespace.json
    status.edit("status") { status in
      status["phase"] = "Terminating"
      var conditions = Conditions(.object(status))
      for statement in remains.statements { conditions.state(statement, at: context.now) }
      status["conditions"] = .array(conditions.list)
    }
    if status == namespace.json { return .nothing }
    return Plan([Step([.updateStatus(from: namespace, to: status)])])
  }

  /// Pods first, and the rest once they are gone, so that nothing that a pod relies on goes before
  /// it (Kubernetes' OrderedNamespaceDeletion).
  private func deletions(_ name: String, in view: ClusterView) -> [Step] {
    let pods = view.objects(.pod, in: name)
    let kinds = pods.isEmpty ? contents.filter { $0 != .pod } : [.pod]
    var steps: [Step] = []
    for kind in kinds {
      for object in view.objects(kind, in: name) where !object.meta.isBeingDeleted {
        if steps.count == Self.deletionsPerPlanMax { return steps }
        steps.append(Step([.delete(object, DeleteOptions())]))
      }
    }
    return steps
  }

  /// Takes our finalizer off; the registry removes the namespace with its last one. Nil when others
  /// hold it still.
  private static func finalization(_ namespace: StoredObject) -> Step? {
    let finalizers = namespace.json["spec"]?["finalizers"]?.array ?? []
    guard finalizers.contains(.string(finalizer)) else {
      let isHeld = !finalizers.isEmpty || !namespace.meta.finalizers.isEmpty
      return isHeld ? nil : Step([.delete(namespace, DeleteOptions())])
    }
    var object = namespace.json
    object.edit("spec") { spec in
      spec["finalizers"] = .array(finalizers.filter { $0.string != finalizer })
    }
    return Step([.update(from: namespace, to: object)])
  }
}
