import Base

/// Strings in HPACK's Huffman code (RFC 7541 §5.2).
enum HuffmanCoding {
  /// Bytes that `encode` writes for `text`.
  static func encodedLength(_ text: Bytes) -> Int {
    let lengths = HuffmanTable.lengths
    var bits = 0
    for offset in 0..<text.count { bits += Int(lengths[Int(text[offset])]) }
    return (bits + 7) / 8
  }

  static func encode(_ text: Bytes, into buffer: inout ByteBuffer) {
    let codes = HuffmanTable.codes
    let lengths = HuffmanTable.lengths
    var window: UInt64 = 0
    var bits = 0
    for offset in 0..<text.count {
      let symbol = Int(text[offset])
      window = window << UInt64(lengths[symbol]) | UInt64(codes[symbol])
      bits += Int(lengths[symbol])
      while bits >= 8 {
        bits -= 8
        buffer.write(UInt8(truncatingIfNeeded: window >> UInt64(bits)))
      }
    }
    if bits > 0 {
      // Padded with the most significant bits of EOS, which are ones.
      let padding = UInt64(0xFF) >> UInt64(bits)
      buffer.write(UInt8(truncatingIfNeeded: window << UInt64(8 - bits) | padding))
    }
  }

  /// The text that `coded` stands for.
  ///
  /// Throws `badHuffman` on EOS or a padding that is not its beginning.
  static func decode(_ coded: Bytes) throws(HPACKError) -> Bytes {
    let table = DecodeTable.shared
    var text: [UInt8] = []
    text.reserveCapacity(coded.count * 8 / 5)
    /// Bits not yet decoded, aligned to the most significant bit.
    var window: UInt64 = 0
    var bits = 0
    var offset = 0
    while true {
      while bits <= 56 && offset < coded.count {
        window |= UInt64(coded[offset]) << UInt64(56 - bits)
        bits += 8
        offset += 1
      }
      if bits == 0 { return Bytes(text) }
      // A padding of up to seven ones lies above every code word of its length or shorter.
      if offset == coded.count && bits < 8 && isPadding(window, bits) { return Bytes(text) }
      let (symbol, length) = table.lookUp(UInt32(truncatingIfNeeded: window >> 32))
      guard length <= bits, symbol < 256 else { throw .badHuffman }
      text.append(UInt8(truncatingIfNeeded: symbol))
      window <<= UInt64(length)
      bits -= length
    }
  }

  private static func isPadding(_ window: UInt64, _ bits: Int) -> Bool {
    window >> UInt64(64 - bits) == (1 << UInt64(bits)) - 1
  }

  /// The code is canonical: words of one length are consecutive numbers, longer ones lie above.
  private struct DecodeTable {
    /// Per length that occurs: the first word of greater length, aligned to 32 bits.
    var limits: [UInt32] = []
    var lengths: [Int] = []
    /// Per length: what to add to a word to get its place in `symbols`.
    var bases: [Int] = []
    var symbols: [UInt16] = []

    static let shared = DecodeTable()

    init() {
      for length in 5...30 {
        let members = (0...256).filter { HuffmanTable.lengths[$0] == UInt8(length) }
          .sorted { HuffmanTable.codes[$0] < HuffmanTable.codes[$1] }
        guard let first = members.first, let last = members.last else { continue }
        lengths.append(length)
        bases.append(symbols.count - Int(HuffmanTable.codes[first]))
        let above = UInt64(HuffmanTable.codes[last]) + 1
        limits.append(UInt32(clamping: above << UInt64(32 - length)))
        symbols += members.map { UInt16($0) }
      }
    }

    /// The symbol whose code word begins `window`, and its length in bits.
    func lookUp(_ window: UInt32) -> (symbol: UInt16, length: Int) {
      var row = 0
      // The longest words fill the code space: the last row takes what is left, all ones included.
      while row < limits.count - 1 && window >= limits[row] { row += 1 }
      let length = lengths[row]
      let word = Int(window >> UInt32(32 - length))
      return (symbols[min(word + bases[row], symbols.count - 1)], length)
    }
  }
}
