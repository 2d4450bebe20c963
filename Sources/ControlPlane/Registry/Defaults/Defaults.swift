import JSON
import Objects

/// What the registry adds to an object that does not say it.
enum Defaults {
  static func apply(to object: inout JSONObject, of kind: Kind) {
    if kind.hasStatus, object["status"] == nil { object["status"] = .object(JSONObject()) }
  }
}
