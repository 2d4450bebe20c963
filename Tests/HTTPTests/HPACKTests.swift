import Base
import HTTP
import Testing

/// An example of RFC 7541, appendix C: a block in hex, its fields, the table's size behind it.
struct HPACKExample: Sendable {
  let block: String
  let fields: [[String]]
  let tableBytes: Int

  init(_ block: String, _ fields: [[String]], _ tableBytes: Int) {
    self.block = block
    self.fields = fields
    self.tableBytes = tableBytes
  }
}

func bytes(hex: String) throws -> Bytes {
  try #require(Hex.decode(hex.filter { $0 != " " }))
}

func pairs(_ fields: some Sequence<HeaderField>) -> [[String]] {
  fields.map { [$0.name.text, $0.value.text] }
}

@Suite struct `Header compression, RFC 7541 appendix C` {
  @Test(arguments: [(UInt32(10), UInt8(5), "0a"), (1337, 5, "1f9a0a"), (42, 8, "2a")])
  func `C.1 integers`(value: UInt32, prefixBits: UInt8, expected: String) {
    var buffer = ByteBuffer()
    HPACKEncoder.write(integer: value, prefixBits: prefixBits, flags: 0, into: &buffer)
    #expect(Hex.encode(buffer.bytes) == expected)
  }

  @Test(arguments: [
    HPACKExample(
      "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572",
      [["custom-key", "custom-header"]], 55),
    HPACKExample("040c 2f73 616d 706c 652f 7061 7468", [[":path", "/sample/path"]], 0),
    HPACKExample("1008 7061 7373 776f 7264 0673 6563 7265 74", [["password", "secret"]], 0),
    HPACKExample("82", [[":method", "GET"]], 0),
  ])
  func `C.2 single fields`(example: HPACKExample) throws {
    try check([example], tableBytesMax: 4096)
  }

  static let requests: [[[String]]] = [
    [
      [":method", "GET"], [":scheme", "http"], [":path", "/"], [":authority", "www.example.com"],
    ],
    [
      [":method", "GET"], [":scheme", "http"], [":path", "/"], [":authority", "www.example.com"],
      ["cache-control", "no-cache"],
    ],
    [
      [":method", "GET"], [":scheme", "https"], [":path", "/index.html"],
      [":authority", "www.example.com"], ["custom-key", "custom-value"],
    ],
  ]

  @Test func `C.3 requests without Huffman coding`() throws {
    try check(
      [
        HPACKExample("8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", Self.requests[0], 57),
        HPACKExample("8286 84be 5808 6e6f 2d63 6163 6865", Self.requests[1], 110),
        HPACKExample(
          "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
          Self.requests[2], 164),
      ], tableBytesMax: 4096)
  }

  @Test func `C.4 requests with Huffman coding`() throws {
    try check(
      [
        HPACKExample("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", Self.requests[0], 57),
        HPACKExample("8286 84be 5886 a8eb 1064 9cbf", Self.requests[1], 110),
        HPACKExample(
          "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf", Self.requests[2], 164),
      ], tableBytesMax: 4096)
  }

