import JSON
import Objects

/// PersistentVolumeClaims and PersistentVolumes (pkg/apis/core/validation).
extension Validator {
  private static let accessModes = [
    "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod",
  ]

  private mutating func accessModes(of spec: JSONObject, _ absent: String) {
    let modes = (spec["accessModes"]?.array ?? []).compactMap(\.string)
    if modes.isEmpty { required("accessModes", absent) }
    for mode in modes where !Self.accessModes.contains(mode) {
      unsupported("accessModes", mode, Self.accessModes)
    }
    if modes.contains("ReadWriteOncePod"), modes.contains(where: { $0 != "ReadWriteOncePod" }) {
      forbidden("accessModes", "may not use ReadWriteOncePod with other access modes")
    }
  }

  private mutating func className(of spec: JSONObject) {
    guard let name = spec["storageClassName"]?.string, !name.isEmpty else { return }
    invalid("storageClassName", name, NameSyntax.subdomainComplaints(name))
  }

  // MARK: - PersistentVolumeClaim

  mutating func persistentVolumeClaim(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    within("spec") { $0.claimSpec(spec) }
  }

  mutating func claimSpec(_ spec: JSONObject) {
    accessModes(of: spec, "at least 1 access mode is required")
    ifObject("selector", of: spec) { $0.labelSelector($1) }
    let storage = spec["resources"]?["requests"]?["storage"]
    if let storage {
      positive("resources[storage]", storage)
    } else {
      required("resources[storage]")
    }
    className(of: spec)
    oneOf(["Block", "Filesystem"], "volumeMode", of: spec)
  }

  private mutating func positive(_ field: String, _ value: JSONValue) {
    guard let quantity = Quantity(json: value), quantity.isZero || quantity.isNegative else {
      return
    }
    invalid(field, quantity.description, "must be greater than zero")
  }

  private static let claimFixed = """
    spec is immutable after creation except resources.requests and volumeAttributesClassName for \
    bound claims
    """

  mutating func claimUpdate(_ object: JSONObject, replacing old: JSONObject) {
    var spec = object["spec"]?.object ?? JSONObject()
    let before = old["spec"]?.object ?? JSONObject()
    guard spec != before else { return }
    if (before["volumeName"]?.string ?? "").isEmpty { spec["volumeName"] = before["volumeName"] }
    if object["status"]?["phase"]?.string == "Bound" {
      if spec["resources"]?["requests"]?.object != nil {
        spec.edit("resources") { resources in
          resources.edit("requests") { requests in
            requests["storage"] = before["resources"]?["requests"]?["storage"]
          }
        }
      }
      spec["volumeAttributesClassName"] = before["volumeAttributesClassName"]
    }
    // A claim that came before there was a default class may get one later.
    if before["storageClassName"]?.string == nil, (before["volumeName"]?.string ?? "").isEmpty {
      spec["storageClassName"] = before["storageClassName"]
    }
    if spec != before {
      // Kubernetes adds a diff here, which carries no contract.
      let names = Set((spec.members + before.members).map(\.name)).sorted()
      let changed = names.filter { spec[$0] != before[$0] }
      forbidden("spec", Self.claimFixed + "\n" + changed.joined(separator: ", ") + "\n")
    }
    func size(_ json: JSONValue?) -> Quantity { Quantity(json: json) ?? .zero }
    let wanted = size(object["spec"]?["resources"]?["requests"]?["storage"])
    if wanted < size(before["resources"]?["requests"]?["storage"]),
      wanted <= size(object["status"]?["capacity"]?["storage"])
    {
      forbidden(
        "spec.resources.requests.storage", "field can not be less than status.capacity")
    }
  }

  // MARK: - PersistentVolume

  /// In the order in which Kubernetes looks at them.
  private static let volumeSources = [
    "hostPath", "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "flocker", "nfs", "rbd",
    "quobyte", "cephfs", "iscsi", "cinder", "fc", "flexVolume", "azureFile", "vsphereVolume",
    "photonPersistentDisk", "portworxVolume", "azureDisk", "scaleIO", "local", "storageos", "csi",
  ]

