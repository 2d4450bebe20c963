import Base
import JSON
import Objects

/// The defaults of the other kinds that depend on other fields.
enum ClusterDefaults {
  /// What was written as text is kept as bytes; `stringData` is only ever sent.
  static func secret(_ object: inout JSONObject) {
    DefaultRows.secret.apply(to: &object)
    guard let texts = object["stringData"] else { return }
    object["stringData"] = nil
    guard let members = texts.object?.members, !members.isEmpty else { return }
    object.edit("data") { data in
      for member in members {
        data[member.name] = .string(Base64.encode(Bytes(member.value.string ?? "")))
      }
    }
  }

  static func endpointSlice(_ object: inout JSONObject) {
    DefaultRows.endpointSlice.apply(to: &object)
    if object["endpoints"]?.array?.isEmpty == true { object["endpoints"] = .null }
  }

  static func networkPolicy(_ object: inout JSONObject) {
    DefaultRows.networkPolicy.apply(to: &object)
    Defaults.edit("spec", of: &object) { spec in
      guard (spec["policyTypes"]?.array ?? []).isEmpty else { return false }
      // An empty list of rules lets nothing out; an absent one says nothing of it.
      let bindsEgress = spec["egress"]?.array != nil
      spec["policyTypes"] = .strings(bindsEgress ? ["Ingress", "Egress"] : ["Ingress"])
      return true
    }
  }

  static func roleBinding(_ object: inout JSONObject) {
    DefaultRows.roleBinding.apply(to: &object)
    guard case .array(let subjects)? = object["subjects"] else { return }
    var changed = subjects
    for (place, subject) in subjects.enumerated() {
      guard let kind = subject["kind"]?.string, kind == "User" || kind == "Group",
        (subject["apiGroup"]?.string ?? "").isEmpty, var edited = subject.object
      else { continue }
      edited["apiGroup"] = "rbac.authorization.k8s.io"
      changed[place] = .object(edited)
    }
    if changed != subjects { object["subjects"] = .array(changed) }
  }

  /// SetDefaults_LimitRangeItem.
  static func limitRange(_ object: inout JSONObject) {
    Defaults.edit("spec", of: &object) { spec in
      guard case .array(let limits)? = spec["limits"] else { return false }
      let changed = limits.map { limit -> JSONValue in
        guard var item = limit.object else { return limit }
        for field in ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] {
          Defaults.edit(field, of: &item, Quantities.canonicalize)
        }
        if item["type"] == "Container" {
          fill("default", from: "max", in: &item)
          fill("defaultRequest", from: "default", in: &item)
          fill("defaultRequest", from: "min", in: &item)
        }
        return .object(item)
      }
      guard changed != limits else { return false }
      spec["limits"] = .array(changed)
      return true
    }
  }

  private static func fill(_ field: String, from source: String, in item: inout JSONObject) {
    guard let amounts = item[source]?.object, !amounts.isEmpty else { return }
    let present = item[field]?.object ?? JSONObject()
    let missing = amounts.members.filter { present[$0.name] == nil }
    guard !missing.isEmpty else { return }
    item.edit(field) { target in
      for member in missing { target[member.name] = member.value }
    }
  }

  static func resourceQuota(_ object: inout JSONObject) {
    Defaults.edit("spec", of: &object) {
      Defaults.edit("hard", of: &$0, Quantities.canonicalize)
    }
  }

  static func customResource(_ object: inout JSONObject) {
    DefaultRows.customResource.apply(to: &object)
    Defaults.edit("spec", of: &object) { spec in
      Defaults.edit("names", of: &spec) { names in
        let kind = names["kind"]?.string ?? ""
        guard !kind.isEmpty else { return false }
        var isChanged = false
        for (field, text) in [("singular", kind.lowercased()), ("listKind", kind + "List")]
        where (names[field]?.string ?? "").isEmpty {
          names[field] = .string(text)
          isChanged = true
        }
        return isChanged
      }
    }
  }

  static func customResourceStatus(_ object: inout JSONObject) {
    object["status"] = nil
    DefaultRows.customResourceStatus.apply(to: &object)
    let stored = (object["spec"]?["versions"]?.array ?? []).filter { $0["storage"] == true }
    guard !stored.isEmpty else { return }
    object.edit("status") {
      $0["storedVersions"] = .strings(stored.compactMap { $0["name"]?.string })
    }
  }

  static func priorityLevel(_ object: inout JSONObject) {
    DefaultRows.priorityLevel.apply(to: &object)
    Defaults.edit("spec", of: &object) { spec in
      Defaults.edit("limited", of: &spec) { limited in
        Defaults.edit("limitResponse", of: &limited) { response in
          response["type"] == "Queue" && DefaultRows.queuing.apply(to: &response)
        }
      }
    }
  }

  /// One that no Service stands behind is the server's own and always there.
  static func apiServiceStatus(_ object: inout JSONObject) {
    guard object["spec"]?["service"]?.object == nil else {
      object["status"] = .object(JSONObject())
      return
    }
    object["status"] = [
      "conditions": [
        [
          "type": "Available", "status": "True",
          "lastTransitionTime": object["metadata"]?["creationTimestamp"] ?? .null,
          "reason": "Local", "message": "Local APIServices are always available",
        ]
      ]
    ]
  }

  /// The core group is not written.
  static func parentReference(_ object: inout JSONObject) {
    guard object["spec"]?["parentRef"]?["group"]?.string == "" else { return }
    object.edit("spec") { spec in spec.edit("parentRef") { $0["group"] = nil } }
  }
}
