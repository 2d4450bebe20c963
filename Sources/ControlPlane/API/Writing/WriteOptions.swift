import Base
import HTTP
import Objects
import Registry

/// What the query of a write says beside its object (meta/v1 CreateOptions, UpdateOptions,
/// PatchOptions). Parameters that no option has are nobody's business.
struct WriteOptions: Hashable, Sendable {
  /// Everything up to the commit, and an answer as if it had been made.
  var isDryRun = false
  /// Whose fields the written ones become: what the query names, else the client's first word about
  /// itself (apiserver managerOrUserAgent).
  var fieldManager = ""
  var fieldValidation = FieldValidation.warn
  /// Server-side apply takes fields from other managers.
  var isForced = false

  /// What happens to fields that the kind does not have, and to fields that come twice.
  enum FieldValidation: String, Sendable {
    case ignore = "Ignore"
    case warn = "Warn"
    case strict = "Strict"
  }

  /// Bytes of a field manager's name.
  private static let managerBytesMax = 128

  init(_ exchange: Exchange, isApply: Bool = false) throws(APIStatus) {
    let target = exchange.info.target
    var errors: [FieldError] = []
    let dryRun = target.values(of: "dryRun")
    isDryRun = !dryRun.isEmpty
    if let error = Self.dryRunError(dryRun) { errors.append(error) }
    let isPatch = exchange.info.verb == .patch
    if let force = target["force"], isPatch {
      isForced = Self.flag(force)
      if !isApply {
        errors.append(
          FieldError(
            path: "force", type: .forbidden, detail: "may not be specified for non-apply patch"))
      }
    }
    let manager = target["fieldManager"] ?? ""
    if isApply, manager.isEmpty {
      errors.append(
        FieldError(path: "fieldManager", type: .required, detail: "is required for apply patch"))
    }
    errors += Self.managerErrors(manager)
    fieldManager = manager.isEmpty ? Self.firstWord(of: exchange.request.fields) : manager
    let validation = target["fieldValidation"] ?? ""
    if let known = FieldValidation(rawValue: validation) {
      fieldValidation = known
    } else if !validation.isEmpty {
      errors.append(
        FieldError(
          path: "fieldValidation", type: .unsupported, value: "\"\(validation)\"",
          detail: #"supported values: "", "Ignore", "Strict", "Warn""#))
    }
    guard errors.isEmpty else { throw Self.invalid(Self.kindName(exchange.info.verb), errors) }
  }

  private static func kindName(_ verb: RequestInfo.Verb) -> String {
    switch verb {
    case .patch: "PatchOptions"
    case .update: "UpdateOptions"
    case .delete, .deletecollection: "DeleteOptions"
    case .get, .list, .watch, .create, .post, .put, .head, .options: "CreateOptions"
    }
  }

  /// 422 about options, which are a kind of their own.
  static func invalid(_ kind: String, _ errors: [FieldError]) -> APIStatus {
    let kind = Kind(
      group: "meta.k8s.io", version: "v1", name: kind, plural: "", isNamespaced: false)
    return APIStatus(.invalid(kind, name: "", errors))
  }

  static func dryRunError(_ values: [String]) -> FieldError? {
    guard values.contains(where: { $0 != "All" }) else { return nil }
    let texts = values.map { "\"\($0)\"" }.joined(separator: ", ")
    return FieldError(
      path: "dryRun", type: .unsupported, value: "[]string{\(texts)}",
      detail: #"supported values: "All""#)
  }

  /// As apimachinery turns a query's text into a boolean.
  static func flag(_ text: String) -> Bool {
    text != "0" && text.lowercased() != "false"
  }

  private static func managerErrors(_ name: String) -> [FieldError] {
    var errors: [FieldError] = []
    if name.utf8.count > managerBytesMax {
      errors.append(
        FieldError(
          path: "fieldManager", type: .tooLong,
          detail: "may not be more than \(managerBytesMax) bytes"))
    }
    if !name.unicodeScalars.allSatisfy(isPrintable) {
      errors.append(
        FieldError(
          path: "fieldManager", type: .invalid, value: "\"\(name)\"",
          detail: "should only contain printable characters"))
    }
    return errors
  }

  /// As Go's unicode.IsPrint, whose only space is U+0020.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }

  /// The User-Agent up to its first slash, without what is not printable.
  private static func firstWord(of fields: HeaderFields) -> String {
    guard let agent = fields["user-agent"]?.utf8 else { return "unknown" }
    var name = ""
    for scalar in agent.unicodeScalars {
      if scalar == "/" { break }
      guard isPrintable(scalar) else { continue }
      guard name.utf8.count + UTF8.width(scalar) <= managerBytesMax else { break }
      name.unicodeScalars.append(scalar)
    }
    return name.isEmpty ? "unknown" : name
  }
}
