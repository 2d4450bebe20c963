import Base
import HTTP
import JSON
import Objects
import Registry

/// An object as a client accepts it.
enum Representation {
  /// As JSON, with the revision as its resourceVersion; 0 for what was never stored.
  static func response(
    _ status: StatusCode, _ object: JSONObject, revision: Int64
  ) -> APIResponse {
    var object = object
    object.edit("metadata") {
      $0["resourceVersion"] = revision > 0 ? .string(String(revision)) : nil
    }
    return APIResponse(status, ["content-type": "application/json"], body: object.bytes)
  }
}
