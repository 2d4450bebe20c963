import Base
import JSON
import Objects

/// Makes random values of the schema's types, and spoils them.
struct ValueMaker {
  let schema: Schema
  var random: PRNG

  /// Required fields, and some of the others while `depth` lasts.
  mutating func object(_ type: TypeSchema, depth: Int) -> JSONObject {
    var object = JSONObject()
    for field in type.fields {
      let isWanted = field.isRequired || depth > 0 && random.below(100) < 35
      guard isWanted else { continue }
      object[field.name] = value(field.type, field, depth: depth - 1)
    }
    return object
  }

  private mutating func value(_ type: ValueType, _ field: FieldSchema, depth: Int) -> JSONValue {
    switch type {
    case .string:
      .string(field.allowed.isEmpty ? word() : field.allowed[random.below(field.allowed.count)])
    case .bytes: .string(Base64.encode(Bytes(word())))
    case .int32: .number(JSONNumber(Int64(random.below(1_000))))
    case .int64: .number(JSONNumber(Int64(truncatingIfNeeded: random.next())))
    case .double: .number(JSONNumber(Double(random.below(100)) / 4) ?? JSONNumber(Int64(0)))
    case .boolean: .bool(random.below(2) == 0)
    case .any: free(depth: 2)
    case .list(let element):
      .array(
        depth < 0 ? [] : (0..<random.below(3)).map { _ in value(element, field, depth: depth) })
    case .map(let element):
      .object(
        JSONObject(
          (0..<(depth < 0 ? 0 : random.below(3))).map {
            JSONObject.Member(name: "k\($0)", value: value(element, field, depth: depth))
          }))
    case .object(let name): formed(name, field, depth: depth)
    }
  }

  private mutating func formed(_ name: String, _ field: FieldSchema, depth: Int) -> JSONValue {
    guard let type = schema.type(name) else { return .null }
    switch type.form {
    case .fields: return .object(object(type, depth: depth))
    case .quantity: return .string(["1", "500m", "64Mi", "1e3", "-2.5G"][random.below(5)])
    case .intOrString: return random.below(2) == 0 ? 80 : "http"
    case .time: return "2026-11-22T21:00:00Z"
    case .microTime: return "2026-11-22T21:00:00.000001Z"
    case .duration: return "1m30s"
    case .any: return free(depth: 2)
    case .anyObject: return .object(freeObject(depth: 2))
    case .schemaOrBoolean where random.below(2) == 0: return true
    case .schemaOrStrings where random.below(2) == 0: return ["a"]
    case .schemaOrSchemas, .schemaOrBoolean, .schemaOrStrings: return [:]
    }
  }

  mutating func free(depth: Int) -> JSONValue {
    switch random.below(depth > 0 ? 7 : 5) {
    case 0: .null
    case 1: .bool(true)
    case 2: .number(JSONNumber(Int64(truncatingIfNeeded: random.next())))
    case 3: .string(word())
    case 4: .number(JSONNumber(1.5) ?? JSONNumber(Int64(0)))
    case 5: .array((0..<random.below(3)).map { _ in free(depth: depth - 1) })
    default: .object(freeObject(depth: depth - 1))
    }
  }

  private mutating func freeObject(depth: Int) -> JSONObject {
    JSONObject(
      (0..<random.below(3)).map { JSONObject.Member(name: "f\($0)", value: free(depth: depth)) })
  }

  private mutating func word() -> String {
    ["", "a", "web", "Always", "10.0.0.1", "ümläut", "x\u{0}y", "\u{212A}ind"][random.below(8)]
  }

  /// Some values replaced, some members renamed or gone.
  mutating func mutated(_ object: JSONObject) -> JSONObject {
    var result = JSONObject()
    for member in object.members {
      switch random.below(12) {
      case 0: result["\(member.name)x"] = member.value
      case 1: result[member.name] = free(depth: 3)
      case 2: continue
      default: result[member.name] = mutated(member.value)
      }
    }
    return result
  }

  private mutating func mutated(_ value: JSONValue) -> JSONValue {
    if random.below(12) == 0 { return free(depth: 3) }
    return switch value {
    case .object(let object): .object(mutated(object))
    case .array(let elements): .array(elements.map { mutated($0) })
    case .null, .bool, .number, .string: value
    }
  }
}
