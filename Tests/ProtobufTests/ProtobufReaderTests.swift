import Base
import Protobuf
import Testing

/// A message with one field of each form, nested in itself.
private struct Sample: ProtobufMessage {
  var number: UInt64 = 0
  var text = ""
  var data = Bytes()
  var kinds: [Int32] = []
  var child: [Sample] = []

  init() {}

  mutating func merge(from reader: inout ProtobufReader) throws(ProtobufError) {
    while let field = try reader.nextField() {
      switch field.number {
      case 1: number = try reader.readUInt64(field)
      case 2: text = try reader.readString(field)
      case 3: child.append(try reader.readMessage(field))
      case 4: kinds.append(contentsOf: try readKinds(&reader, field))
      case 5: data = try reader.readBytes(field)
      default: try reader.skip(field)
      }
    }
  }

  private func readKinds(
    _ reader: inout ProtobufReader, _ field: ProtobufField
  ) throws(ProtobufError) -> [Int32] {
    var values: [Int32] = []
    try reader.readInt32s(field, appendingTo: &values)
    return values
  }

  var encodedLength: Int {
    var length = 0
    if number != 0 { length += 1 + varintLength(number) }
    if !text.isEmpty { length += 1 + prefixedLength(text.utf8.count) }
    for value in child { length += 1 + prefixedLength(value.encodedLength) }
    if !kinds.isEmpty { length += 1 + prefixedLength(packedLength(kinds)) }
    if !data.isEmpty { length += 1 + prefixedLength(data.count) }
    return length
  }

  func encode(into buffer: inout ByteBuffer) {
    if number != 0 { buffer.write(varint: number, field: 1) }
    if !text.isEmpty { buffer.write(string: text, field: 2) }
    for value in child { buffer.write(message: value, field: 3) }
    buffer.write(packed: kinds, field: 4)
    if !data.isEmpty { buffer.write(bytes: data, field: 5) }
  }
}

/// Documents: protobuf.dev "Encoding".
@Suite struct `Reading protobuf` {
  @Test func `the documentation's examples are read and written as they stand there`() throws {
    // "A Simple Message": 150 in field 1; "testing" in field 2; that message in field 3;
    // packed 3, 270, 86942 (there in field 6).
    #expect(try Sample(decoding: Bytes([0x08, 0x96, 0x01])).number == 150)
    let testing: [UInt8] = [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6E, 0x67]
    #expect(try Sample(decoding: Bytes(testing)).text == "testing")
    let nested = try Sample(decoding: Bytes([0x1A, 0x03, 0x08, 0x96, 0x01]))
    #expect(nested.child.map(\.number) == [150])
    #expect(nested.encoded == Bytes([0x1A, 0x03, 0x08, 0x96, 0x01]))
    let packed: [UInt8] = [0x22, 0x06, 0x03, 0x8E, 0x02, 0x9E, 0xA7, 0x05]
    #expect(try Sample(decoding: Bytes(packed)).kinds == [3, 270, 86942])
    #expect(try Sample(decoding: Bytes(packed)).encoded == Bytes(packed))
  }

  @Test func `a negative int32 takes ten bytes, as protobuf asks`() throws {
    var sample = Sample()
    sample.kinds = [-2]
    // "Signed Integers": -2 is the unsigned number 2^64 - 2.
    let minusTwo: [UInt8] = [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]
    #expect(sample.encoded == Bytes([0x22, 0x0A] + minusTwo))
    #expect(try Sample(decoding: sample.encoded) == sample)
  }

  @Test func `a repeated number is read packed and one by one`() throws {
    #expect(try Sample(decoding: Bytes([0x20, 1, 0x22, 2, 2, 3, 0x20, 4])).kinds == [1, 2, 3, 4])
  }

  @Test func `unknown fields of every wire type are passed over`() throws {
    var bytes: [UInt8] = [0x78, 0x96, 0x01]  // field 15, varint
    bytes += [0x79] + Array(repeating: 1, count: 8)  // eight bytes
    bytes += [0x7A, 2, 9, 9]  // length-prefixed
    bytes += [0x7B, 0x08, 1, 0x0B, 0x0C, 0x7C]  // a group with a group in it
    bytes += [0x7D, 1, 2, 3, 4]  // four bytes
    bytes += [0x08, 5]
    #expect(try Sample(decoding: Bytes(bytes)).number == 5)
  }

  @Test(
    arguments: [
      ([0x08], ProtobufError.truncated(offset: 1)),
      ([0x08, 0x80], .truncated(offset: 2)),
      ([0x08] + Array(repeating: 0xFF, count: 9) + [0x02], .badVarint(offset: 1)),
      ([0x00], .badTag(offset: 0)),
      ([0x80, 0x80, 0x80, 0x80, 0x10], .badTag(offset: 0)),
      ([0x0D, 0, 0, 0, 0], .unexpectedWireType(5, field: 1)),
      ([0x12, 0x05, 0x61], .lengthOutOfRange(5, offset: 2)),
      (
        [0x12] + Array(repeating: 0xFF, count: 9) + [0x01],
        .lengthOutOfRange(UInt64.max, offset: 11)
      ),
      ([0x12, 0x01, 0xFF], .invalidUTF8(field: 2)),
      ([0x7E], .badWireType(6, offset: 1)),
      ([0x7C], .badWireType(4, offset: 1)),
      ([0x7B, 0x08, 1], .truncated(offset: 3)),
      ([0x79, 1, 2], .truncated(offset: 1)),
      ([0x1A, 0x02, 0x12, 0x01, 0x61], .lengthOutOfRange(1, offset: 4)),
    ] as [([UInt8], ProtobufError)])
  func `damaged messages are refused with their place`(bytes: [UInt8], error: ProtobufError) {
    #expect(throws: error) { try Sample(decoding: Bytes(bytes)) }
  }

  @Test func `nesting beyond the bound is refused, not followed`() throws {
    func nested(_ levels: Int) -> Bytes {
      var bytes = Bytes()
      for _ in 0..<levels {
        var buffer = ByteBuffer()
        buffer.write(bytes: bytes, field: 3)
        bytes = buffer.take()
      }
      return bytes
    }
    #expect(try Sample(decoding: nested(ProtobufReader.depthMax)).child.count == 1)
    #expect(throws: ProtobufError.self) {
      try Sample(decoding: nested(ProtobufReader.depthMax + 1))
    }
    let groups = Bytes(Array(repeating: 0x7B, count: 100_000))
    #expect(throws: ProtobufError.tooDeep(offset: 101)) { try Sample(decoding: groups) }
  }

  @Test func `no mutation of a message traps, and what is read is written back the same`() {
    var sample = Sample()
    sample.number = .max
    sample.text = "höhe"
    sample.data = Bytes([0, 255])
    sample.kinds = [1, -1]
    sample.child = [Sample(), sample]
    let encoded = sample.encoded.array
    var random = PRNG(seed: 1)
    var read = 0
    for _ in 0..<20_000 {
      var mutated = encoded
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<mutated.count, using: &random)
        mutated[place] = UInt8.random(in: 0...255, using: &random)
      }
      mutated.removeLast(Int.random(in: 0..<mutated.count, using: &random) / 8)
      guard let message = try? Sample(decoding: Bytes(mutated)) else { continue }
      read += 1
      #expect(message.encodedLength == message.encoded.count)
      #expect((try? Sample(decoding: message.encoded)) == message)
    }
    #expect(read > 100)
  }
}
