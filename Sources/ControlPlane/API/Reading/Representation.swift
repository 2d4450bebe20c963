import Base
import HTTP
import JSON
import Objects
import Registry

/// How a client wants what it asked for: its Accept field and query say.
struct Representation: Hashable, Sendable {
  var encoding = Encoding.json
  var form = Form.whole
  /// Line breaks, as for people (`?pretty=true`, curl, browsers).
  var isPretty = false
  /// What a table's rows hold beside their cells.
  var rowObject = RowObject.metadata

  enum Encoding: Hashable, Sendable {
    case json
    case yaml
    case protobuf
  }

  enum Form: Hashable, Sendable {
    case whole
    /// PartialObjectMetadata, or a list of them. The version is the one asked for.
    case partial(version: String)
    case table(version: String)
  }

  /// meta/v1 TableOptions, includeObject.
  enum RowObject: String, Sendable {
    case metadata = "Metadata"
    case whole = "Object"
    case none = "None"
  }

  /// What is to be represented: not every form is one of everything.
  enum Subject: Sendable {
    case object
    case list
    case watch
  }

  /// JSON of whole objects.
  static let plain = Representation()

  private init() {}

  /// Throws 406 where no clause can be met, and 422 for an includeObject that there is not.
  init(_ exchange: Exchange, of subject: Subject) throws(APIStatus) {
    try self.init(exchange.request.fields, exchange.info.target, of: subject)
  }

  init(
    _ fields: HeaderFields, _ target: RequestTarget, of subject: Subject
  ) throws(APIStatus) {
    let clauses = AcceptClause.clauses(fields)
    var isMediaTypeKnown = false
    for clause in clauses {
      guard let encoding = Self.encodings(of: subject).first(where: { clause.includes($0.subtype) })
      else { continue }
      isMediaTypeKnown = true
      guard let form = Self.form(clause, encoding, subject) else { continue }
      self.encoding = encoding
      self.form = form
      isPretty = encoding == .json && subject != .watch && Self.wantsPretty(clause, fields, target)
      try takeRowObject(target)
      return
    }
    throw isMediaTypeKnown ? .notAcceptable : .noSuchMediaType(of: subject)
  }

  /// In the server's order: what `*/*` gets comes first. A watch of YAML has no frames.
  private static func encodings(of subject: Subject) -> [Encoding] {
    switch subject {
    case .object, .list: encodings
    case .watch: framedEncodings
    }
  }

  // Made once: an array allocates at each use.
  private static let encodings: [Encoding] = [.json, .yaml, .protobuf]
  private static let framedEncodings: [Encoding] = [.json, .protobuf]

  /// Nil for a form that there is not.
  private static func form(
    _ clause: AcceptClause, _ encoding: Encoding, _ subject: Subject
  ) -> Form? {
    guard let name = clause["as"] else { return .whole }
    guard clause["g"] == "meta.k8s.io", let version = clause["v"],
      version == "v1" || version == "v1beta1"
    else { return nil }
    switch (name, subject) {
    case ("Table", _): return encoding == .protobuf ? nil : .table(version: version)
    case ("PartialObjectMetadata", .object), ("PartialObjectMetadata", .watch),
      ("PartialObjectMetadataList", .list):
      return encoding == .protobuf && version != "v1" ? nil : .partial(version: version)
    default: return nil
    }
  }

  /// As kube-apiserver takes some clients for people (apiserver negotiate.go isPrettyPrint).
  private static func wantsPretty(
    _ clause: AcceptClause, _ fields: HeaderFields, _ target: RequestTarget
  ) -> Bool {
    if clause["pretty"] == "1" { return true }
    if let asked = target["pretty"] {
      return ["1", "t", "T", "true", "True", "TRUE"].contains(asked)
    }
    guard let agent = fields[Self.userAgent] else { return false }
    return Self.agentsOfPeople.contains { agent.hasPrefix($0) }
  }

  private static let userAgent: Bytes = "user-agent"
  private static let agentsOfPeople: [Bytes] = ["curl", "Wget", "Mozilla/5.0"]

  private mutating func takeRowObject(_ target: RequestTarget) throws(APIStatus) {
    guard case .table = form, let text = target["includeObject"], !text.isEmpty else { return }
    guard let rowObject = RowObject(rawValue: text) else {
      throw .invalidOptions(
        "TableOptions",
        [
          FieldError(
            path: "includeObject", type: .invalid, value: JSONValue.string(text).text(),
            detail: "must be 'Metadata', 'Object', 'None', or empty")
        ])
    }
    self.rowObject = rowObject
  }
}

extension Representation.Encoding {
  fileprivate var subtype: String {
    switch self {
    case .json: "json"
    case .yaml: "yaml"
    case .protobuf: "vnd.kubernetes.protobuf"
    }
  }

  var contentType: Bytes {
    switch self {
    case .json: Self.jsonType
    case .yaml: Self.yamlType
    case .protobuf: Self.protobufType
    }
  }

  /// Of an answer in it.
  var fields: HeaderFields {
    switch self {
    case .json: Self.jsonFields
    case .yaml: Self.yamlFields
    case .protobuf: Self.protobufFields
    }
  }

  // Made once: a text of so many bytes allocates at each use.
  private static let jsonFields: HeaderFields = [FieldName.contentType: jsonType]
  private static let yamlFields: HeaderFields = [FieldName.contentType: yamlType]
  private static let protobufFields: HeaderFields = [FieldName.contentType: protobufType]
  private static let jsonType = Bytes("application/json")
  private static let yamlType = Bytes("application/yaml")
  private static let protobufType = Bytes("application/vnd.kubernetes.protobuf")
}

extension APIStatus {
  private static let mediaTypes =
    "application/json, application/yaml, "
    + "application/vnd.kubernetes.protobuf"

  /// The media type is served, but not as it was asked for.
  fileprivate static let notAcceptable = APIStatus(
    406, "NotAcceptable", "only the following media types are accepted: \(mediaTypes)", Details())

  /// A media type that nothing is served in: refused before the resource's own handler.
  fileprivate static func noSuchMediaType(of subject: Representation.Subject) -> APIStatus {
    let streams =
      ", application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch"
    let more =
      switch subject {
      case .object: ""
      case .list, .watch: streams
      }
    return APIStatus(
      406, "NotAcceptable",
      "406: Not Acceptable\n\nAvailable representations: \(mediaTypes)\(more)", Details())
  }

  /// 422 about the options in a query (meta/v1 ListOptions, ...).
  static func invalidOptions(_ kind: String, _ errors: [FieldError]) -> APIStatus {
    let options = Kind(
      group: "meta.k8s.io", version: "v1", name: kind, plural: "", isNamespaced: false)
    return APIStatus(.invalid(options, name: "", errors))
  }
}
