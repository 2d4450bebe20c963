import Base
import JSON
import Objects
import Protobuf

/// Bodies in protobuf: sound ones of objects that make no sense, and messages that no codec writes.
extension RequestMutation {
  mutating func protobuf(_ object: JSONValue) -> Bytes {
    let sound = encoded(object)
    switch random.below(8) {
    case 0...3: return sound
    case 4: return Bytes(damage(sound.array))
    case 5: return wire(object)
    case 6:
      return ProtobufObject.enveloped(
        message(depth: 0), apiVersion: object["apiVersion"]?.string ?? "",
        kind: object["kind"]?.string ?? "")
    default:
      return Bytes(
        damage([0x6B, 0x38, 0x73, 0] + [0x0A, 4, 0x0A, 2, 0x76, 0x31, 0x12, 2, 0x0A, 0]))
    }
  }

  /// By our codec; what cannot be encoded is encoded without what was mutated in it.
  private mutating func encoded(_ object: JSONValue) -> Bytes {
    var members = object.object ?? JSONObject()
    while true {
      do throws(ProtobufObjectError) {
        return try ProtobufObject.encode(members)
      } catch {
        guard let last = members.members.last else { return Bytes() }
        members[last.name] = nil
      }
    }
  }

  /// The object's fields among those that do not belong there: before and behind, again and in each
  /// other.
  private mutating func wire(_ object: JSONValue) -> Bytes {
    let apiVersion = object["apiVersion"]?.string ?? ""
    let kind = object["kind"]?.string ?? ""
    var buffer = ByteBuffer()
    if chance(1, in: 2) { buffer.write(message(depth: 4)) }
    // metadata is the first field of every object.
    if chance(1, in: 2) { buffer.write(bytes: metadata(), field: 1) }
    buffer.write(raw(of: encoded(object)))
    // A singular field that comes again, and fields that are unknown or of other types.
    if chance(1, in: 2) { buffer.write(bytes: metadata(), field: 1) }
    for _ in 0..<random.below(4) { field(into: &buffer, depth: 2) }
    return ProtobufObject.enveloped(buffer.take(), apiVersion: apiVersion, kind: kind)
  }

  /// meta/v1 ObjectMeta: name 1, namespace 3, uid 5, labels 11, finalizers 14.
  private mutating func metadata() -> Bytes {
    var meta = ByteBuffer()
    for _ in 0..<1 + random.below(3) {
      meta.write(string: pick(FuzzObjects.names + ["", "A_B", "\u{0}"]), field: 1)
    }
    if chance(1, in: 3) { meta.write(string: pick(["w", "other", ""]), field: 3) }
    if chance(1, in: 4) { meta.write(varint: random.next(), field: 5) }
    if chance(1, in: 3) {
      var entry = ByteBuffer()
      entry.write(string: pick(["a", "", "A B"]), field: 1)
      if chance(1, in: 2) { entry.write(string: "b", field: 2) }
      if chance(1, in: 4) { field(into: &entry, depth: 3) }
      meta.write(bytes: entry.take(), field: 11)
    }
    if chance(1, in: 4) { meta.write(string: pick(["a.b/c", "x", ""]), field: 14) }
    if chance(1, in: 4) { field(into: &meta, depth: 3) }
    return meta.take()
  }

  /// runtime.Unknown.raw, field 2.
  private func raw(of enveloped: Bytes) -> Bytes {
    guard enveloped.hasPrefix(ProtobufObject.magic) else { return Bytes() }
    var reader = ProtobufReader(enveloped.dropFirst(ProtobufObject.magic.count))
    do throws(ProtobufError) {
      while let tag = try reader.nextField() {
        if tag.number == 2 { return try reader.readBytes(tag) }
        try reader.skip(tag)
      }
    } catch {
      return Bytes()
    }
    return Bytes()
  }

  private mutating func message(depth: Int) -> Bytes {
    var buffer = ByteBuffer()
    for _ in 0..<random.below(5) { field(into: &buffer, depth: depth) }
    return buffer.take()
  }

  /// A field of any number and type.
  private mutating func field(into buffer: inout ByteBuffer, depth: Int) {
    let number = UInt32(pick([1 + random.below(40), 1 + random.below(12), 1000, (1 << 29) - 1]))
    switch random.below(9) {
    case 0: buffer.write(varint: pick([0, 1, random.next(), .max]), field: number)
    case 1: buffer.write(fixed64: random.next(), field: number)
    case 2:
      buffer.write(varint: UInt64(number) << 3 | 5)
      buffer.write(littleEndian: UInt32(truncatingIfNeeded: random.next()))
    case 3: buffer.write(string: pick(["", "a", "x1", "é\u{301}", "2024-01-01"]), field: number)
    case 4: buffer.write(bytes: Bytes([0xFF, 0xFE, 0x80]), field: number)
    case 5 where depth < 6: buffer.write(bytes: message(depth: depth + 1), field: number)
    case 6:
      // A length that no body has, or that does not fit.
      buffer.write(varint: UInt64(number) << 3 | 2)
      buffer.write(varint: pick([1 << 20, 1 << 31, 1 << 62, .max]))
    case 7:
      // Groups, and types that there are not.
      buffer.write(varint: UInt64(number) << 3 | pick([3, 4, 6, 7]))
    default:
      var inner = Bytes()
      for _ in 0..<pick([3, 90, 150]) {
        var outer = ByteBuffer()
        outer.write(bytes: inner, field: number)
        inner = outer.take()
      }
      buffer.write(inner)
    }
  }
}
