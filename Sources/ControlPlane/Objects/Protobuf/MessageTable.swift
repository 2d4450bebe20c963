/// Where each field number of a message leads.
struct MessageTable: Sendable {
  indirect enum Place: Sendable {
    case field(FieldSchema)
    /// A message whose fields JSON inlines.
    case inlined(MessageTable)
  }

  private(set) var places: [UInt32: Place] = [:]

  static let kubernetes: [String: MessageTable] = Dictionary(
    uniqueKeysWithValues: Schema.kubernetes.types.map { ($0.name, MessageTable(of: $0)) })

  init() {}

  private init(of type: TypeSchema) {
    for field in type.fields {
      switch field.wire {
      case .number(let number): places[UInt32(number)] = .field(field)
      case .nested(let numbers): add(field, at: numbers[...])
      case .envelope, .none: break
      }
    }
  }

  private mutating func add(_ field: FieldSchema, at numbers: ArraySlice<Int>) {
    guard let first = numbers.first.map(UInt32.init) else { return }
    if numbers.count == 1 {
      places[first] = .field(field)
      return
    }
    var inner = MessageTable()
    if case .inlined(let table)? = places[first] { inner = table }
    inner.add(field, at: numbers.dropFirst())
    places[first] = .inlined(inner)
  }
}
