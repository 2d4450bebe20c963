import Base
import HTTP
import JSON
import Objects
import Protobuf
import Registry

/// What a watch says of an object.
enum WatchEventType: UInt8, Hashable, Sendable {
  case added
  case modified
  case deleted

  var text: String {
    switch self {
    case .added: "ADDED"
    case .modified: "MODIFIED"
    case .deleted: "DELETED"
    }
  }
}

/// How a watch's frames are written: the same for all watches that ask alike.
struct WatchStyle: Hashable, Sendable {
  let representation: Representation
  let kind: Kind
  /// Kinds are equal over versions.
  private let version: String

  init(_ representation: Representation, _ kind: Kind) {
    self.representation = representation
    self.kind = kind
    version = kind.apiVersion
  }

  var headers: HeaderFields {
    let type: Bytes =
      switch representation.encoding {
      case .json, .yaml: representation.encoding.contentType
      case .protobuf: "application/vnd.kubernetes.protobuf;stream=watch"
      }
    return ["content-type": type, "cache-control": "no-cache, private"]
  }

  /// `columns`: the first frame of a table's watch tells them.
  func frame(
    _ type: WatchEventType, _ state: ObjectState, columns: Bool, now: WallTime
  ) -> Bytes {
    var buffer = ByteBuffer(capacity: state.value.count + 160)
    if representation.encoding == .json { begin(type.text, &buffer) }
    switch representation.form {
    case .whole, .partial:
      representation.write(state, as: kind, .alone, into: &buffer)
    case .table:
      let table = TableDocument(representation, kind)
      table.writeHead(
        into: &buffer, ListMetadata(revision: state.revision), columns: columns)
      table.writeRow(state, now: now, into: &buffer)
      table.writeTail(into: &buffer)
    }
    switch representation.encoding {
    case .json, .yaml:
      buffer.write("}\n")
      return buffer.take()
    case .protobuf:
      if let object = Representation.protobuf(buffer.take()) {
        return Self.frame(type.text, object)
      }
      return error(.internalError("\(state.key.kind.plural) \"\(state.key.name)\" is malformed"))
    }
  }

  /// Everything up to the revision has been told. `marksInitialEnd`: so has everything that there
  /// was at first.
  func bookmark(at revision: Int64, marksInitialEnd: Bool, columns: Bool) -> Bytes {
    var metadata = JSONObject()
    metadata["resourceVersion"] = .string(String(revision))
    if marksInitialEnd { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
    var object = JSONObject()
    switch representation.form {
    case .whole:
      object["kind"] = .string(kind.name)
      object["apiVersion"] = .string(kind.apiVersion)
      object["metadata"] = .object(metadata)
    case .partial(let version):
      object["kind"] = "PartialObjectMetadata"
      object["apiVersion"] = .string("meta.k8s.io/\(version)")
      object["metadata"] = .object(metadata)
    case .table(let version):
      object["kind"] = "Table"
      object["apiVersion"] = .string("meta.k8s.io/\(version)")
      object["metadata"] = .object(metadata)
      object["columnDefinitions"] = columns ? TableDocument(representation, kind).columns : .null
      object["rows"] = .array([])
    }
    return frame("BOOKMARK", .object(object))
  }

  func error(_ status: APIStatus) -> Bytes { frame("ERROR", status.json) }

  private func frame(_ type: String, _ object: JSONValue) -> Bytes {
    var buffer = ByteBuffer()
    switch representation.encoding {
    case .json, .yaml:
      begin(type, &buffer)
      object.write(into: &buffer)
      buffer.write("}\n")
      return buffer.take()
    case .protobuf:
      object.write(into: &buffer)
      guard let object = Representation.protobuf(buffer.take()) else {
        preconditionFailure("what is written here has a protobuf form")
      }
      return Self.frame(type, object)
    }
  }

  private func begin(_ type: String, _ buffer: inout ByteBuffer) {
    buffer.write("{\"type\":\"\(type)\",\"object\":")
  }

  /// A meta/v1 WatchEvent behind its length; the object is a RawExtension with an envelope.
  private static func frame(_ type: String, _ object: Bytes) -> Bytes {
    var raw = ByteBuffer()
    raw.write(bytes: object, field: 1)
    var event = ByteBuffer()
    event.write(string: type, field: 1)
    event.write(bytes: raw.take(), field: 2)
    var buffer = ByteBuffer(capacity: event.count + 4)
    buffer.write(bigEndian: UInt32(event.count))
    buffer.write(event.take())
    return buffer.take()
  }
}

/// The frames of the last changes: each is written once for all watches that get it in the same
/// way.
struct WatchFrames: Sendable {
  private struct Key: Hashable {
    let number: Int
    let style: Int
    let type: WatchEventType
    let columns: Bool
  }

  private static let countMax = 4096
  private static let bytesMax = 1 << 20

  private var styles: [WatchStyle] = []
  private var places: [WatchStyle: Int] = [:]
  private var frames: [Key: Bytes] = [:]
  private var bytes = 0

  /// A style's number, for `frame`.
  mutating func place(of style: WatchStyle) -> Int {
    if let place = places[style] { return place }
    styles.append(style)
    places[style] = styles.count - 1
    return styles.count - 1
  }

  subscript(style: Int) -> WatchStyle { styles[style] }

  /// `side`: of the change with that number.
  mutating func frame(
    _ type: WatchEventType, _ number: Int, _ change: PastChange, style: Int, columns: Bool,
    now: WallTime
  ) -> Bytes {
    let key = Key(number: number, style: style, type: type, columns: columns)
    if let frame = frames[key] { return frame }
    guard let side = type == .deleted ? change.old : change.new else {
      preconditionFailure("a change is told of the side that it has")
    }
    let state = ObjectState(change.key, side.value, revision: change.revision)
    let frame = styles[style].frame(type, state, columns: columns, now: now)
    if frames.count >= Self.countMax || bytes + frame.count > Self.bytesMax {
      frames.removeAll(keepingCapacity: true)
      bytes = 0
    }
    frames[key] = frame
    bytes += frame.count
    return frame
  }
}
