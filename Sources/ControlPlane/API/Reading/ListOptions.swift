import JSON
import Objects
import Registry

/// What the query of a list or a watch says (meta/v1 ListOptions).
struct ListOptions: Hashable, Sendable {
  var selector = ObjectSelector()
  /// 0: no limit.
  var limit: Int64 = 0
  var continueText = ""
  var revision = AskedRevision.latest
  var match: Match?
  var sendsInitialEvents: Bool?
  var allowsBookmarks = false
  var timeoutSeconds: Int64?

  enum Match: String, Sendable {
    case exact = "Exact"
    case notOlderThan = "NotOlderThan"
  }

  /// 400 and 422 as kube-apiserver answers.
  init(_ target: RequestTarget, of kind: Kind, isWatch: Bool) throws(APIStatus) {
    limit = try Self.number(target["limit"]) ?? 0
    timeoutSeconds = try Self.number(target["timeoutSeconds"])
    sendsInitialEvents = try Self.flag(target["sendInitialEvents"])
    allowsBookmarks = try Self.flag(target["allowWatchBookmarks"]) ?? false
    continueText = target["continue"] ?? ""
    try Self.check(target, isWatch: isWatch)
    match = target["resourceVersionMatch"].flatMap(Match.init(rawValue:))
    do throws(LabelSelectorError) {
      selector.labels = try LabelSelector(parsing: target["labelSelector"] ?? "")
    } catch {
      guard case .text(let text) = error else { throw .badRequest("\(error)") }
      throw .badRequest(text)
    }
    selector.fields = try FieldSelector(parsing: target["fieldSelector"] ?? "", of: kind)
    revision = try AskedRevision(target["resourceVersion"] ?? "", isWatch: isWatch)
  }

  private static func number(_ text: String?) throws(APIStatus) -> Int64? {
    guard let text, !text.isEmpty else { return nil }
    guard let number = Int64(text) else {
      throw .badRequest(
        "strconv.ParseInt: parsing \(JSONValue.string(text).text()): "
          + (isDigits(text) ? "value out of range" : "invalid syntax"))
    }
    return number
  }

  fileprivate static func isDigits(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  /// As Go's conversion of query parameters: a name alone is true.
  private static func flag(_ text: String?) throws(APIStatus) -> Bool? {
    switch text {
    case nil: return nil
    case "false", "0": return false
    default: return true
    }
  }

  /// meta/internalversion/validation, ValidateListOptions.
  private static func check(_ target: RequestTarget, isWatch: Bool) throws(APIStatus) {
    let match = target["resourceVersionMatch"] ?? ""
    var errors: [FieldError] = []
    func forbid(_ path: String, _ detail: String) {
      errors.append(FieldError(path: path, type: .forbidden, detail: detail))
    }
    func unsupported(_ values: String) {
      errors.append(
        FieldError(
          path: "resourceVersionMatch", type: .unsupported,
          value: JSONValue.string(match).text(), detail: "supported values: \(values)"))
    }
    let sendsInitialEvents = target["sendInitialEvents"] != nil
    let isContinued = target["continue"]?.isEmpty == false
    if isWatch {
      if sendsInitialEvents, match != Match.notOlderThan.rawValue {
        forbid(
          "resourceVersionMatch",
          "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
      }
      if !match.isEmpty {
        if !sendsInitialEvents {
          forbid(
            "resourceVersionMatch",
            "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")
        }
        if match != Match.notOlderThan.rawValue { unsupported("\"NotOlderThan\"") }
        if isContinued { forbid("resourceVersionMatch", continued) }
      }
    } else {
      if !match.isEmpty {
        let revision = target["resourceVersion"] ?? ""
        if revision.isEmpty {
          forbid(
            "resourceVersionMatch",
            "resourceVersionMatch is forbidden unless resourceVersion is provided")
        }
        if isContinued { forbid("resourceVersionMatch", continued) }
        if Match(rawValue: match) == nil { unsupported("\"\", \"Exact\", \"NotOlderThan\"") }
        if match == Match.exact.rawValue, revision == "0" {
          forbid(
            "resourceVersionMatch",
            "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")
        }
      }
      if sendsInitialEvents {
        forbid("sendInitialEvents", "sendInitialEvents is forbidden for list")
      }
    }
    if !errors.isEmpty { throw .invalidOptions("ListOptions", errors) }
  }

  private static let continued = "resourceVersionMatch is forbidden when continue is provided"
}

/// The query's resourceVersion.
enum AskedRevision: Hashable, Sendable {
  /// None: the newest.
  case latest
  /// `0`: whatever is at hand.
  case any
  case at(Int64)

  /// Each verb words its refusal differently.
  init(_ text: String, isWatch: Bool) throws(APIStatus) {
    if text.isEmpty {
      self = .latest
      return
    }
    guard ListOptions.isDigits(text), let revision = Int64(text) else {
      let quoted = JSONValue.string(text).text()
      let why = ListOptions.isDigits(text) ? "value out of range" : "invalid syntax"
      let message =
        "resourceVersion: Invalid value: \(quoted): strconv.ParseUint: parsing \(quoted): \(why)"
      if isWatch { throw APIStatus(500, "", message) }
      throw .badRequest("invalid resource version: \(message)")
    }
    self = revision == 0 ? .any : .at(revision)
  }
}
