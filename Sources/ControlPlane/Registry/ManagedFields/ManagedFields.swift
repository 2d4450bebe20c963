import Base
public import JSON
import Objects

/// Who last set which field of an object (meta/v1 ObjectMeta.managedFields).
///
///     update: what changes becomes the writer's, and nobody else's
///     apply:  what the configuration names becomes the applier's, shared where values are equal;
///             what it named before and nobody else has goes
public struct ManagedFields: Hashable, Sendable {
  /// In the order in which the object has them.
  public internal(set) var entries: [Entry]

  public struct Entry: Hashable, Sendable {
    public var manager: FieldManager
    /// RFC 3339, in whole seconds; nil where a client left it out.
    public var time: String?
    private var storage: Storage

    /// Most entries of an update are written as they were read: they stay text.
    private enum Storage: Hashable, Sendable {
      case text(JSONObject)
      case fields(FieldSet)
    }

    init(manager: FieldManager, time: String?, fields: FieldSet) {
      self.manager = manager
      self.time = time
      storage = .fields(fields)
    }

    public var fields: FieldSet {
      get {
        switch storage {
        case .fields(let fields): return fields
        case .text(let text):
          do throws(FieldSetError) {
            return try FieldSet(text)
          } catch {
            return FieldSet()
          }
        }
      }
      set { storage = .fields(newValue) }
    }
  }

  public init() {
    entries = []
  }

  public var isEmpty: Bool { entries.isEmpty }
}

/// Why a list of managed fields cannot be read.
public enum ManagedFieldsError: Error, Hashable, Sendable {
  case notAList
  /// Neither `Apply` nor `Update`.
  case operation(String)
  case apiVersionMissing
  case fieldsType(String)
  case fields(FieldSetError)
}

// MARK: - JSON

extension ManagedFields {
  /// Reads `metadata.managedFields`; absent counts as empty. Of two entries of one manager the last
  /// counts. Fields of what is stored need not be read before they are asked for: those that cannot
  /// be read are none.
  public init(_ json: JSONValue?, isStored: Bool = false) throws(ManagedFieldsError) {
    entries = []
    guard let json, !json.isNull else { return }
    guard let elements = json.array else { throw .notAList }
    for element in elements {
      let entry = try Entry(element, isStored: isStored)
      if let place = place(of: entry.manager) {
        entries[place] = entry
      } else {
        entries.append(entry)
      }
    }
  }

  /// As clients expect them: applied ones first, then by their times (fieldmanager
  /// sortEncodedManagedFields). Nil where there are none.
  public var json: JSONValue? {
    guard !entries.isEmpty else { return nil }
    let sorted = entries.map { (entry: $0, seconds: $0.seconds) }.sorted { left, right in
      let (one, other) = (left.entry.manager, right.entry.manager)
      if one.operation != other.operation { return one.operation == .apply }
      if left.seconds != right.seconds { return left.seconds < right.seconds }
      return one.isBefore(other)
    }
    return .array(sorted.map { .object($0.entry.json) })
  }

  func place(of manager: FieldManager) -> Int? {
    entries.firstIndex { $0.manager.isSame(as: manager) }
  }

  /// The managed fields that a client means to clear: `managedFields: [{}]`.
  static func isReset(_ json: JSONValue?) -> Bool {
    guard let elements = json?.array, elements.count == 1 else { return false }
    return elements[0].isEmptyContainer && !elements[0].isNull
  }

  /// The same but for the times.
  static func isSame(_ left: JSONValue?, _ right: JSONValue?) -> Bool {
    guard let left = left?.array, let right = right?.array else {
      return (left?.array ?? []).isEmpty && (right?.array ?? []).isEmpty
    }
    return left.count == right.count
      && zip(left, right).allSatisfy { left, right in
        left.object?.without("time") == right.object?.without("time")
      }
  }
}

extension ManagedFields.Entry {
  init(_ json: JSONValue, isStored: Bool) throws(ManagedFieldsError) {
    let operation = json["operation"]?.string ?? ""
    guard let known = FieldManager.Operation(rawValue: operation) else {
      throw .operation(operation)
    }
    guard let apiVersion = json["apiVersion"]?.string, !apiVersion.isEmpty else {
      throw .apiVersionMissing
    }
    let type = json["fieldsType"]?.string ?? ""
    guard type == "FieldsV1" else { throw .fieldsType(type) }
    let text = json["fieldsV1"]?.object ?? JSONObject()
    if isStored {
      storage = .text(text)
    } else {
      do throws(FieldSetError) {
        storage = .fields(try FieldSet(text))
      } catch {
        throw .fields(error)
      }
    }
    manager = FieldManager(
      name: json["manager"]?.string ?? "", operation: known, apiVersion: apiVersion,
      subresource: json["subresource"]?.string ?? "")
    time = json["time"]?.string
  }

  var json: JSONObject {
    var object = JSONObject()
    if !manager.name.isEmpty { object["manager"] = .string(manager.name) }
    object["operation"] = .string(manager.operation.rawValue)
    object["apiVersion"] = .string(manager.apiVersion)
    if let time { object["time"] = .string(time) }
    object["fieldsType"] = "FieldsV1"
    object["fieldsV1"] = .object(text)
    if !manager.subresource.isEmpty { object["subresource"] = .string(manager.subresource) }
    return object
  }

  private var text: JSONObject {
    switch storage {
    case .text(let text): text
    case .fields(let fields): fields.json
    }
  }

  /// Takes these paths away; an entry that has none of them stays as it is.
  mutating func lose(_ paths: FieldSet) {
    switch storage {
    case .text(let text):
      guard paths.nodes.contains(where: { text[$0.element.memberName] != nil }) else { return }
      fields = fields.subtracting(paths)
    case .fields(let fields): storage = .fields(fields.subtracting(paths))
    }
  }

  var isEmpty: Bool {
    switch storage {
    case .text(let text): text.isEmpty
    case .fields(let fields): fields.isEmpty
    }
  }

  /// Since 1970; 0 without a time.
  var seconds: Int64 {
    (time.flatMap(WallTime.init(rfc3339:))?.milliseconds ?? 0) / 1000
  }
}

extension FieldManager {
  /// One entry serves both. An applier has one, whatever version it speaks.
  func isSame(as other: FieldManager) -> Bool {
    name.utf8.elementsEqual(other.name.utf8) && operation == other.operation
      && subresource.utf8.elementsEqual(other.subresource.utf8)
      && (operation == .apply || apiVersion.utf8.elementsEqual(other.apiVersion.utf8))
  }

  /// By the bytes of the name, then the version and the subresource.
  func isBefore(_ other: FieldManager) -> Bool {
    let pairs = [
      (name, other.name), (apiVersion, other.apiVersion), (subresource, other.subresource),
    ]
    for (left, right) in pairs where !left.utf8.elementsEqual(right.utf8) {
      return left.utf8.lexicographicallyPrecedes(right.utf8)
    }
    return false
  }
}
