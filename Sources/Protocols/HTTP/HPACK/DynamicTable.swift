import Base

/// The fields that an encoder chose to refer to later (RFC 7541 §2.3.2, §4).
struct DynamicTable: Sendable {
  struct Field: Sendable {
    let field: HeaderField
    /// Whether name and value have only allowed characters: checked once, when the field came.
    let isValid: Bool
  }

  /// Sum over all entries of name, value and 32 (§4.1): 0...bytesMax.
  private(set) var bytes = 0
  private(set) var bytesMax: Int
  private var entries = Deque<Field>()

  init(bytesMax: Int) {
    self.bytesMax = bytesMax
  }

  /// The entry at `place` from the newest, or nil beyond the oldest.
  subscript(place: Int) -> Field? {
    place < entries.count ? entries[place] : nil
  }

  /// §4.4: evicts the oldest until the entry fits; one larger than the table empties it.
  mutating func insert(_ entry: Field) {
    let size = Self.size(entry)
    evict(downTo: bytesMax - size)
    guard size <= bytesMax else { return }
    entries.prepend(entry)
    bytes += size
  }

  /// §4.3.
  mutating func resize(to newMax: Int) {
    bytesMax = newMax
    evict(downTo: newMax)
  }

  private mutating func evict(downTo limit: Int) {
    while bytes > limit, let oldest = entries.popLast() { bytes -= Self.size(oldest) }
  }

  private static func size(_ entry: Field) -> Int {
    entry.field.name.count + entry.field.value.count + 32
  }

  /// Newest first.
  var fields: [HeaderField] { (0..<entries.count).map { entries[$0].field } }
}
