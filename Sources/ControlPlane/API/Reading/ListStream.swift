import Base
import HTTP
import JSON
import Objects
import Protobuf
import Registry

/// What a list tells, in the order of the keys.
enum ListItems: Sendable {
  /// Of the view.
  case objects(ArraySlice<StoredObject>)
  /// Of the store, at an older revision.
  case states(ArraySlice<ObjectState>)

  var count: Int {
    switch self {
    case .objects(let objects): objects.count
    case .states(let states): states.count
    }
  }

  mutating func popFirst() -> ObjectState? {
    switch self {
    case .objects(var objects):
      let first = objects.popFirst()
      self = .objects(objects)
      return first.flatMap(ObjectState.init)
    case .states(var states):
      let first = states.popFirst()
      self = .states(states)
      return first
    }
  }
}

/// One list on its way to its client, slice by slice, so that a long one neither holds up the
/// others nor lies in memory as a whole.
public struct ListStream: Sendable {
  /// Of one slice; a list that is no longer is answered at once.
  static let sliceBytesMax = 128 << 10
  /// Rows take longer than their bytes tell.
  static let sliceItemsMax = 128

  private var representation: Representation
  private let kind: Kind
  private let metadata: ListMetadata
  private let table: TableDocument?
  private let now: WallTime
  private let items: ListItems
  private var rest: ListItems
  private var told = 0
  /// The list's message: its length stands ahead of it, so that it is sent as a whole.
  private var message = ByteBuffer()
  private var hasBegun = false
  /// The head has been sent.
  fileprivate(set) var isAnnounced = false

  init(_ plan: ListPlan, _ items: ListItems, _ metadata: ListMetadata, now: WallTime) {
    representation = plan.representation
    kind = plan.scope.kind
    self.metadata = metadata
    self.now = now
    self.items = items
    rest = items
    table =
      switch plan.representation.form {
      case .table: TableDocument(plan.representation, plan.scope.kind)
      case .whole, .partial: nil
      }
  }

  var contentType: Bytes { representation.encoding.contentType }

  /// What comes next, and whether that is the end. The first bytes come with the type of all.
  mutating func next() -> (bytes: Bytes, isLast: Bool) {
    if representation.encoding == .protobuf {
      if let next = nextOfMessage() { return next }
      // Some object has no protobuf form: clients read JSON as well.
      representation.encoding = .json
      (rest, told, hasBegun) = (items, 0, false)
    }
    var buffer = ByteBuffer()
    if !hasBegun {
      hasBegun = true
      begin(&buffer)
    }
    var items = 0
    while items < Self.sliceItemsMax, buffer.count < Self.sliceBytesMax {
      guard let state = rest.popFirst() else { break }
      write(state, &buffer)
      told += 1
      items += 1
    }
    let isLast = rest.count == 0
    if isLast { end(&buffer) }
    return (buffer.take(), isLast)
  }

  // MARK: - Protobuf

  /// Nil where something cannot be written.
  private mutating func nextOfMessage() -> (bytes: Bytes, isLast: Bool)? {
    let list = JSONObject(envelope.map { JSONObject.Member(name: $0.name, value: $0.value) })
    if !hasBegun {
      hasBegun = true
      guard let head = Self.content(list.bytes) else { return nil }
      message.write(head)
    }
    var items = 0
    while items < Self.sliceItemsMax, let state = rest.popFirst() {
      var buffer = ByteBuffer()
      representation.write(state, as: kind, .alone, into: &buffer)
      guard let item = Self.content(buffer.take()) else { return nil }
      message.write(bytes: item, field: 2)
      items += 1
    }
    guard rest.count == 0 else { return (Bytes(), false) }
    let bytes = ProtobufObject.enveloped(
      message.take(), apiVersion: list["apiVersion"]?.string ?? "",
      kind: list["kind"]?.string ?? "")
    return (bytes, true)
  }

  /// An object's message without its envelope (runtime.Unknown, field 2).
  private static func content(_ json: Bytes) -> Bytes? {
    guard let enveloped = Representation.protobuf(json) else { return nil }
    do throws(ProtobufError) {
      var reader = ProtobufReader(enveloped.dropFirst(ProtobufObject.magic.count))
      while let field = try reader.nextField() {
        if field.number == 2 { return try reader.readBytes(field) }
        try reader.skip(field)
      }
    } catch {
      preconditionFailure("what was written here is no protobuf: \(error)")
    }
    return Bytes()
  }

  // MARK: - Layouts

  private enum Layout {
    case compact
    case indented
    case yaml
  }

  private var layout: Layout {
    switch representation.encoding {
    case .json: representation.isPretty ? .indented : .compact
    case .yaml: .yaml
    case .protobuf: preconditionFailure("a message has no layout")
    }
  }

