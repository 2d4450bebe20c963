public import Base

/// Decodes header blocks (RFC 7541) and keeps the dynamic table that their encoder builds up.
public struct HPACKDecoder: Sendable {
  /// What a block stands for.
  public struct Section: Equatable, Sendable {
    public let fields: HeaderFields
    /// Every name and value has only characters that RFC 9113 §8.2.1 allows.
    public let isValid: Bool
  }

  /// The size that we announced, an upper bound on what the encoder chooses.
  public let tableBytesMax: Int
  /// Largest section, as RFC 9113 §6.5.2 counts it.
  public let listBytesMax: Int
  private var table: DynamicTable
  /// Blocks seen lately: calls repeat the same bytes.
  private var cache: [CachedBlock] = []
  private var nextVictim = 0
  /// Changes whenever an index may come to mean something else.
  private var generation: UInt64 = 0
  /// The generation after the block before: a table in motion is not worth caching.
  private var lastGeneration: UInt64 = 0

  private struct CachedBlock {
    let block: Bytes
    /// Nil: the block refers to nothing but the static table.
    let generation: UInt64?
    let section: Section
  }

  private static let cachedBlocksMax = 8
  private static let cachedBlockBytesMax = 1024

  public init(tableBytesMax: Int = 4096, listBytesMax: Int) {
    self.tableBytesMax = tableBytesMax
    self.listBytesMax = listBytesMax
    table = DynamicTable(bytesMax: tableBytesMax)
  }

  /// Decodes one whole block. After an error the table is lost and the decoder of no more use.
  public mutating func decode(_ block: Bytes) throws(HPACKError) -> Section {
    for cached in cache where cached.block == block {
      if cached.generation == nil || cached.generation == generation { return cached.section }
    }
    var parse = BlockParse(block: block)
    let generationBefore = generation
    let section = try parse.run(table: &table, tableBytesMax, listBytesMax)
    if parse.changedTable { generation &+= 1 }
    let isStable = generation == generationBefore && generation == lastGeneration
    lastGeneration = generation
    if !parse.changedTable && (isStable || !parse.usedTable) {
      remember(block, generation: parse.usedTable ? generation : nil, section)
    }
    return section
  }

  private mutating func remember(_ block: Bytes, generation: UInt64?, _ section: Section) {
    guard block.count <= Self.cachedBlockBytesMax else { return }
    // A copy: the block itself is a slice of a large read.
    var copy = ByteBuffer(capacity: block.count)
    copy.write(block)
    let entry = CachedBlock(block: copy.take(), generation: generation, section: section)
    if cache.count < Self.cachedBlocksMax {
      cache.append(entry)
    } else {
      cache[nextVictim] = entry
      nextVictim = (nextVictim + 1) % Self.cachedBlocksMax
    }
  }

  /// Bytes of the dynamic table, as §4.1 counts them.
  package var tableBytes: Int { table.bytes }
  /// The dynamic table, newest first.
  package var tableFields: [HeaderField] { table.fields }
}

/// One pass over one block.
private struct BlockParse {
  let block: Bytes
  var offset = 0
  var usedTable = false
  var changedTable = false
  private var fields: [HeaderField] = []
  private var listBytes = 0
  private var isValid = true

  init(block: Bytes) {
    self.block = block
    fields.reserveCapacity(12)
  }

  mutating func run(
    table: inout DynamicTable, _ tableBytesMax: Int, _ listBytesMax: Int
  ) throws(HPACKError) -> HPACKDecoder.Section {
    while offset < block.count {
      let first = block[offset]
      if first & 0x80 != 0 {
        // §6.1: indexed.
        let entry = try lookUp(try integer(prefixBits: 7), table)
        isValid = isValid && entry.isValid
        try append(entry.field, listBytesMax)
      } else if first & 0xC0 == 0x40 {
        // §6.2.1: literal that enters the table.
        let entry = try literal(prefixBits: 6, table)
        table.insert(entry)
        changedTable = true
        try append(entry.field, listBytesMax)
      } else if first & 0xE0 == 0x20 {
        // §6.3, and §4.2: only at the beginning of a block.
        let size = try integer(prefixBits: 5)
        guard fields.isEmpty, size <= UInt32(clamping: tableBytesMax) else {
          throw .badTableSize(size)
        }
        table.resize(to: Int(size))
        changedTable = true
      } else {
        // §6.2.2 and §6.2.3: literal that stays out.
        try append(try literal(prefixBits: 4, table).field, listBytesMax)
      }
    }
    return HPACKDecoder.Section(fields: HeaderFields(fields), isValid: isValid)
  }

  private mutating func append(_ field: HeaderField, _ listBytesMax: Int) throws(HPACKError) {
    listBytes += field.name.count + field.value.count + 32
    guard listBytes <= listBytesMax else { throw .listTooLarge }
    fields.append(field)
  }

  private mutating func lookUp(
    _ index: UInt32, _ table: DynamicTable
  ) throws(HPACKError) -> DynamicTable.Field {
    guard index > 0 else { throw .badIndex(index) }
    if index <= UInt32(StaticTable.count) {
      return DynamicTable.Field(field: StaticTable.fields[Int(index) - 1], isValid: true)
    }
    usedTable = true
    guard let entry = table[Int(index) - StaticTable.count - 1] else { throw .badIndex(index) }
    return entry
  }

  private mutating func literal(
    prefixBits: UInt8, _ table: DynamicTable
  ) throws(HPACKError) -> DynamicTable.Field {
    let index = try integer(prefixBits: prefixBits)
    let name: Bytes
    var isValidField = true
    if index == 0 {
      name = try string()
      isValidField = FieldSyntax.isValidName(name)
    } else {
      let entry = try lookUp(index, table)
      name = entry.field.name
      isValidField = entry.isValid || FieldSyntax.isValidName(name)
    }
    let value = try string()
    isValidField = isValidField && FieldSyntax.isValidValue(value)
    isValid = isValid && isValidField
    return DynamicTable.Field(field: HeaderField(name, value), isValid: isValidField)
  }

  /// §5.1; at most 2^32-1 in at most five further octets.
  private mutating func integer(prefixBits: UInt8) throws(HPACKError) -> UInt32 {
    let prefixMax = UInt64(1) << UInt64(prefixBits) - 1
    guard offset < block.count else { throw .truncated }
    var value = UInt64(block[offset]) & prefixMax
    offset += 1
    guard value == prefixMax else { return UInt32(value) }
    for shift in 0..<5 {
      guard offset < block.count else { throw .truncated }
      let octet = block[offset]
      offset += 1
      value += UInt64(octet & 0x7F) << UInt64(7 * shift)
      if octet & 0x80 == 0 {
        guard let result = UInt32(exactly: value) else { throw .integerTooLarge }
        return result
      }
    }
    throw .integerTooLarge
  }

  /// §5.2. Copied: what is kept of a section must not keep the read that it came in.
  private mutating func string() throws(HPACKError) -> Bytes {
    guard offset < block.count else { throw .truncated }
    let isHuffman = block[offset] & 0x80 != 0
    let length = Int(try integer(prefixBits: 7))
    guard length <= block.count - offset else { throw .truncated }
    let raw = block[offset..<offset + length]
    offset += length
    if isHuffman { return try HuffmanCoding.decode(raw) }
    var copy = ByteBuffer(capacity: length)
    copy.write(raw)
    return copy.take()
  }
}
