import Base
import JSON
import Objects

/// The rows of storage.
extension TableRows {
  static let storage: [String: TableRows] = [
    "persistentvolumes": persistentVolume, "persistentvolumeclaims": persistentVolumeClaim,
    "storageclasses": storageClass, "csidrivers": csiDriver, "csinodes": csiNode,
    "volumeattachments": volumeAttachment,
  ]

  private static let attributesClass = ObjectTable.Column(
    "VolumeAttributesClass", "What the volume is like, in the storage's own words.")
  private static let volumeMode = ObjectTable.Column(
    "VolumeMode", priority: 1, "Whether pods get a file system or a device.")

  private static let persistentVolume = TableRows([
    .name, .init("Capacity", "How much it holds."),
    .init("Access Modes", "How it can be mounted."),
    .init("Reclaim Policy", "What becomes of it when its claim goes."),
    .init("Status", "Whether a claim has it."), .init("Claim", "The claim that has it."),
    .init("StorageClass", "The class that it was made for."), attributesClass,
    .init("Reason", "Why it is in this state."), .age, volumeMode,
  ]) { row in
    let claim = row.spec?["claimRef"]?.object.map {
      "\($0["namespace"]?.string ?? "")/\($0["name"]?.string ?? "")"
    }
    return [
      row.name, .string(amount(row.spec?["capacity"]?["storage"])),
      .string(accessModes(row.spec?["accessModes"])),
      .string(row.spec?["persistentVolumeReclaimPolicy"]?.string ?? ""), .string(phase(row)),
      .string(claim ?? ""), .string(className(row)),
      .string(row.spec?["volumeAttributesClassName"]?.string ?? Absent.unset),
      .string(row.status?["reason"]?.string ?? ""), row.age,
      .string(row.spec?["volumeMode"]?.string ?? Absent.unset),
    ]
  }

  private static let persistentVolumeClaim = TableRows([
    .name, .init("Status", "Whether it has a volume."), .init("Volume", "The volume that it has."),
    .init("Capacity", "How much the volume holds."),
    .init("Access Modes", "How the volume can be mounted."),
    .init("StorageClass", "The class that it asks for."), attributesClass, .age, volumeMode,
  ]) { row in
    let volume = row.spec?["volumeName"]?.string ?? ""
    // What a claim holds counts only once it has a volume.
    let holding = volume.isEmpty ? nil : row.status
    return [
      row.name, .string(phase(row)), .string(volume),
      .string(amount(holding?["capacity"]?["storage"])),
      .string(accessModes(holding?["accessModes"])), .string(className(row)),
      .string(row.spec?["volumeAttributesClassName"]?.string ?? Absent.unset), row.age,
      .string(row.spec?["volumeMode"]?.string ?? Absent.unset),
    ]
  }

  private static func phase(_ row: TableRow) -> String {
    row.object.meta.isBeingDeleted ? "Terminating" : row.status?["phase"]?.string ?? ""
  }

  private static func className(_ row: TableRow) -> String {
    row.object.meta.annotations["volume.beta.kubernetes.io/storage-class"]
      ?? row.spec?["storageClassName"]?.string ?? ""
  }

  private static func amount(_ value: JSONValue?) -> String {
    Quantity(json: value)?.description ?? ""
  }

  private static let shortModes: [(long: String, short: String)] = [
    ("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"),
    ("ReadWriteOncePod", "RWOP"),
  ]

  /// In Kubernetes' order, each once.
  private static func accessModes(_ modes: JSONValue?) -> String {
    let modes = CellList.texts(modes)
    return shortModes.filter { modes.contains($0.long) }.map(\.short).joined(separator: ",")
  }

  private static let storageClass = TableRows([
    .name, .init("Provisioner", "Who makes its volumes."),
    .init("ReclaimPolicy", "What becomes of volumes when their claims go."),
    .init("VolumeBindingMode", "When claims get their volumes."),
    .init("AllowVolumeExpansion", "Whether claims may grow."), .age,
  ]) { row in
    let isDefault = ["storageclass.kubernetes.io", "storageclass.beta.kubernetes.io"].contains {
      row.object.meta.annotations["\($0)/is-default-class"] == "true"
    }
    return [
      .string(row.object.meta.name + (isDefault ? " (default)" : "")),
      .string(row.json["provisioner"]?.string ?? ""),
      .string(row.json["reclaimPolicy"]?.string ?? "Delete"),
      .string(row.json["volumeBindingMode"]?.string ?? "Immediate"),
      .bool(row.json["allowVolumeExpansion"]?.bool ?? false), row.age,
    ]
  }

  private static let csiDriver = TableRows([
    .name, .init("AttachRequired", .boolean, "Whether volumes are attached to nodes first."),
    .init("PodInfoOnMount", .boolean, "Whether the driver is told of the pod."),
    .init("StorageCapacity", .boolean, "Whether it says how much room is left."),
    .init("TokenRequests", "For whom it gets tokens of the pod's account."),
    .init("RequiresRepublish", .boolean, "Whether it is asked again and again."),
    .init("Modes", "What kinds of volumes it has."), .age,
  ]) { row in
    func flag(_ field: String, _ absent: Bool = false) -> JSONValue {
      .bool(row.spec?[field]?.bool ?? absent)
    }
    let requests = row.spec?["tokenRequests"]?.array
    let audiences = (requests ?? []).map { $0["audience"]?.string ?? "" }
    let modes = CellList.texts(row.spec?["volumeLifecycleModes"])
    return [
      row.name, flag("attachRequired", true), flag("podInfoOnMount"), flag("storageCapacity"),
      .string(requests == nil ? Absent.unset : audiences.joined(separator: ",")),
      flag("requiresRepublish"), Absent.orNone(modes.joined(separator: ",")), row.age,
    ]
  }

  private static let csiNode = TableRows([
    .name, .init("Drivers", .integer, "Drivers that the node has."), .age,
  ]) { [$0.name, .number(Int64($0.spec?["drivers"]?.array?.count ?? 0)), $0.age] }

  private static let volumeAttachment = TableRows([
    .name, .init("Attacher", format: "name", "The driver that attaches it."),
    .init("PV", "The volume."), .init("Node", "The node that it is attached to."),
    .init("Attached", .boolean, "Whether it is attached."), .age,
  ]) { row in
    [
      row.name, .string(row.spec?["attacher"]?.string ?? ""),
      .string(row.spec?["source"]?["persistentVolumeName"]?.string ?? ""),
      .string(row.spec?["nodeName"]?.string ?? ""),
      .bool(row.status?["attached"]?.bool ?? false), row.age,
    ]
  }
}
