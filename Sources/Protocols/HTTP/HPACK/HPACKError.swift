/// Why a header block cannot be decoded (RFC 7541).
public enum HPACKError: Error, Equatable, Sendable {
  /// The block ends inside a representation.
  case truncated
  /// An integer beyond 2^32-1 or with needless octets (§5.1).
  case integerTooLarge
  /// Index 0, or one beyond both tables (§2.3.3).
  case badIndex(UInt32)
  /// A Huffman-coded string with EOS inside or wrong padding (§5.2).
  case badHuffman
  /// A table size update above what we announced, or not at the block's start (§4.2, §6.3).
  case badTableSize(UInt32)
  /// The decoded list passed its limit.
  case listTooLarge
}
