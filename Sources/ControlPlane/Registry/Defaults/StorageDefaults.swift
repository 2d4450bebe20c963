import Base
import JSON
import Objects

/// Rows of storage.
extension DefaultRows {
  static let persistentVolumeClaim = DefaultsTree(
    """
    spec = {}
    spec.volumeMode = "Filesystem"
    """)

  static let persistentVolume = DefaultsTree(
    """
    spec = {}
    spec.persistentVolumeReclaimPolicy = "Retain"
    spec.volumeMode = "Filesystem"
    spec.hostPath.type = ""
    spec.iscsi.iscsiInterface = "default"
    spec.rbd.pool = "rbd"
    spec.rbd.user = "admin"
    spec.rbd.keyring = "/etc/ceph/keyring"
    spec.azureDisk.cachingMode = "ReadWrite"
    spec.azureDisk.fsType = "ext4"
    spec.azureDisk.readOnly = false
    spec.azureDisk.kind = "Shared"
    spec.scaleIO.storageMode = "ThinProvisioned"
    spec.scaleIO.fsType = "xfs"
    """)

  static let storageClass = DefaultsTree(
    """
    reclaimPolicy = "Delete"
    volumeBindingMode = "Immediate"
    """)

  static let csiDriver = DefaultsTree(
    """
    spec = {}
    spec.attachRequired = true
    spec.podInfoOnMount = false
    spec.volumeLifecycleModes = ["Persistent"]
    spec.storageCapacity = false
    spec.fsGroupPolicy = "ReadWriteOnceWithFSType"
    spec.requiresRepublish = false
    spec.seLinuxMount = false
    """)
}

/// The defaults of storage that depend on other fields.
extension Defaults {
  static func persistentVolumeClaim(_ object: inout JSONObject) {
    DefaultRows.persistentVolumeClaim.apply(to: &object)
    edit("spec", of: &object) { spec in
      let isSourced = claimSources(&spec)
      return claimAmounts(&spec) || isSourced
    }
  }

  private static func claimAmounts(_ spec: inout JSONObject) -> Bool {
    edit("resources", of: &spec) { resources in
      let limits = edit("limits", of: &resources, Quantities.canonicalize)
      return edit("requests", of: &resources, Quantities.canonicalize) || limits
    }
  }

  /// The old field and the new one say the same. The old one names a claim or a snapshot only:
  /// anything else is dropped, as it always was.
  private static func claimSources(_ spec: inout JSONObject) -> Bool {
    let before = (spec["dataSource"], spec["dataSourceRef"])
    if let source = spec["dataSource"]?.object, !isKept(source) { spec["dataSource"] = nil }
    for field in ["dataSource", "dataSourceRef"] {
      guard var source = spec[field]?.object, source["apiGroup"] == nil else { continue }
      source["apiGroup"] = .null
      spec[field] = .object(source)
    }
    if let source = spec["dataSource"]?.object, spec["dataSourceRef"]?.object == nil {
      spec["dataSourceRef"] = .object(source)
    } else if let reference = spec["dataSourceRef"]?.object, spec["dataSource"]?.object == nil,
      reference["namespace"]?.string == nil, isKept(reference)
    {
      spec["dataSource"] = .object(reference)
    }
    return before.0 != spec["dataSource"] || before.1 != spec["dataSourceRef"]
  }

  private static func isKept(_ source: JSONObject) -> Bool {
    let kind = source["kind"]?.string ?? ""
    switch source["apiGroup"]?.string ?? "" {
    case "": return kind == "PersistentVolumeClaim"
    case "snapshot.storage.k8s.io": return kind == "VolumeSnapshot"
    default: return false
    }
  }

  static func persistentVolume(_ object: inout JSONObject) {
    DefaultRows.persistentVolume.apply(to: &object)
    edit("spec", of: &object) { spec in
      edit("capacity", of: &spec, Quantities.canonicalize)
    }
  }
}

/// What is given to new storage only.
extension Admission {
  /// Of new claims that name no class, not even an empty one: the class that is marked as default,
  /// of several the newest (DefaultStorageClass).
  static func defaultClass(_ claim: inout JSONObject, _ view: ClusterView) -> Rejection? {
    let annotation = "storage-class"
    let named = claim["metadata"]?["annotations"]?["volume.beta.kubernetes.io/\(annotation)"]
    guard claim["spec"]?["storageClassName"]?.string == nil, named?.string == nil else {
      return nil
    }
    let marks = ["storageclass.kubernetes.io", "storageclass.beta.kubernetes.io"]
    let defaults = view.objects(.storageClass).filter { object in
      marks.contains { object.meta.annotations["\($0)/is-default-class"] == "true" }
    }
    // In the order of their names: of two made at one time the first one counts.
    let newest = defaults.reduce(nil as StoredObject?) { newest, next in
      guard let newest else { return next }
      let times = (
        newest.meta.creationTime?.milliseconds ?? 0, next.meta.creationTime?.milliseconds ?? 0
      )
      return times.1 > times.0 ? next : newest
    }
    if let newest { claim.edit("spec") { $0["storageClassName"] = .string(newest.meta.name) } }
    return nil
  }

  /// Of new claims and volumes: they stay while something uses them (StorageObjectInUseProtection).
  static func protect(_ object: inout JSONObject, by finalizer: String) -> Rejection? {
    object.edit("metadata") { meta in
      let finalizers = meta["finalizers"]?.array ?? []
      if !finalizers.contains(.string(finalizer)) {
        meta["finalizers"] = .array(finalizers + [.string(finalizer)])
      }
    }
    return nil
  }
}

/// Admission of claims that want more (plugin PersistentVolumeClaimResize).
enum ClaimGrowth {
  /// Why a claim may not grow; nil for one that may, or does not want to.
  static func complaint(
    _ claim: JSONObject, replacing old: JSONObject, in view: ClusterView
  ) -> String? {
    func size(_ claim: JSONObject) -> Quantity {
      Quantity(json: claim["spec"]?["resources"]?["requests"]?["storage"]) ?? .zero
    }
    guard size(claim) > size(old) else { return nil }
    guard old["status"]?["phase"] == "Bound" else {
      return "Only bound persistent volume claims can be expanded"
    }
    let name = claim["spec"]?["storageClassName"]?.string ?? ""
    let mayGrow =
      !name.isEmpty && name == old["spec"]?["storageClassName"]?.string
      && view[ObjectKey(.storageClass, name: name)]?.json["allowVolumeExpansion"] == true
    return mayGrow
      ? nil
      : "only dynamically provisioned pvc can be resized and the storageclass that provisions the "
        + "pvc must support resize"
  }
}
