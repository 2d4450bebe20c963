import Base
public import JSON
public import Objects

/// A new pod runs as a service account that is there, and gets what that gives it: a token that the
/// node keeps fresh, and secrets to pull images with (Kubernetes' ServiceAccount admission).
enum ServiceAccountAdmission {
  private static let mountPath = "/var/run/secrets/kubernetes.io/serviceaccount"
  private static let volumePrefix = "kube-api-access-"
  /// An hour, and seven seconds by which Kubernetes tells its own tokens from others.
  private static let tokenSeconds: Int64 = 3607
  private static let fileMode: Int64 = 0o644

  static func newPod(
    _ pod: inout JSONObject, in view: ClusterView, _ random: inout PRNG
  ) -> Rejection? {
    let meta = pod["metadata"]
    guard meta?["annotations"]?["kubernetes.io/config.mirror"] == nil else { return nil }
    let given = pod["spec"]?["serviceAccountName"]?.string ?? ""
    let name = given.isEmpty ? "default" : given
    let namespace = meta?["namespace"]?.string ?? ""
    let key = ObjectKey(.serviceAccount, namespace: namespace, name: name)
    guard let account = view[key] else {
      return .forbidden(
        .pod, name: meta?["name"]?.string ?? "",
        reason: "error looking up service account \(namespace)/\(name): "
          + "serviceaccount \"\(name)\" not found")
    }
    pod.edit("spec") { spec in
      spec["serviceAccountName"] = .string(name)
      spec["serviceAccount"] = .string(name)
      if spec["automountServiceAccountToken"]?.bool
        ?? account.json["automountServiceAccountToken"]?.bool ?? true
      {
        mountToken(in: &spec, &random)
      }
      if (spec["imagePullSecrets"]?.array ?? []).isEmpty,
        let secrets = account.json["imagePullSecrets"]?.array, !secrets.isEmpty
      {
        spec["imagePullSecrets"] = .array(secrets)
      }
    }
    return nil
  }

  /// Into every container that has nothing else at its place.
  private static func mountToken(in spec: inout JSONObject, _ random: inout PRNG) {
    let volumes = spec["volumes"]?.array ?? []
    let known = volumes.compactMap { $0["name"]?.string }.first { $0.hasPrefix(volumePrefix) }
    let name = known ?? ObjectNames.generated(volumePrefix, &random)
    var isMounted = false
    for list in ["initContainers", "containers"] {
      guard var containers = spec[list]?.array else { continue }
      for place in containers.indices {
        guard var container = containers[place].object else { continue }
        let mounts = container["volumeMounts"]?.array ?? []
        guard !mounts.contains(where: { $0["mountPath"]?.string == mountPath }) else { continue }
        container["volumeMounts"] = .array(
          mounts + [
            ["name": .string(name), "readOnly": true, "mountPath": .string(mountPath)]
          ])
        containers[place] = .object(container)
        isMounted = true
      }
      spec[list] = .array(containers)
    }
    if isMounted, known == nil { spec["volumes"] = .array(volumes + [volume(name)]) }
  }

  private static func volume(_ name: String) -> JSONValue {
    let token: JSONValue = ["expirationSeconds": .number(tokenSeconds), "path": "token"]
    let certificates: JSONValue = [
      "name": "kube-root-ca.crt", "items": [["key": "ca.crt", "path": "ca.crt"]],
    ]
    let field: JSONValue = ["apiVersion": "v1", "fieldPath": "metadata.namespace"]
    return [
      "name": .string(name),
      "projected": [
        "sources": [
          ["serviceAccountToken": token], ["configMap": certificates],
          ["downwardAPI": ["items": [["path": "namespace", "fieldRef": field]]]],
        ], "defaultMode": .number(fileMode),
      ],
    ]
  }
}

extension ObjectRegistry {
  /// A new pod waits so long for the account of a namespace that is new too, as in Kubernetes'
  /// admission.
  public static let accountWait = Duration.milliseconds(1500)

  /// The account `default` that a new pod is to run as, while its namespace does not have it yet.
  public func awaitedAccount(
    of object: JSONObject, _ kind: Kind, in namespace: String, _ view: ClusterView
  ) -> ObjectKey? {
    guard hasServiceAccounts, kind == .pod, view[ObjectKey(.namespace, name: namespace)] != nil
    else { return nil }
    let given = object["spec"]?["serviceAccountName"]?.string ?? ""
    guard given.isEmpty || given == "default" else { return nil }
    let key = ObjectKey(.serviceAccount, namespace: namespace, name: "default")
    return view[key] == nil ? key : nil
  }
}