  /// The list's own members, without its items.
  private var envelope: [(name: String, value: JSONValue)] {
    let (name, version): (String, String) =
      switch representation.form {
      case .whole: ("\(kind.name)List", kind.apiVersion)
      case .partial(let version): ("PartialObjectMetadataList", "meta.k8s.io/\(version)")
      case .table(let version): ("Table", "meta.k8s.io/\(version)")
      }
    var members: [(String, JSONValue)] = [
      ("kind", .string(name)), ("apiVersion", .string(version)), ("metadata", metadata.json),
    ]
    if let table { members.append(("columnDefinitions", table.columns)) }
    return members
  }

  private var itemsName: String { table == nil ? "items" : "rows" }

  private func begin(_ buffer: inout ByteBuffer) {
    let object = JSONObject(envelope.map { JSONObject.Member(name: $0.name, value: $0.value) })
    switch layout {
    case .compact:
      let text = object.bytes
      buffer.write(text.prefix(text.count - 1))
      buffer.write(",\"\(itemsName)\":[")
    case .indented:
      let text = JSONValue.object(object).text(.indented)
      buffer.write(Bytes(text).prefix(text.utf8.count - 2))
      buffer.write(",\n  \"\(itemsName)\": [")
    case .yaml:
      buffer.write(JSONValue.object(object).yaml)
      buffer.write(rest.count == 0 ? "\(itemsName): []\n" : "\(itemsName):\n")
    }
  }

  private func end(_ buffer: inout ByteBuffer) {
    switch layout {
    case .compact: buffer.write("]}\n")
    case .indented: buffer.write(told == 0 ? "]\n}\n" : "\n  ]\n}\n")
    case .yaml: break
    }
  }

  private func write(_ state: ObjectState, _ buffer: inout ByteBuffer) {
    switch layout {
    case .compact:
      if told > 0 { buffer.write(UInt8(ascii: ",")) }
      writeCompact(state, &buffer)
    case .indented:
      buffer.write(told > 0 ? ",\n    " : "\n    ")
      buffer.write(Self.shifted(tree(state).text(.indented), by: "    "))
    case .yaml:
      let text = tree(state).yaml
      buffer.write("- " + Self.shifted(String(text.dropLast()), by: "  ") + "\n")
    }
  }

  private func writeCompact(_ state: ObjectState, _ buffer: inout ByteBuffer) {
    if let table {
      table.writeRow(state, now: now, into: &buffer)
    } else {
      representation.write(state, as: kind, .item, into: &buffer)
    }
  }

  private func tree(_ state: ObjectState) -> JSONValue {
    var buffer = ByteBuffer()
    writeCompact(state, &buffer)
    return JSONValue(written: buffer.take())
  }

  /// Lines after the first go to the right; an empty one stays empty.
  private static func shifted(_ text: String, by space: String) -> String {
    var shifted: [UInt8] = []
    let bytes = Array(text.utf8)
    for (place, byte) in bytes.enumerated() {
      shifted.append(byte)
      guard byte == 0x0A, place + 1 < bytes.count, bytes[place + 1] != 0x0A else { continue }
      shifted += space.utf8
    }
    return String(decoding: shifted, as: UTF8.self)
  }
}

/// Every list that is on its way in slices.
struct ListStreams: Sendable {
  private var streams: [RequestID: ListStream] = [:]
  /// May send now, in the order of their requests.
  private var ready: [RequestID] = []

  var count: Int { streams.count }
  func holds(_ id: RequestID) -> Bool { streams[id] != nil }
  /// Whether another slice can be sent at once.
  var isDue: Bool { !ready.isEmpty }

  /// A short list is a whole answer.
  mutating func open(_ id: RequestID, _ stream: ListStream) -> [APICore.Effect] {
    var stream = stream
    let (bytes, isLast) = stream.next()
    let fields: HeaderFields = ["content-type": stream.contentType]
    if isLast { return [.respond(id, APIResponse(.ok, fields, body: bytes))] }
    ready.append(id)
    defer { streams[id] = stream }
    // Nothing is said before it is known in what form.
    if bytes.isEmpty { return [] }
    stream.isAnnounced = true
    return [.head(id, .ok, fields), .body(id, bytes, isLast: false)]
  }

  mutating func close(_ id: RequestID) {
    streams[id] = nil
    ready.removeAll { $0 == id }
  }

  mutating func congested(_ id: RequestID) { ready.removeAll { $0 == id } }

  mutating func writable(_ id: RequestID) {
    guard streams[id] != nil, !ready.contains(id) else { return }
    ready.append(id)
  }

  /// One slice of one list: all take turns.
  mutating func pump() -> [APICore.Effect] {
    guard let id = ready.first, var stream = streams[id] else { return [] }
    streams[id] = nil
    ready.removeFirst()
    let (bytes, isLast) = stream.next()
    var effects: [APICore.Effect] = []
    if !stream.isAnnounced, !bytes.isEmpty {
      stream.isAnnounced = true
      effects.append(.head(id, .ok, ["content-type": stream.contentType]))
    }
    if !bytes.isEmpty { effects.append(.body(id, bytes, isLast: isLast)) }
    if !isLast {
      streams[id] = stream
      ready.append(id)
    }
    return effects
  }
}
