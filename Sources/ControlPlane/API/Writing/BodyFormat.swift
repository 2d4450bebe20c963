import Base
import HTTP

/// The type of a request's body, without its parameters (RFC 9110 §8.3.1).
enum BodyFormat: String, Hashable, Sendable {
  case json = "application/json"
  case yaml = "application/yaml"
  case protobuf = "application/vnd.kubernetes.protobuf"

  /// In lower case and without parameters; nil where the client names none.
  static func name(in fields: HeaderFields) -> String? {
    guard let text = fields["content-type"]?.utf8 else { return nil }
    let name = text.prefix { $0 != ";" }.lowercased()
    let trimmed = name.drop { $0 == " " || $0 == "\t" }
    guard let last = trimmed.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return nil }
    return String(trimmed[...last])
  }

  /// Of an object's body. None means JSON; throws 415 for what is read nowhere.
  init(of fields: HeaderFields) throws(APIStatus) {
    guard let name = Self.name(in: fields) else {
      self = .json
      return
    }
    guard let type = BodyFormat(rawValue: name) else {
      throw Self.unsupported([Self.json, .yaml, .protobuf].map(\.rawValue))
    }
    self = type
  }

  static func unsupported(_ accepted: [String]) -> APIStatus {
    APIStatus(
      415, "UnsupportedMediaType",
      "the body of the request was in an unknown format - accepted media types include: "
        + accepted.joined(separator: ", "))
  }
}
