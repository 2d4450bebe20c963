import Base
import Testing

@Suite struct `Slices of bytes` {
  @Test func `a prefix sorts before its extensions and bytes are unsigned`() {
    #expect(Bytes("a") < Bytes("a\0"))
    #expect(Bytes([0x7F]) < Bytes([0x80]))
    #expect(!(Bytes("b") < Bytes("ab")))
  }

  @Test func `a slice compares and hashes by content, not by place`() {
    let whole = Bytes("xxabcxx")
    #expect(whole[2..<5] == Bytes("abc"))
    #expect(Set([whole[2..<5], Bytes("abc")]).count == 1)
  }

  @Test func `a slice beyond the end is a programmer error`() async {
    await #expect(processExitsWith: .failure) { _ = Bytes("abc")[1..<5] }
  }
}

@Suite struct `Varint` {
  @Test(arguments: [0, 1, 127, 128, 16_383, 16_384, UInt64(UInt32.max), 1 << 63, .max])
  func `is read back and as long as foretold`(value: UInt64) throws {
    var buffer = ByteBuffer()
    buffer.write(varint: value)
    #expect(buffer.count == varintLength(value))
    var reader = ByteReader(buffer.bytes)
    #expect(try reader.readVarint() == value)
    #expect(reader.isAtEnd)
  }

  @Test func `lengths change exactly at powers of 128`() {
    for bits in 0..<64 {
      let value = UInt64(1) << UInt64(bits)
      #expect(varintLength(value) == bits / 7 + 1)
      if value > 1 { #expect(varintLength(value - 1) == (bits - 1) / 7 + 1) }
    }
  }

  @Test func `eleven bytes and 65 bits are refused`() {
    var tooLong = ByteReader(Bytes([UInt8](repeating: 0x80, count: 10) + [1]))
    #expect(throws: ByteReaderError.varintTooLong(offset: 0)) { try tooLong.readVarint() }
    var tooWide = ByteReader(Bytes([UInt8](repeating: 0xFF, count: 9) + [2]))
    #expect(throws: ByteReaderError.varintTooLong(offset: 0)) { try tooWide.readVarint() }
    var cut = ByteReader(Bytes([0x80]))
    #expect(throws: ByteReaderError.truncated(offset: 1, needed: 1)) { try cut.readVarint() }
  }
}

@Suite struct `Castagnoli checksums` {
  // RFC 3720 Appendix B.4.
  @Test(arguments: [
    ([UInt8](repeating: 0, count: 32), UInt32(0x8A91_36AA)),
    ([UInt8](repeating: 0xFF, count: 32), UInt32(0x62A8_AB43)),
    ([UInt8](0..<32), UInt32(0x46DD_794E)),
    (Array("123456789".utf8), UInt32(0xE306_9283)),
  ])
  func `gives the published vectors`(bytes: [UInt8], expected: UInt32) {
    #expect(CRC32C.checksum(Bytes(bytes)) == expected)
  }

  @Test func `a chain over parts is the checksum of the whole`() {
    let whole = Bytes("the quick brown fox jumps over the lazy dog")
    for cut in 0...whole.count {
      let first = CRC32C.checksum(whole.prefix(cut))
      var rest = CRC32C(continuing: first)
      rest.update(whole.dropFirst(cut))
      #expect(rest.value == CRC32C.checksum(whole))
    }
  }
}

@Suite struct `Text codes` {
  // RFC 4648 §10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func `base 64 gives the RFC's vectors`(plain: String, coded: String) {
    #expect(Base64.encode(Bytes(plain)) == coded)
    #expect(Base64.decode(coded) == Bytes(plain))
  }

  @Test(arguments: ["Z", "Zg=", "Z===", "Zm9v!mFy", "=Zm9", "Zm 9v"])
  func `base 64 refuses what is none`(text: String) {
    #expect(Base64.decode(text) == nil)
  }

  // RFC 4648 §5; RFC 7515 appendix C has the second row.
  @Test(
    arguments: [
      ([], ""), ([3, 236, 255, 224, 193], "A-z_4ME"), ([0], "AA"), ([0xFB, 0xFF], "-_8"),
    ] as [([UInt8], String)])
  func `base 64 for URLs has no padding`(plain: [UInt8], coded: String) {
    #expect(Base64.encodeURL(Bytes(plain)) == coded)
    #expect(Base64.decodeURL(coded) == Bytes(plain))
  }

  @Test(arguments: ["A", "AA==", "A+z_4ME", "A-z/4ME", "AB", "-_9", "A A", "AAAAA"])
  func `base 64 for URLs has one text for the same bytes`(text: String) {
    #expect(Base64.decodeURL(text) == nil)
  }

  @Test func `hex is read back in both cases and refuses odd and foreign digits`() {
    #expect(Hex.encode(Bytes([0, 0xAB, 0xFF])) == "00abff")
    #expect(Hex.decode("00ABff") == Bytes([0, 0xAB, 0xFF]))
    #expect(Hex.decode("abc") == nil)
    #expect(Hex.decode("zz") == nil)
  }
}
