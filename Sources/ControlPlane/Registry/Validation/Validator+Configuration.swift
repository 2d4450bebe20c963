import Base
import JSON
import Objects

/// ConfigMap and Secret (apis/core/validation).
extension Validator {
  private static let bytesMax = 1 << 20
  private static let frozen = "field is immutable when `immutable` is set"

  mutating func configMap(_ object: JSONObject) {
    let data = object["data"]?.object?.members ?? []
    let binary = object["binaryData"]?.object ?? JSONObject()
    var bytes = configKeys("data", of: object)
    for member in data where binary[member.name] != nil {
      within("data") { validator in
        validator.within(key: member.name) {
          $0.invalid(nil, member.name, "duplicate of key present in binaryData")
        }
      }
    }
    bytes += configKeys("binaryData", of: object)
    if bytes > Self.bytesMax {
      report(.tooLong, "[]", "may not be more than \(Self.bytesMax) bytes")
    }
  }

  /// The bytes of the values: those of `data` as text, others as base 64 says.
  private mutating func configKeys(_ field: String, of object: JSONObject) -> Int {
    var bytes = 0
    within(field) { validator in
      for member in object[field]?.object?.members ?? [] {
        validator.within(key: member.name) {
          $0.invalid(nil, member.name, NameSyntax.configKeyComplaints(member.name))
        }
        let count = member.value.string?.utf8.count ?? 0
        bytes += field == "data" ? count : count / 4 * 3
      }
    }
    return bytes
  }

  mutating func configMapUpdate(_ object: JSONObject, replacing old: JSONObject) {
    frozenFields(["data", "binaryData"], object, replacing: old)
  }

  private mutating func frozenFields(
    _ fields: [String], _ object: JSONObject, replacing old: JSONObject
  ) {
    guard old["immutable"]?.bool == true else { return }
    for field in ["immutable"] + fields {
      let isKept =
        field == "immutable"
        ? object[field]?.bool == true
        : object[field]?.object ?? JSONObject() == old[field]?.object ?? JSONObject()
      if !isKept { forbidden(field, Self.frozen) }
    }
  }

  // MARK: - Secrets

  mutating func secret(_ object: JSONObject) {
    let data = object["data"]?.object ?? JSONObject()
    var bytes = 0
    within("data") { validator in
      for member in data.members {
        validator.within(key: member.name) {
          $0.invalid(nil, member.name, NameSyntax.configKeyComplaints(member.name))
        }
        bytes += Self.decodedBytes(member.value)
      }
    }
    if bytes > Self.bytesMax {
      report(.tooLong, "data", "may not be more than \(Self.bytesMax) bytes")
    }
    secretOfType(object, data)
  }

  private static func decodedBytes(_ value: JSONValue) -> Int {
    let text = value.string?.utf8 ?? "".utf8
    return text.count / 4 * 3 - text.suffix(2).count { $0 == UInt8(ascii: "=") }
  }

  private mutating func secretOfType(_ object: JSONObject, _ data: JSONObject) {
    switch object["type"]?.string ?? "" {
    case "kubernetes.io/service-account-token":
      let key = "kubernetes.io/service-account.name"
      if (object["metadata"]?["annotations"]?[key]?.string ?? "").isEmpty {
        required("metadata.annotations[\(key)]")
      }
    case "kubernetes.io/dockercfg": dockerConfiguration(".dockercfg", of: data)
    case "kubernetes.io/dockerconfigjson": dockerConfiguration(".dockerconfigjson", of: data)
    case "kubernetes.io/basic-auth":
      if data["username"] == nil, data["password"] == nil {
        for key in ["username", "password"] { required("data[\(key)]") }
      }
    case "kubernetes.io/ssh-auth":
      if (data["ssh-privatekey"]?.string ?? "").isEmpty { required("data[ssh-privatekey]") }
    case "kubernetes.io/tls":
      for key in ["tls.crt", "tls.key"] where data[key] == nil { required("data[\(key)]") }
    default: break
    }
  }

  private mutating func dockerConfiguration(_ key: String, of data: JSONObject) {
    guard let text = data[key]?.string else { return required("data[\(key)]") }
    do {
      _ = try JSONValue(parsing: Base64.decode(text) ?? Bytes())
    } catch {
      invalid("data[\(key)]", "<secret contents redacted>", Self.goText(of: error))
    }
  }

  /// As Go's encoding/json words it.
  private static func goText(of error: JSONError) -> String {
    switch error.reason {
    case .unexpectedByte(let byte) where (0x20..<0x7F).contains(byte):
      "invalid character '\(Character(Unicode.Scalar(byte)))' looking for beginning of value"
    case .unexpectedEnd: "unexpected end of JSON input"
    case .unexpectedByte, .trailingBytes, .invalidNumber, .invalidEscape, .loneSurrogate,
      .controlCharacter, .invalidUTF8, .duplicateMember, .tooDeep, .tooLong:
      "\(error)"
    }
  }

  mutating func secretUpdate(_ object: JSONObject, replacing old: JSONObject) {
    immutable("type", of: object, replacing: old)
    frozenFields(["data"], object, replacing: old)
  }

  /// A text that is given once; a missing one counts as an empty text.
  mutating func immutable(_ field: String, of object: JSONObject, replacing old: JSONObject) {
    let text = object[field]?.string ?? ""
    guard text != old[field]?.string ?? "" else { return }
    invalid(field, text, "field is immutable")
  }
}
