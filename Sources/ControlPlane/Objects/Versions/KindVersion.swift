public import JSON

/// Kinds that are served in more versions than the one they are kept in: each version is a view of
/// the one stored object.
///
/// What does not fit the other version's type is left as it is, for the schema's check to tell.
public enum KindVersion {
  /// The object in the version that a client asked for. `version` is of the object's own kind.
  public static func shown(_ object: JSONObject, as version: Kind) -> JSONObject {
    convert(object, to: version)
  }

  /// What a client says of an object in another version, in the version that is kept.
  public static func stored(_ object: JSONObject, of kind: Kind) -> JSONObject {
    convert(object, to: kind)
  }

  private static func convert(_ object: JSONObject, to kind: Kind) -> JSONObject {
    let now = object["apiVersion"]?.string ?? ""
    guard now != kind.apiVersion else { return object }
    var converted = object
    switch (now, kind.apiVersion) {
    case ("v1", "events.k8s.io/v1"): converted = EventVersions.toEvents(object)
    case ("events.k8s.io/v1", "v1"): converted = EventVersions.toCore(object)
    case ("autoscaling/v2", "autoscaling/v1"): converted = AutoscalerVersions.toV1(object)
    case ("autoscaling/v1", "autoscaling/v2"): converted = AutoscalerVersions.toV2(object)
    default: break
    }
    converted["apiVersion"] = .string(kind.apiVersion)
    converted["kind"] = .string(kind.name)
    return converted
  }
}

/// core/v1 and events.k8s.io/v1 name the same fields differently.
private enum EventVersions {
  private static let names: [(core: String, events: String)] = [
    ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
  ]

  static func toEvents(_ event: JSONObject) -> JSONObject {
    renamed(event) { name in names.first { $0.core == name }?.events }
  }

  static func toCore(_ event: JSONObject) -> JSONObject {
    renamed(event) { name in names.first { $0.events == name }?.core }
  }

  private static func renamed(
    _ event: JSONObject, _ newName: (String) -> String?
  ) -> JSONObject {
    var result = JSONObject()
    for member in event.members { result[newName(member.name) ?? member.name] = member.value }
    return result
  }
}
