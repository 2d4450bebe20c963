/// A place within a JSON value (RFC 6901).
public struct JSONPointer: Hashable, Sendable {
  /// Names of members and places in arrays, unescaped; empty for the whole value.
  public let tokens: [String]

  public init(_ tokens: [String]) {
    self.tokens = tokens
  }

  /// Nil for a text that begins with no slash, or holds a `~` that neither 0 nor 1 follows.
  public init?(_ text: String) {
    guard !text.isEmpty else {
      tokens = []
      return
    }
    guard text.utf8.first == UInt8(ascii: "/") else { return nil }
    var tokens: [String] = []
    for part in text.utf8.dropFirst().split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    {
      guard let token = Self.unescaped(part) else { return nil }
      tokens.append(token)
    }
    self.tokens = tokens
  }

  private static func unescaped(_ part: some Sequence<UInt8>) -> String? {
    var bytes: [UInt8] = []
    var isEscaped = false
    for byte in part {
      switch (isEscaped, byte) {
      case (true, UInt8(ascii: "0")): bytes.append(UInt8(ascii: "~"))
      case (true, UInt8(ascii: "1")): bytes.append(UInt8(ascii: "/"))
      case (true, _): return nil
      case (false, UInt8(ascii: "~")):
        isEscaped = true
        continue
      case (false, _): bytes.append(byte)
      }
      isEscaped = false
    }
    return isEscaped ? nil : String(decoding: bytes, as: UTF8.self)
  }

  /// `other` lies within what this one points at, or is the same place.
  public func isPrefix(of other: JSONPointer) -> Bool {
    other.tokens.count >= tokens.count
      && zip(tokens, other.tokens).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
  }
}

extension JSONValue {
  /// What lies at the place; nil where nothing does.
  public subscript(pointer: JSONPointer) -> JSONValue? {
    var value = self
    for token in pointer.tokens {
      let inner: JSONValue? =
        switch value {
        case .object(let object): object[token]
        case .array(let elements):
          JSONPointer.place(token, count: elements.count).map { elements[$0] }
        case .null, .bool, .number, .string: nil
        }
      guard let inner else { return nil }
      value = inner
    }
    return value
  }
}

extension JSONPointer {
  /// A place in an array of `count` elements: digits without a leading zero (RFC 6901 section 4).
  static func place(_ token: String, count: Int) -> Int? {
    guard token == "0" || token.utf8.first != UInt8(ascii: "0"),
      token.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
      let place = Int(token), place < count
    else { return nil }
    return place
  }
}
