import JSON
import Objects

/// What a write through a subresource may make of an object.
extension Validator {
  /// A namespace's own finalizers (ValidateNamespaceFinalizeUpdate).
  mutating func namespaceFinalizers(_ object: JSONObject) {
    within("spec") { validator in
      guard let spec = object["spec"]?.object else { return }
      validator.eachText("finalizers", of: spec) { validator, finalizer in
        validator.invalid(nil, finalizer, NameSyntax.qualifiedNameComplaints(finalizer))
        if !finalizer.utf8.contains(UInt8(ascii: "/")), finalizer != "kubernetes" {
          validator.invalid(
            nil, finalizer, "name is neither a standard finalizer name nor is it fully qualified")
        }
      }
    }
  }

  // MARK: - Ephemeral containers

  /// All that such a container may say (core/v1 EphemeralContainer).
  private static let ephemeralFields: Set<String> = [
    "args", "command", "env", "envFrom", "image", "imagePullPolicy", "name", "resizePolicy",
    "securityContext", "stdin", "stdinOnce", "targetContainerName", "terminationMessagePath",
    "terminationMessagePolicy", "tty", "volumeDevices", "volumeMounts", "workingDir",
  ]

  /// They are added, never changed or removed (ValidatePodEphemeralContainersUpdate).
  mutating func ephemeralContainers(_ object: JSONObject, replacing old: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    let volumes = Set((spec["volumes"]?.array ?? []).compactMap { $0["name"]?.string })
    let others = (spec["containers"]?.array ?? []) + (spec["initContainers"]?.array ?? [])
    var names = Set(others.compactMap { $0["name"]?.string })
    let targets = Set((spec["containers"]?.array ?? []).compactMap { $0["name"]?.string })
    within("spec") { validator in
      validator.each("ephemeralContainers", of: spec) { validator, container, _ in
        validator.container(container, volumes: volumes)
        let name = container["name"]?.string ?? ""
        if !name.isEmpty, !names.insert(name).inserted { validator.duplicate("name", name) }
        if let target = container["targetContainerName"]?.string, !target.isEmpty,
          !targets.contains(target)
        {
          validator.report(
            .notFound, "targetContainerName", value: GoText.quoted(target))
        }
        for member in container.members where !Self.ephemeralFields.contains(member.name) {
          if member.name == "resources", member.value.object?.isEmpty == true { continue }
          validator.forbidden(member.name, "cannot be set for an Ephemeral Container")
        }
      }
      validator.existingEphemeralContainers(spec, replacing: old["spec"]?.object ?? JSONObject())
    }
  }

  private mutating func existingEphemeralContainers(
    _ spec: JSONObject, replacing old: JSONObject
  ) {
    let now = spec["ephemeralContainers"]?.array ?? []
    for container in old["ephemeralContainers"]?.array ?? [] {
      let name = container["name"]?.string ?? ""
      guard let place = now.firstIndex(where: { $0["name"] == container["name"] }) else {
        forbidden(
          "ephemeralContainers",
          "existing ephemeral containers \(GoText.quoted(name)) may not be removed\n")
        continue
      }
      if now[place] != container {
        forbidden(
          "ephemeralContainers",
          "existing ephemeral containers \(GoText.quoted(name)) may not be changed\n")
      }
    }
  }

  // MARK: - Resize

  private static let resizable: Set<String> = ["cpu", "memory"]

  /// Only CPU and memory, within the pod's class of service (ValidatePodResize).
  mutating func resize(_ object: JSONObject, replacing old: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    let before = old["spec"]?.object ?? JSONObject()
    let oldClass = PodDefaults.qosClass(of: before)
    within("spec") { validator in
      for list in ["containers", "initContainers"] {
        let olds = before[list]?.array ?? []
        validator.each(list, of: spec) { validator, container, place in
          validator.ifObject("resources", of: container) { $0.resources($1) }
          let old = place < olds.count ? olds[place]["resources"] : nil
          if Self.fixedResources(container["resources"]) != Self.fixedResources(old) {
            validator.forbidden("resources", "only cpu and memory resources are mutable")
          }
        }
      }
    }
    guard PodDefaults.qosClass(of: spec) != oldClass else { return }
    invalid("spec", oldClass, "Pod QOS Class may not change as a result of resizing")
  }

  private static func fixedResources(_ resources: JSONValue?) -> [[JSONObject.Member]] {
    ["limits", "requests"].map { field in
      (resources?[field]?.object?.members ?? []).filter { !resizable.contains($0.name) }
        .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
  }
}
