import Base
import JSON
import Objects

/// A stored object's JSON text, taken apart where answers differ from it: so that it is copied, not
/// written anew, for every reader.
///
/// The store's value has no resourceVersion, and the version that a reader asks for may be another
/// one than it was stored in. What follows the members that are found is copied as it is.
struct ObjectText {
  // Made once: a literal of so many bytes allocates at each use.
  private static let kindStart = Bytes("\"kind\":\"")
  private static let versionStart = Bytes("\",\"apiVersion\":\"")
  private static let headEnd = Bytes("\",")
  private static let metadataStart = Bytes("\"metadata\":{")
  private static let revisionStart = Bytes("\"resourceVersion\":\"")
  private static let metadataEnd = Bytes("\"}")

  private let text: Bytes
  /// Within the braces of `metadata`.
  private let metadata: Range<Int>
  /// Members ahead of `tail` other than apiVersion, kind and metadata.
  private var kept: [Range<Int>] = []
  /// From a comma, or the closing brace, to the end.
  private let tail: Int

  /// Nil where the text is not laid out so that it can be copied: without metadata, or with a
  /// resourceVersion of its own.
  init?(_ value: Bytes) {
    var scanner = TextScanner(value.array)
    guard scanner.take(UInt8(ascii: "{")) else { return nil }
    var metadata: Range<Int>?
    var found = 0
    while found < 3, !scanner.isAt(UInt8(ascii: "}")) {
      let start = scanner.offset
      guard let name = scanner.name() else { return nil }
      switch name {
      case .metadata:
        guard let range = scanner.objectWithoutResourceVersion() else { return nil }
        metadata = range
        found += 1
      case .apiVersion, .kind:
        guard scanner.skipValue() else { return nil }
        found += 1
      case .resourceVersion, .other:
        guard scanner.skipValue() else { return nil }
        kept.append(start..<scanner.offset)
      }
      if found == 3 { break }
      guard scanner.take(UInt8(ascii: ",")) || scanner.isAt(UInt8(ascii: "}")) else { return nil }
    }
    scanner.skipSpace()
    guard let metadata,
      scanner.isAt(UInt8(ascii: ",")) || scanner.isAt(UInt8(ascii: "}"))
    else { return nil }
    self.metadata = metadata
    tail = scanner.offset
    text = Bytes(scanner.text)
  }

  /// The whole object. `kind`: nil for an item of a list, whose kind the list tells.
  func write(into buffer: inout ByteBuffer, kind: Kind?, revision: Int64) {
    buffer.reserve(text.count + 96)
    buffer.write(UInt8(ascii: "{"))
    if let kind {
      buffer.write(Self.kindStart)
      buffer.write(kind.name)
      buffer.write(Self.versionStart)
      if !kind.group.isEmpty {
        buffer.write(kind.group)
        buffer.write(UInt8(ascii: "/"))
      }
      buffer.write(kind.version)
      buffer.write(Self.headEnd)
    }
    writeMetadata(into: &buffer, revision: revision)
    for range in kept {
      buffer.write(UInt8(ascii: ","))
      buffer.write(text[range])
    }
    buffer.write(text.dropFirst(tail))
  }

  /// The object's metadata as a kind of its own (meta/v1 PartialObjectMetadata).
  /// `apiVersion`: nil for an item of a list.
  func writePartial(into buffer: inout ByteBuffer, apiVersion: String?, revision: Int64) {
    buffer.write(UInt8(ascii: "{"))
    if let apiVersion {
      buffer.write("\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"\(apiVersion)\",")
    }
    writeMetadata(into: &buffer, revision: revision)
    buffer.write(UInt8(ascii: "}"))
  }

  private func writeMetadata(into buffer: inout ByteBuffer, revision: Int64) {
    buffer.write(Self.metadataStart)
    buffer.write(text[metadata])
    if !metadata.isEmpty { buffer.write(UInt8(ascii: ",")) }
    buffer.write(Self.revisionStart)
    buffer.write(String(revision))
    buffer.write(Self.metadataEnd)
  }
}

/// Walks over JSON that a parser has accepted: it finds ends, and checks no more than that.
private struct TextScanner {
  enum Name {
    case apiVersion
    case kind
    case metadata
    case resourceVersion
    case other
  }

  let text: [UInt8]
  var offset = 0

  init(_ text: [UInt8]) {
    self.text = text
  }

  mutating func skipSpace() {
    while offset < text.count, text[offset] <= 0x20 { offset += 1 }
  }

  func isAt(_ byte: UInt8) -> Bool { offset < text.count && text[offset] == byte }

  /// Space, the byte, space.
  mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard isAt(byte) else { return false }
    offset += 1
    skipSpace()
    return true
  }

  /// A member's name and its colon. A name with an escape counts as another one.
  mutating func name() -> Name? {
    let start = offset + 1
    guard skipString() else { return nil }
    let name = start..<offset - 1
    guard take(UInt8(ascii: ":")) else { return nil }
    switch name.count {
    case 4: return spells(name, Self.kind) ? .kind : .other
    case 8: return spells(name, Self.metadata) ? .metadata : .other
    case 10: return spells(name, Self.apiVersion) ? .apiVersion : .other
    case 15: return spells(name, Self.resourceVersion) ? .resourceVersion : .other
    default: return .other
    }
  }

  private static let apiVersion = Array("apiVersion".utf8)
  private static let kind = Array("kind".utf8)
  private static let metadata = Array("metadata".utf8)
  private static let resourceVersion = Array("resourceVersion".utf8)

  private func spells(_ range: Range<Int>, _ name: [UInt8]) -> Bool {
    for offset in 0..<name.count where text[range.lowerBound + offset] != name[offset] {
      return false
    }
    return true
  }

  /// What is between an object's braces, without space around it.
  mutating func objectWithoutResourceVersion() -> Range<Int>? {
    guard take(UInt8(ascii: "{")) else { return nil }
    let start = offset
    var end = offset
    while !isAt(UInt8(ascii: "}")) {
      guard let name = name() else { return nil }
      if case .resourceVersion = name { return nil }
      guard skipValue() else { return nil }
      end = offset
      guard take(UInt8(ascii: ",")) || isAt(UInt8(ascii: "}")) else { return nil }
    }
    offset += 1
    return start..<end
  }

  private mutating func skipString() -> Bool {
    guard isAt(UInt8(ascii: "\"")) else { return false }
    return skipRestOfString()
  }

  /// From a string's first quotation mark on.
  private mutating func skipRestOfString() -> Bool {
    let text = text
    var place = offset + 1
    while place < text.count {
      let byte = text[place]
      place += 1
      if byte == UInt8(ascii: "\"") {
        offset = place
        return true
      }
      if byte == UInt8(ascii: "\\") { place += 1 }
    }
    return false
  }

  mutating func skipValue() -> Bool {
    guard offset < text.count else { return false }
    switch text[offset] {
    case UInt8(ascii: "\""): return skipString()
    case UInt8(ascii: "{"), UInt8(ascii: "["): return skipNested()
    default:
      while offset < text.count {
        switch text[offset] {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0...0x20: return true
        default: offset += 1
        }
      }
      return false
    }
  }

  private mutating func skipNested() -> Bool {
    // Every reader's object comes by here: by local places, which stay in registers.
    let text = text
    var place = offset
    var depth = 0
    while place < text.count {
      switch text[place] {
      case UInt8(ascii: "\""):
        offset = place
        guard skipRestOfString() else { return false }
        place = offset
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 {
          offset = place + 1
          return true
        }
      default: break
      }
      place += 1
    }
    return false
  }
}
