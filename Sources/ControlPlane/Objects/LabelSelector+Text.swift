extension LabelSelector {
  /// Reads `a=b,c!=d,e in (x,y),g notin (z),f,!h,i>1,j<2` (apimachinery labels.Parse); an empty
  /// text selects everything.
  public init(parsing text: String) throws(LabelSelectorError) {
    var parser = SelectorParser(text)
    self.init(try parser.requirements())
  }
}

private struct SelectorParser {
  private enum Token: Equatable {
    case word(String)
    case sign(String)
    case end

    var text: String {
      switch self {
      case .word(let text), .sign(let text): text
      case .end: ""
      }
    }
  }

  private var tokens: ArraySlice<Token>

  init(_ text: String) {
    let signs = Set("=!()<>,".utf8)
    var tokens: [Token] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.first {
      if [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
        rest = rest.dropFirst()
      } else if signs.contains(byte) {
        let pair = String(decoding: rest.prefix(2), as: UTF8.self)
        let sign = pair == "==" || pair == "!=" ? pair : String(Unicode.Scalar(byte))
        tokens.append(.sign(sign))
        rest = rest.dropFirst(sign.utf8.count)
      } else {
        let word = rest.prefix { !signs.contains($0) && ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        tokens.append(.word(String(decoding: word, as: UTF8.self)))
        rest = rest.dropFirst(word.count)
      }
    }
    self.tokens = tokens[...]
  }

  private var next: Token { tokens.first ?? .end }

  private mutating func take() -> Token {
    tokens.popFirst() ?? .end
  }

  private mutating func take(_ sign: String) -> Bool {
    guard next == .sign(sign) else { return false }
    tokens = tokens.dropFirst()
    return true
  }

  mutating func requirements() throws(LabelSelectorError) -> [LabelSelector.Requirement] {
    var requirements: [LabelSelector.Requirement] = []
    guard next != .end else { return requirements }
    while true {
      requirements.append(try requirement())
      if next == .end { return requirements }
      guard take(",") else { throw found(next, expected: "',' or 'end of string'") }
      guard next != .end else { throw found(next, expected: "identifier after ','") }
    }
  }

  private mutating func requirement() throws(LabelSelectorError) -> LabelSelector.Requirement {
    let isNegated = take("!")
    guard case .word(let key) = next else {
      throw .text(
        "unable to parse requirement: found '\(next.text)', expected: identifier")
    }
    guard LabelSyntax.isQualifiedName(key) else {
      throw .text("unable to parse requirement: invalid label key \"\(key)\"")
    }
    _ = take()
    if isNegated { return LabelSelector.Requirement(key, .doesNotExist) }
    switch take() {
    case .end: return LabelSelector.Requirement(key, .exists)
    case .sign(","):
      tokens = [.sign(",")] + tokens
      return LabelSelector.Requirement(key, .exists)
    case .sign("="), .sign("=="): return LabelSelector.Requirement(key, .equals(try value()))
    case .sign("!="): return LabelSelector.Requirement(key, .notEquals(try value()))
    case .sign(">"): return LabelSelector.Requirement(key, .greaterThan(try number()))
    case .sign("<"): return LabelSelector.Requirement(key, .lessThan(try number()))
    case .word("in"): return LabelSelector.Requirement(key, .anyOf(try values()))
    case .word("notin"): return LabelSelector.Requirement(key, .noneOf(try values()))
    case let token:
      throw .text(
        "unable to parse requirement: found '\(token.text)', "
          + "expected: in, notin, =, ==, !=, gt, lt")
    }
  }

  /// An absent value is the empty one.
  private mutating func value() throws(LabelSelectorError) -> String {
    guard case .word(let text) = next else {
      guard next == .end || next == .sign(",") else { throw found(next, expected: "identifier") }
      return ""
    }
    _ = take()
    return try checked(text)
  }

  private mutating func number() throws(LabelSelectorError) -> Int64 {
    let text = try value()
    guard let number = Int64(text) else {
      throw .text("for 'Gt', 'Lt' operators, the value must be an integer")
    }
    return number
  }

  private mutating func values() throws(LabelSelectorError) -> [String] {
    guard take("(") else { throw found(next, expected: "'('") }
    if take(")") { throw .text("for 'in', 'notin' operators, values set can't be empty") }
    var values: [String] = []
    while true {
      if case .word(let text) = next {
        _ = take()
        values.append(try checked(text))
      } else {
        values.append("")
      }
      if take(")") { return values }
      guard take(",") else { throw found(next, expected: "',' or ')'") }
    }
  }

  private func checked(_ value: String) throws(LabelSelectorError) -> String {
    guard LabelSyntax.isValue(value) else { throw .text("invalid label value \"\(value)\"") }
    return value
  }

  private func found(_ token: Token, expected: String) -> LabelSelectorError {
    .text("found '\(token.text)', expected: \(expected)")
  }
}