  mutating func persistentVolume(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      validator.accessModes(of: spec, "")
      validator.capacity(of: spec)
      if let policy = spec["persistentVolumeReclaimPolicy"]?.string, !policy.isEmpty {
        validator.oneOf(
          ["Delete", "Recycle", "Retain"], "persistentVolumeReclaimPolicy", of: spec)
      }
      validator.volumeSource(of: spec)
      if spec["persistentVolumeReclaimPolicy"] == "Recycle",
        spec["hostPath"]?["path"]?.string == "/"
      {
        validator.forbidden(
          "persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'")
      }
      validator.className(of: spec)
      validator.oneOf(["Block", "Filesystem"], "volumeMode", of: spec)
    }
  }

  private mutating func capacity(of spec: JSONObject) {
    let capacity = spec["capacity"]?.object ?? JSONObject()
    if capacity.isEmpty { required("capacity") }
    if capacity["storage"] == nil || capacity.members.count > 1 {
      report(
        .unsupported, "capacity", value: GoText.structure("core.ResourceList", spec["capacity"]),
        Self.supported(["storage"]))
    }
    within("capacity") { validator in
      for member in capacity.members {
        validator.within(key: member.name) { validator in
          guard let quantity = Quantity(json: member.value),
            quantity.isZero || quantity.isNegative
          else { return }
          validator.invalid(nil, quantity.description, "must be greater than zero")
        }
      }
    }
  }

  private mutating func volumeSource(of spec: JSONObject) {
    var count = 0
    for field in Self.volumeSources {
      guard let source = spec[field]?.object else { continue }
      count += 1
      guard count == 1 else {
        forbidden(field, "may not specify more than 1 volume type")
        continue
      }
      if field == "local", spec["nodeAffinity"]?["required"]?.object == nil {
        required("nodeAffinity", "Local volume requires node affinity")
      }
      within(field) { $0.persistentSource(field, source) }
    }
    if count == 0 { required(nil, "must specify a volume type") }
  }

  private mutating func persistentSource(_ field: String, _ source: JSONObject) {
    switch field {
    case "hostPath", "nfs": volumeSource(field, source)
    case "local":
      let path = source["path"]?.string ?? ""
      if path.isEmpty { required("path") } else { noBacksteps("path", path) }
    case "csi":
      let driver = source["driver"]?.string ?? ""
      driverName("driver", driver)
      if (source["volumeHandle"]?.string ?? "").isEmpty { required("volumeHandle") }
    default: break
    }
  }

  mutating func driverName(_ field: String, _ name: String) {
    if name.isEmpty { required(field) }
    if name.utf8.count > 63 {
      report(.tooLong, field, "may not be more than 63 bytes")
    }
    for complaint in NameSyntax.subdomainComplaints(name.lowercased()) {
      invalid(field, name, complaint)
    }
  }

  mutating func volumeUpdate(_ object: JSONObject, replacing old: JSONObject) {
    let changed = Self.volumeSources.filter { object["spec"]?[$0] != old["spec"]?[$0] }
    if !changed.isEmpty {
      forbidden(
        "spec.persistentvolumesource",
        "spec.persistentvolumesource is immutable after creation\n"
          + changed.joined(separator: ", ") + "\n")
    }
    if let mode = object["spec"]?["volumeMode"]?.string,
      mode != old["spec"]?["volumeMode"]?.string
    {
      invalid("spec.volumeMode", mode, "field is immutable")
    }
  }
}

/// storage.k8s.io/v1 (pkg/apis/storage/validation).
extension Validator {
  mutating func storageClass(_ object: JSONObject) {
    let provisioner = object["provisioner"]?.string ?? ""
    if provisioner.isEmpty {
      required("provisioner")
    } else {
      invalid(
        "provisioner", provisioner,
        NameSyntax.qualifiedNameComplaints(provisioner.lowercased()))
    }
    oneOf(["Delete", "Retain"], "reclaimPolicy", of: object)
    oneOf(["Immediate", "WaitForFirstConsumer"], "volumeBindingMode", of: object)
  }

  mutating func storageClassUpdate(_ object: JSONObject, replacing old: JSONObject) {
    for field in ["parameters", "provisioner", "reclaimPolicy"] where object[field] != old[field] {
      forbidden(field, "updates to \(field) are forbidden.")
    }
    if object["volumeBindingMode"] != old["volumeBindingMode"] {
      invalid(
        "volumeBindingMode", object["volumeBindingMode"]?.string ?? "", "field is immutable")
    }
  }

  mutating func csiDriver(_ object: JSONObject) {
    driverName("metadata.name", object["metadata"]?["name"]?.string ?? "")
    within("spec") { validator in
      let spec = object["spec"]?.object ?? JSONObject()
      validator.eachText("volumeLifecycleModes", of: spec) { validator, mode in
        let supported = ["Ephemeral", "Persistent"]
        if !supported.contains(mode) { validator.unsupported(nil, mode, supported) }
      }
      validator.oneOf(
        ["ReadWriteOnceWithFSType", "None", "File"], "fsGroupPolicy", of: spec)
    }
  }

  mutating func csiNode(_ object: JSONObject) {
    var names: Set<String> = []
    within("spec") { validator in
      validator.each("drivers", of: object["spec"]?.object ?? JSONObject()) {
        validator, driver, _ in
        let name = driver["name"]?.string ?? ""
        validator.driverName("name", name)
        if (driver["nodeID"]?.string ?? "").isEmpty { validator.required("nodeID") }
        if !names.insert(name).inserted { validator.duplicate("name", name) }
      }
    }
  }

  mutating func volumeAttachment(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      validator.driverName("attacher", spec["attacher"]?.string ?? "")
      let source = spec["source"]
      let volume = source?["persistentVolumeName"]?.string ?? ""
      if source?["inlineVolumeSpec"]?.object == nil, volume.isEmpty {
        validator.required(
          "source",
          "must specify exactly one of inlineVolumeSpec and "
            + "persistentVolumeName")
      }
      let node = spec["nodeName"]?.string ?? ""
      validator.invalid("nodeName", node, NameSyntax.subdomainComplaints(node))
    }
  }

  mutating func volumeAttachmentUpdate(_ object: JSONObject, replacing old: JSONObject) {
    guard object["spec"] != old["spec"] else { return }
    report(
      .invalid, "spec", value: GoText.structure("storage.VolumeAttachmentSpec", object["spec"]),
      "field is immutable")
  }

  mutating func csiStorageCapacity(_ object: JSONObject) {
    let name = object["storageClassName"]?.string ?? ""
    invalid("storageClassName", name, NameSyntax.subdomainComplaints(name))
    for field in ["capacity", "maximumVolumeSize"] {
      if let quantity = Quantity(json: object[field]), quantity.isNegative {
        invalid(field, quantity.description, "must be greater than or equal to 0")
      }
    }
    ifObject("nodeTopology", of: object) { $0.labelSelector($1) }
  }

  mutating func csiStorageCapacityUpdate(_ object: JSONObject, replacing old: JSONObject) {
    for field in ["nodeTopology", "storageClassName"] where object[field] != old[field] {
      report(.invalid, field, value: object[field]?.text() ?? "null", "field is immutable")
    }
  }
}
