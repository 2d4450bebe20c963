import JSON
public import Objects
public import Registry

/// Keeps a service account `default` in every namespace, for pods that name none
/// (kube-controller-manager's serviceaccount controller).
public struct ServiceAccountReconciler: Reconciler {
  public let name = "serviceaccount"
  public let electsLeader = true
  public let collections: [Collection] = [.objects(.namespace), .objects(.serviceAccount)]

  public init() {}

  public func keys(old: StoredObject?, new: StoredObject?, in view: ClusterView) -> [WorkKey] {
    NamespaceContent.keys(of: .serviceAccount, named: "default", old: old, new: new)
  }

  public func reconcile(
    _ key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan {
    guard let namespace = NamespaceContent.living(key, in: view) else { return .nothing }
    let account = ObjectKey(.serviceAccount, namespace: namespace, name: "default")
    guard view[account] == nil else { return .nothing }
    return Plan([Step([.create(.serviceAccount, NamespaceContent.object(account))])])
  }
}

/// Keeps the ConfigMap `kube-root-ca.crt` in every namespace, by which pods know the API server
/// (kube-controller-manager's root-ca-certificate-publisher).
public struct RootCertificatePublisher: Reconciler {
  public let name = "root-ca-certificate-publisher"
  public let electsLeader = true
  public let collections: [Collection] = [.objects(.namespace), .objects(.configMap)]

  private static let map = "kube-root-ca.crt"
  private let certificates: String

  /// PEM of whoever vouches for the API servers; empty where nobody has said it: then nothing is
  /// published.
  public init(certificates: String) {
    self.certificates = certificates
  }

  public func keys(old: StoredObject?, new: StoredObject?, in view: ClusterView) -> [WorkKey] {
    NamespaceContent.keys(of: .configMap, named: Self.map, old: old, new: new)
  }

  public func reconcile(
    _ key: WorkKey, in view: ClusterView, context: inout PlanContext
  ) -> Plan {
    guard !certificates.isEmpty, let namespace = NamespaceContent.living(key, in: view) else {
      return .nothing
    }
    let key = ObjectKey(.configMap, namespace: namespace, name: Self.map)
    let data: JSONValue = ["ca.crt": .string(certificates)]
    guard let old = view[key] else {
      var object = NamespaceContent.object(key)
      object["data"] = data
      return Plan([Step([.create(.configMap, object)])])
    }
    guard old.json["data"] != data, !old.meta.isBeingDeleted else { return .nothing }
    var object = old.json
    object["data"] = data
    return Plan([Step([.update(from: old, to: object)])])
  }
}

/// What every namespace holds one of.
private enum NamespaceContent {
  /// The namespace, where it or the object in it has changed.
  static func keys(
    of kind: Kind, named name: String, old: StoredObject?, new: StoredObject?
  ) -> [WorkKey] {
    guard let key = (new ?? old)?.objectKey else { return [] }
    if key.kind == .namespace { return [.object(key)] }
    guard key.kind == kind, key.name == name else { return [] }
    return [.object(ObjectKey(.namespace, name: key.namespace))]
  }

  /// The name of a namespace that is not on its way out.
  static func living(_ key: WorkKey, in view: ClusterView) -> String? {
    guard case .key(.object(let key)) = key, key.kind == .namespace, let namespace = view[key],
      !namespace.meta.isBeingDeleted
    else { return nil }
    return key.name
  }

  static func object(_ key: ObjectKey) -> JSONObject {
    let meta: JSONValue = ["name": .string(key.name), "namespace": .string(key.namespace)]
    return JSONObject([.init(name: "metadata", value: meta)])
  }
}
