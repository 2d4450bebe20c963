public import Base
public import JSON

extension JSONObject {
  /// Changes a member that is an object in place; one of another type, or none, counts as empty.
  public mutating func edit<Result, Failure: Error>(
    _ name: String, _ body: (inout JSONObject) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var nested = self[name]?.object ?? JSONObject()
    // Else the change would copy what both hold.
    self[name] = .null
    defer { self[name] = .object(nested) }
    return try body(&nested)
  }

  /// The members without those of these names.
  public func without(_ names: String...) -> JSONObject {
    var rest = self
    for name in names { rest[name] = nil }
    return rest
  }

  /// The object as compact JSON text.
  public var bytes: Bytes {
    var buffer = ByteBuffer()
    JSONValue.object(self).write(into: &buffer)
    return buffer.take()
  }
}

extension JSONValue {
  public static func strings(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }

  public static func number(_ number: Int64) -> JSONValue { .number(JSONNumber(number)) }
}
