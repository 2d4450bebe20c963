import JSON
import Objects

/// apimachinery api/validation ObjectMeta.
extension Validator {
  mutating func metadata(of object: JSONObject, kind: Kind) {
    let meta = object["metadata"]?.object ?? JSONObject()
    within("metadata") { validator in
      validator.names(meta, kind)
      validator.nonnegative("generation", of: meta)
      validator.labels("labels", of: meta)
      validator.annotations(of: meta)
      validator.owners(of: meta)
      validator.finalizers(of: meta)
    }
  }

  private mutating func names(_ meta: JSONObject, _ kind: Kind) {
    let name = meta["name"]?.string ?? ""
    if name.isEmpty {
      required("name", "name or generateName is required")
    } else {
      invalid("name", name, KindRules[kind].name(name))
    }
    let namespace = meta["namespace"]?.string ?? ""
    switch (kind.isNamespaced, namespace.isEmpty) {
    case (true, true): required("namespace")
    case (true, false): invalid("namespace", namespace, NameSyntax.labelComplaints(namespace))
    case (false, false): forbidden("namespace", "not allowed on this type")
    case (false, true): break
    }
  }

  /// A map of labels; its errors name the map, not the entry.
  mutating func labels(_ field: String, of parent: JSONObject) {
    guard case .object(let labels)? = parent[field] else { return }
    for member in labels.members {
      invalid(field, member.name, NameSyntax.qualifiedNameComplaints(member.name))
      guard let value = member.value.string else { continue }
      invalid(field, value, NameSyntax.labelValueComplaints(value))
    }
  }

  private static let annotationBytesMax = 256 << 10

  mutating func annotations(of meta: JSONObject) {
    guard case .object(let annotations)? = meta["annotations"] else { return }
    var bytes = 0
    for member in annotations.members {
      invalid(
        "annotations", member.name, NameSyntax.qualifiedNameComplaints(member.name.lowercased()))
      bytes += member.name.utf8.count + (member.value.string?.utf8.count ?? 0)
    }
    if bytes > Self.annotationBytesMax {
      report(.tooLong, "annotations", "may not be more than \(Self.annotationBytesMax) bytes")
    }
  }

  /// Errors of references name the list, not the element.
  private mutating func owners(of meta: JSONObject) {
    guard case .array(let owners)? = meta["ownerReferences"] else { return }
    var controllers: [JSONValue] = []
    within("ownerReferences") { validator in
      for owner in owners {
        let version = owner["apiVersion"]?.string ?? ""
        if version.isEmpty {
          validator.invalid("apiVersion", version, "version must not be empty")
        }
        for field in ["kind", "name", "uid"] where (owner[field]?.string ?? "").isEmpty {
          validator.invalid(field, "", "\(field) must not be empty")
        }
        if version == "v1", owner["kind"]?.string == "Event" {
          validator.report(
            .invalid, value: GoText.structure("v1.OwnerReference", owner),
            "\(version), Kind=Event is disallowed from being an owner")
        }
        if owner["controller"]?.bool == true { controllers.append(owner) }
      }
    }
    guard controllers.count > 1 else { return }
    let found = controllers.prefix(2).map {
      "\($0["kind"]?.string ?? "")/\($0["name"]?.string ?? "")"
    }
    report(
      .invalid, "ownerReferences",
      value: "[]v1.OwnerReference{"
        + owners.map { $0.text() }.joined(separator: ", ") + "}",
      "Only one reference can have Controller set to true. Found \"true\" in references for "
        + found.joined(separator: " and "))
  }

  private static let standardFinalizers = ["foregroundDeletion", "kubernetes", "orphan"]

  private mutating func finalizers(of meta: JSONObject) {
    guard case .array(let elements)? = meta["finalizers"] else { return }
    let finalizers = elements.compactMap(\.string)
    for (place, finalizer) in finalizers.enumerated() {
      invalid("finalizers", finalizer, NameSyntax.qualifiedNameComplaints(finalizer))
      if !finalizer.utf8.contains(UInt8(ascii: "/")),
        !Self.standardFinalizers.contains(finalizer)
      {
        invalid(
          "finalizers[\(place)]", finalizer,
          "name is neither a standard finalizer name nor is it fully qualified")
      }
    }
    if finalizers.contains("orphan"), finalizers.contains("foregroundDeletion") {
      report(
        .invalid, "finalizers", value: Self.goList(finalizers),
        "finalizer orphan and foregroundDeletion cannot be both set")
    }
  }

  static func goList(_ texts: [String]) -> String {
    "[]string{\(texts.map(GoText.quoted).joined(separator: ", "))}"
  }

  /// What an update may not do to metadata (ValidateObjectMetaUpdate). The fields that only the
  /// system writes are kept as they were before it comes to this.
  mutating func metadataUpdate(_ object: JSONObject, replacing old: JSONObject) {
    guard old["metadata"]?["deletionTimestamp"]?.string != nil else { return }
    let before = Set((old["metadata"]?["finalizers"]?.array ?? []).compactMap(\.string))
    let added = (object["metadata"]?["finalizers"]?.array ?? [])
      .compactMap(\.string).filter { !before.contains($0) }
    guard !added.isEmpty else { return }
    within("metadata") { validator in
      // The registry and the kind's own validation both tell, in Kubernetes.
      for _ in 0..<2 {
        validator.forbidden(
          "finalizers",
          "no new finalizers can be added if the object is being deleted, found new finalizers "
            + Self.goList(added))
      }
    }
  }
}
