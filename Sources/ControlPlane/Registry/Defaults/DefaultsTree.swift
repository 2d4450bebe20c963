import Base
import JSON

/// Rows of defaults, as a tree that is walked along an object once.
///
/// A row is a path, a sign and a value: `containers[].imagePullPolicy = "Always"`. It counts where
/// what holds the field is there and the field is absent, null or an empty text. With `~` for the
/// sign a zero counts as absent too (fields that are no pointers in Kubernetes' types).
struct DefaultsTree: Sendable {
  private var entries: [Entry] = []

  fileprivate struct Entry: Sendable {
    let name: String
    let isList: Bool
    var value: JSONValue?
    var zeroIsAbsent = false
    var below = DefaultsTree()
  }

  /// A row that cannot be read is a programmer error.
  init(_ rows: String) {
    for row in rows.split(separator: "\n") {
      let parts = row.split(separator: " ", maxSplits: 2)
      precondition(parts.count == 3 && (parts[1] == "=" || parts[1] == "~"), "bad row \(row)")
      guard let value = Self.value(parts[2]) else { preconditionFailure("bad value in \(row)") }
      insert(parts[0].split(separator: ".")[...], value, zeroIsAbsent: parts[1] == "~")
    }
  }

  private init() {}

  private static func value(_ text: Substring) -> JSONValue? {
    do { return try JSONValue(parsing: Bytes(String(text))) } catch { return nil }
  }

  private mutating func insert(
    _ path: ArraySlice<Substring>, _ value: JSONValue, zeroIsAbsent: Bool
  ) {
    guard let first = path.first else { return }
    let isList = first.hasSuffix("[]")
    let name = String(isList ? first.dropLast(2) : first)
    var place = entries.firstIndex { $0.name == name && $0.isList == isList }
    if place == nil {
      entries.append(Entry(name: name, isList: isList))
      place = entries.count - 1
    }
    guard let place else { return }
    if path.count == 1 {
      precondition(entries[place].value == nil, "two rows for one path")
      entries[place].value = value
      entries[place].zeroIsAbsent = zeroIsAbsent
    } else {
      entries[place].below.insert(path.dropFirst(), value, zeroIsAbsent: zeroIsAbsent)
    }
  }

  /// Adds what is absent; true where something was. An object that has everything is only read.
  @discardableResult
  func apply(to object: inout JSONObject) -> Bool {
    var isChanged = false
    for entry in entries {
      let present = object[entry.name]
      if let value = entry.value, entry.isAbsent(present), present != value {
        object[entry.name] = value
        isChanged = true
      }
      guard !entry.below.entries.isEmpty else { continue }
      if entry.isList {
        if let elements = entry.below.applied(toEach: present) {
          object[entry.name] = .array(elements)
          isChanged = true
        }
      } else if case .object(var nested)? = entry.value == nil ? present : object[entry.name],
        entry.below.apply(to: &nested)
      {
        object[entry.name] = .object(nested)
        isChanged = true
      }
    }
    return isChanged
  }

  /// The elements of a list with what was absent; nil where nothing was.
  private func applied(toEach list: JSONValue?) -> [JSONValue]? {
    guard case .array(let elements)? = list else { return nil }
    var changed: [JSONValue]?
    for (place, element) in elements.enumerated() {
      guard case .object(var nested) = element, apply(to: &nested) else { continue }
      changed = changed ?? elements
      changed?[place] = .object(nested)
    }
    return changed
  }
}

extension DefaultsTree.Entry {
  fileprivate func isAbsent(_ value: JSONValue?) -> Bool {
    switch value {
    case nil, .null: true
    case .string(let text): text.isEmpty
    case .number(let number): zeroIsAbsent && number.int64 == 0
    case .bool, .array, .object: false
    }
  }
}
