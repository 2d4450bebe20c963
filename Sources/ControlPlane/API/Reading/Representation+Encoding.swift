import Base
import HTTP
import JSON
import Objects
import Registry

/// Objects and documents as a client accepts them.
extension Representation {
  /// Where an object's text stands: in a list, its kind is the list's to tell.
  enum Place {
    case alone
    case item
  }

  /// A stored object. `kind`: in the version that was asked for; `now`: for the ages in tables.
  func response(
    _ status: StatusCode, _ state: ObjectState, as kind: Kind, now: WallTime
  ) -> APIResponse {
    var buffer = ByteBuffer()
    switch form {
    case .whole, .partial:
      write(state, as: kind, .alone, into: &buffer)
      // As it is, it is not copied once more.
      if encoding == .json, !isPretty {
        buffer.write(UInt8(ascii: "\n"))
        return APIResponse(status, encoding.fields, body: buffer.take())
      }
    case .table:
      let table = TableDocument(self, kind)
      table.writeHead(into: &buffer, ListMetadata(revision: state.revision), columns: true)
      table.writeRow(state, now: now, into: &buffer)
      table.writeTail(into: &buffer)
    }
    return response(status, json: buffer.take())
  }

  /// What is stored nowhere, such as a Scale, a Status or a review: whole, in whatever form.
  func response(_ status: StatusCode, document: JSONObject) -> APIResponse {
    response(status, json: document.bytes)
  }

  /// For who has compact JSON at hand. What has no protobuf form is JSON, as clients can tell.
  func response(_ status: StatusCode, json: Bytes) -> APIResponse {
    var encoding = encoding
    let body: Bytes
    switch encoding {
    case .protobuf:
      if let bytes = Self.protobuf(json) {
        body = bytes
      } else {
        encoding = .json
        body = json
      }
    case .yaml: body = Bytes(JSONValue(written: json).yaml)
    case .json:
      var buffer = ByteBuffer(capacity: json.count + 1)
      if isPretty {
        buffer.write(JSONValue(written: json).text(.indented))
      } else {
        buffer.write(json)
      }
      buffer.write(UInt8(ascii: "\n"))
      body = buffer.take()
    }
    return APIResponse(status, encoding.fields, body: body)
  }

  /// An object's protobuf form with its envelope; nil for an object that has none.
  static func protobuf(_ json: Bytes) -> Bytes? {
    guard let object = JSONValue(written: json).object else { return nil }
    do throws(ProtobufObjectError) {
      return try ProtobufObject.encode(object)
    } catch {
      return nil
    }
  }

  /// Compact JSON of a whole object or its metadata.
  func write(
    _ state: ObjectState, as kind: Kind, _ place: Place, into buffer: inout ByteBuffer
  ) {
    let isAsStored =
      kind.isIdentical(to: state.key.kind) || kind.apiVersion == state.key.kind.apiVersion
    let text = isAsStored ? ObjectText(state.value) : nil
    switch form {
    case .whole, .table:
      let kindToTell =
        switch place {
        case .alone: kind
        case .item: Kind?.none
        }
      if let text {
        return text.write(into: &buffer, kind: kindToTell, revision: state.revision)
      }
      var json = state.json(as: kind)
      if kindToTell == nil { json = json.without("kind", "apiVersion") }
      JSONValue.object(json).write(into: &buffer)
    case .partial(let version):
      let apiVersion =
        switch place {
        case .alone: "meta.k8s.io/\(version)"
        case .item: String?.none
        }
      writePartial(state, text, apiVersion, into: &buffer)
    }
  }

  fileprivate func writePartial(
    _ state: ObjectState, _ text: ObjectText?, _ apiVersion: String?, into buffer: inout ByteBuffer
  ) {
    let text = text ?? ObjectText(state.value)
    if let text {
      return text.writePartial(into: &buffer, apiVersion: apiVersion, revision: state.revision)
    }
    var json = JSONObject()
    if let apiVersion {
      json["kind"] = "PartialObjectMetadata"
      json["apiVersion"] = .string(apiVersion)
    }
    json["metadata"] = state.json(as: state.key.kind)["metadata"]
    JSONValue.object(json).write(into: &buffer)
  }
}

extension JSONValue {
  /// Reads what this process has written.
  init(written json: Bytes) {
    do throws(JSONError) {
      try self.init(parsing: json)
    } catch {
      preconditionFailure("what was written here is no JSON: \(error)")
    }
  }
}

/// What a list tells of itself (meta/v1 ListMeta).
struct ListMetadata: Hashable, Sendable {
  var revision: Int64
  var continueToken: String?
  var remainingItemCount: Int64?

  init(revision: Int64) {
    self.revision = revision
  }

  var json: JSONValue {
    var object = JSONObject()
    object["resourceVersion"] = .string(String(revision))
    if let continueToken { object["continue"] = .string(continueToken) }
    if let remainingItemCount { object["remainingItemCount"] = .number(remainingItemCount) }
    return .object(object)
  }
}

/// The parts of a meta/v1 Table's compact JSON.
struct TableDocument: Sendable {
  private let representation: Representation
  private let version: String
  private let kind: Kind
  private let table: ObjectTable

  /// The representation is one as a table.
  init(_ representation: Representation, _ kind: Kind) {
    guard case .table(let version) = representation.form else {
      preconditionFailure("a table was not asked for")
    }
    self.representation = representation
    self.version = version
    self.kind = kind
    table = kind == Scale.kind ? .scale : ObjectTable(kind)
  }

  var columns: JSONValue { .array(table.columns.map(\.json)) }

  /// Up to the first row. Frames of a watch after the first one have no columns.
  func writeHead(into buffer: inout ByteBuffer, _ metadata: ListMetadata?, columns: Bool) {
    buffer.write("{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/\(version)\",\"metadata\":")
    (metadata?.json ?? .object(JSONObject())).write(into: &buffer)
    buffer.write(",\"columnDefinitions\":")
    (columns ? self.columns : .null).write(into: &buffer)
    buffer.write(",\"rows\":[")
  }

  /// Without the comma ahead of it.
  func writeRow(_ state: ObjectState, now: WallTime, into buffer: inout ByteBuffer) {
    let cells = state.object.map { table.values(of: $0, now: now) } ?? []
    buffer.write("{\"cells\":")
    JSONValue.array(cells).write(into: &buffer)
    switch representation.rowObject {
    case .none: break
    case .metadata:
      buffer.write(",\"object\":")
      representation.writePartial(state, nil, "meta.k8s.io/\(version)", into: &buffer)
    case .whole:
      buffer.write(",\"object\":")
      representation.write(state, as: kind, .alone, into: &buffer)
    }
    buffer.write("}")
  }

  func writeTail(into buffer: inout ByteBuffer) {
    buffer.write("]}")
  }
}

extension ObjectTable.Column {
  fileprivate var json: JSONValue {
    [
      "name": .string(name), "type": .string(type.rawValue), "format": .string(format),
      "description": .string(description), "priority": .number(priority),
    ]
  }
}
