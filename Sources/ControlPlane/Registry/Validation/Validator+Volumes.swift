import JSON
import Objects

/// core/v1 Volume. The sources of storage vendors are only counted.
extension Validator {
  /// In the order in which Kubernetes looks at them.
  private static let sources = [
    "emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret",
    "nfs", "iscsi", "glusterfs", "flocker", "persistentVolumeClaim", "rbd", "cinder", "cephfs",
    "quobyte", "downwardAPI", "fc", "flexVolume", "configMap", "azureFile", "vsphereVolume",
    "photonPersistentDisk", "portworxVolume", "azureDisk", "storageos", "projected", "scaleIO",
    "csi", "ephemeral", "image",
  ]

  /// Gives the names that containers may mount.
  mutating func volumes(of spec: JSONObject) -> Set<String> {
    var names: Set<String> = []
    each("volumes", of: spec) { validator, volume, _ in
      let name = volume["name"]?.string ?? ""
      validator.source(of: volume)
      if name.isEmpty {
        validator.required("name")
        return
      }
      let complaints = NameSyntax.labelComplaints(name)
      validator.invalid("name", name, complaints)
      if complaints.isEmpty, !names.insert(name).inserted { validator.duplicate("name", name) }
    }
    return names
  }

  private mutating func source(of volume: JSONObject) {
    var count = 0
    for field in Self.sources {
      guard let source = volume[field]?.object else { continue }
      count += 1
      guard count == 1 else {
        forbidden(field, "may not specify more than 1 volume type")
        continue
      }
      within(field) { $0.volumeSource(field, source) }
    }
    if count == 0 { required(nil, "must specify a volume type") }
  }

  /// One source of a volume, within its field.
  mutating func volumeSource(_ field: String, _ source: JSONObject) {
    switch field {
    case "emptyDir":
      if let limit = Quantity(json: source["sizeLimit"]), limit.isNegative {
        forbidden("sizeLimit", "SizeLimit field must be a valid resource quantity")
      }
    case "hostPath": hostPath(source)
    case "secret":
      if (source["secretName"]?.string ?? "").isEmpty { required("secretName") }
      files(of: source)
    case "configMap":
      if (source["name"]?.string ?? "").isEmpty { required("name") }
      files(of: source)
    case "nfs":
      if (source["server"]?.string ?? "").isEmpty { required("server") }
      let path = source["path"]?.string ?? ""
      if path.isEmpty { required("path") }
      if !path.hasPrefix("/") { invalid("path", path, "must be an absolute path") }
    case "persistentVolumeClaim":
      if (source["claimName"]?.string ?? "").isEmpty { required("claimName") }
    case "downwardAPI": downwardAPI(source)
    case "projected": projected(source)
    default: break
    }
  }

  private mutating func hostPath(_ source: JSONObject) {
    let path = source["path"]?.string ?? ""
    if path.isEmpty { required("path") } else { noBacksteps("path", path) }
    oneOf(
      [
        "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File",
        "FileOrCreate", "Socket",
      ], "type", of: source)
  }

  private mutating func mode(_ field: String, of parent: JSONObject) {
    guard let mode = parent[field]?.int64, !(0...0o777).contains(mode) else { return }
    invalid(field, mode, "must be a number between 0 and 0777 (octal), both inclusive")
  }

  /// Which keys become which files.
  private mutating func files(of source: JSONObject) {
    mode("defaultMode", of: source)
    each("items", of: source) { validator, item, _ in
      if (item["key"]?.string ?? "").isEmpty { validator.required("key") }
      validator.file(item)
    }
  }

  /// validateLocalNonReservedPath: below the volume, and none of the agent's own names.
  private mutating func file(_ item: JSONObject) {
    let path = item["path"]?.string ?? ""
    if path.isEmpty {
      required("path")
    } else {
      descendingPath("path", path)
      if path.hasPrefix(".."), !path.hasPrefix("../") {
        invalid("path", path, "must not start with '..'")
      }
    }
    mode("mode", of: item)
  }

  private mutating func downwardAPI(_ source: JSONObject) {
    mode("defaultMode", of: source)
    each("items", of: source) { validator, item, _ in
      validator.file(item)
      let hasField = item["fieldRef"]?.object != nil
      switch (hasField, item["resourceFieldRef"]?.object) {
      case (true, .some):
        validator.forbidden(
          nil, "fieldRef and resourceFieldRef can not be specified simultaneously")
      case (false, let reference?):
        validator.within("resourceFieldRef") { validator in
          if (reference["containerName"]?.string ?? "").isEmpty {
            validator.required("containerName")
          }
          validator.resourceReference(reference)
        }
      case (false, nil):
        validator.required(nil, "one of fieldRef and resourceFieldRef is required")
      case (true, nil): break
      }
    }
  }

  private mutating func projected(_ source: JSONObject) {
    mode("defaultMode", of: source)
    each("sources", of: source) { validator, source, _ in
      validator.ifObject("serviceAccountToken", of: source) { validator, token in
        if let seconds = token["expirationSeconds"]?.int64 {
          if seconds < 600 {
            validator.invalid(
              "expirationSeconds", seconds, "may not specify a duration less than 10 minutes")
          } else if seconds > 1 << 32 {
            validator.invalid(
              "expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds")
          }
        }
        if (token["path"]?.string ?? "").isEmpty { validator.required("path") }
      }
      for field in ["configMap", "secret"] {
        validator.ifObject(field, of: source) { validator, source in
          if (source["name"]?.string ?? "").isEmpty { validator.required("name") }
          validator.files(of: source)
        }
      }
      validator.ifObject("downwardAPI", of: source) { $0.downwardAPI($1) }
    }
  }
}