  static let responses: [[[String]]] = [
    [
      [":status", "302"], ["cache-control", "private"],
      ["date", "Mon, 21 Oct 2013 20:13:21 GMT"], ["location", "https://www.example.com"],
    ],
    [
      [":status", "307"], ["cache-control", "private"],
      ["date", "Mon, 21 Oct 2013 20:13:21 GMT"], ["location", "https://www.example.com"],
    ],
    [
      [":status", "200"], ["cache-control", "private"],
      ["date", "Mon, 21 Oct 2013 20:13:22 GMT"], ["location", "https://www.example.com"],
      ["content-encoding", "gzip"],
      ["set-cookie", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"],
    ],
  ]

  @Test func `C.5 responses without Huffman coding evict from a table of 256 bytes`() throws {
    try check(
      [
        HPACKExample(
          """
          4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 \
          303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 \
          6f6d
          """, Self.responses[0], 222),
        HPACKExample("4803 3330 37c1 c0bf", Self.responses[1], 222),
        HPACKExample(
          """
          88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 \
          5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 \
          5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31
          """, Self.responses[2], 215),
      ], tableBytesMax: 256)
  }

  @Test func `C.6 responses with Huffman coding evict from a table of 256 bytes`() throws {
    try check(
      [
        HPACKExample(
          """
          4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b \
          ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3
          """, Self.responses[0], 222),
        HPACKExample("4883 640e ffc1 c0bf", Self.responses[1], 222),
        HPACKExample(
          """
          88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad \
          94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 \
          65c0 03ed 4ee5 b106 3d50 07
          """, Self.responses[2], 215),
      ], tableBytesMax: 256)
  }

  private func check(_ examples: [HPACKExample], tableBytesMax: Int) throws {
    var decoder = HPACKDecoder(tableBytesMax: tableBytesMax, listBytesMax: 65_536)
    for example in examples {
      let section = try decoder.decode(try bytes(hex: example.block))
      #expect(pairs(section.fields) == example.fields)
      #expect(section.isValid)
      #expect(decoder.tableBytes == example.tableBytes)
    }
  }
}

@Suite struct `Header blocks from the world` {
  @Test(arguments: [
    ("80", HPACKError.badIndex(0)),  // §6.1
    ("be", .badIndex(62)),  // §2.3.3: the dynamic table is empty
    ("ff", .truncated),
    ("ffffffffffff7f", .integerTooLarge),  // §5.1
    ("ff8080808080808001", .integerTooLarge),
    ("0085ffffffffff00", .badHuffman),  // §5.2: EOS inside
    ("0081fe00", .badHuffman),  // a padding with a zero
    ("0082f8ff00", .badHuffman),  // a padding of more than seven bits
    ("000561", .truncated),
    ("823f00", .badTableSize(31)),  // §4.2: not at the start
    ("3fe21f", .badTableSize(4097)),  // §6.3: above what we announced
  ])
  func `are refused by the rule that they break`(block: String, expected: HPACKError) throws {
    var decoder = HPACKDecoder(listBytesMax: 65_536)
    let block = try bytes(hex: block)
    #expect(throws: expected) { try decoder.decode(block) }
  }

  @Test func `a bomb of indices to one large entry stops at the list's limit`() throws {
    var block = ByteBuffer()
    block.write(UInt8(0x40))
    HPACKEncoder.write(integer: 1, prefixBits: 7, flags: 0, into: &block)
    block.write("a")
    HPACKEncoder.write(integer: 4000, prefixBits: 7, flags: 0, into: &block)
    block.write([UInt8](repeating: 0x61, count: 4000))
    block.write([UInt8](repeating: 0xBE, count: 10_000))
    var decoder = HPACKDecoder(listBytesMax: 65_536)
    let bomb = block.take()
    #expect(throws: HPACKError.listTooLarge) { try decoder.decode(bomb) }
  }

  @Test func `a table size update evicts at once`() throws {
    var decoder = HPACKDecoder(listBytesMax: 65_536)
    _ = try decoder.decode(try bytes(hex: "4001610162"))
    #expect(decoder.tableBytes == 34)
    _ = try decoder.decode(try bytes(hex: "2082"))
    #expect(decoder.tableBytes == 0)
  }

  @Test func `the same bytes mean something else once the table has changed`() throws {
    var decoder = HPACKDecoder(listBytesMax: 65_536)
    _ = try decoder.decode(try bytes(hex: "4001610162"))
    let newest = try bytes(hex: "be")
    for _ in 0..<4 {
      #expect(pairs(try decoder.decode(newest).fields) == [["a", "b"]])
    }
    _ = try decoder.decode(try bytes(hex: "4001630164"))
    #expect(pairs(try decoder.decode(newest).fields) == [["c", "d"]])
    _ = try decoder.decode(try bytes(hex: "20"))
    #expect(throws: HPACKError.badIndex(62)) { try decoder.decode(newest) }
  }

  @Test(arguments: [
    "000141 0161", "00012e3a0161", "0001 20 0161", "0001610120", "00016101 0a", "000161020061",
    "0000 0161",
  ])
  func `forbidden characters make a section invalid, not the connection`(block: String) throws {
    var decoder = HPACKDecoder(listBytesMax: 65_536)
    let section = try? decoder.decode(try bytes(hex: block))
    #expect(section?.isValid != true)
  }
}
