import Base
import JSON

/// The words of Go's encoding/json, which users know from Kubernetes.
enum GoJSON {
  /// Why a body is no JSON; what Go would take, and we do not, in our own words.
  static func text(of error: JSONError, in body: Bytes) -> String {
    GoSyntaxError.text(of: body) ?? "\(error)"
  }

  static func kind(of value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool: "bool"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}
