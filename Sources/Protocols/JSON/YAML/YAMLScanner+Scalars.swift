import Base

extension YAMLScanner {
  // MARK: - Plain

  /// A scalar without quotes (YAML 1.2.2 section 7.3.3).
  mutating func scanPlain() throws(YAMLError) {
    try notePossibleKey()
    let place = position
    var content: [UInt8] = []
    var gap: [UInt8] = []
    while !isDocumentMark, byte() != UInt8(ascii: "#") || content.isEmpty {
      let start = offset
      while !isGap(), !endsPlain() {
        try checkControl()
        advance()
      }
      guard offset > start else { break }
      isKeyAllowed = false
      content += gap
      content += text[start..<offset]
      gap = try takeGap()
      guard !isAtEnd, flowDepth > 0 || column > indent, !gap.isEmpty else { break }
    }
    append(.scalar(String(decoding: content, as: UTF8.self), isPlain: true), at: place)
  }

  /// A `:` that ends a key, or what ends a value in a flow collection.
  private func endsPlain() -> Bool {
    if byte() == UInt8(ascii: ":") {
      return isGap(1) || flowDepth > 0 && isFlowIndicator(byte(1))
    }
    return flowDepth > 0 && isFlowIndicator(byte())
  }

  /// White space within a scalar of several lines, folded: one line break is a space, further ones
  /// stay.
  private mutating func takeGap() throws(YAMLError) -> [UInt8] {
    var blanks: [UInt8] = []
    var breaks = 0
    while !isAtEnd, isBlank() || isBreak() {
      if isBreak() {
        breaks += 1
        blanks = []
        advanceLine()
        if flowDepth == 0 { isKeyAllowed = true }
      } else {
        if breaks > 0, byte() == 0x09, column <= indent, flowDepth == 0, !isBlankLine() {
          throw failure(.tabIndents)
        }
        blanks.append(byte())
        advance()
      }
    }
    return fold(breaks, or: blanks)
  }

  private func isBlankLine() -> Bool {
    var ahead = 0
    while isBlank(ahead) { ahead += 1 }
    return isEnd(ahead) || isBreak(ahead)
  }

  private func fold(_ breaks: Int, or blanks: [UInt8]) -> [UInt8] {
    switch breaks {
    case 0: blanks
    case 1: [0x20]
    default: Array(repeating: 0x0A, count: breaks - 1)
    }
  }

  private func checkControl() throws(YAMLError) {
    if byte() < 0x20 || byte() == 0x7F { throw failure(.controlCharacter(byte())) }
  }

  // MARK: - Quoted

  /// A scalar in single or double quotes (sections 7.3.1 and 7.3.2).
  mutating func scanQuoted() throws(YAMLError) {
    try notePossibleKey()
    isKeyAllowed = false
    let place = position
    let quote = byte()
    var content: [UInt8] = []
    advance()
    while true {
      if isAtEnd || isDocumentMark { throw failure(.unterminated("a quoted text", from: place)) }
      if isBlank() || isBreak() {
        try takeQuotedGap(of: quote, into: &content)
      } else if byte() == quote {
        guard quote == UInt8(ascii: "'"), byte(1) == quote else { break }
        content.append(quote)
        advance(2)
      } else if byte() == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
        try takeEscape(into: &content)
      } else {
        try checkControl()
        content.append(byte())
        advance()
      }
    }
    advance()
    append(.scalar(String(decoding: content, as: UTF8.self), isPlain: false), at: place)
  }

  private mutating func takeQuotedGap(
    of quote: UInt8, into content: inout [UInt8]
  ) throws(YAMLError) {
    var blanks: [UInt8] = []
    var breaks = 0
    while !isAtEnd, isBlank() || isBreak(), !isDocumentMark {
      if isBreak() {
        breaks += 1
        blanks = []
        advanceLine()
      } else {
        if breaks == 0 { blanks.append(byte()) }
        advance()
      }
    }
    content += fold(breaks, or: blanks)
  }

  private mutating func takeEscape(into content: inout [UInt8]) throws(YAMLError) {
    if isBreak(1) {
      // The line goes on: neither break nor indentation are meant.
      advance()
      advanceLine()
      while isBlank() { advance() }
      return
    }
    let letter = byte(1)
    if let digits = Self.escapeDigits(letter) {
      let scalar = try takeHexadecimal(digits)
      content += Array(String(Character(scalar)).utf8)
      return
    }
    guard !isEnd(1), let meaning = Self.escapes[letter] else {
      guard letter > 0x20, letter < 0x7F else { throw failure(.badEscape) }
      throw failure(.unknownEscape(letter))
    }
    content += meaning
    advance(2)
  }

  private static func escapeDigits(_ letter: UInt8) -> Int? {
    switch letter {
    case UInt8(ascii: "x"): 2
    case UInt8(ascii: "u"): 4
    case UInt8(ascii: "U"): 8
    default: nil
    }
  }

  private static let escapes: [UInt8: [UInt8]] = [
    UInt8(ascii: "0"): [0x00], UInt8(ascii: "a"): [0x07], UInt8(ascii: "b"): [0x08],
    UInt8(ascii: "t"): [0x09], 0x09: [0x09], UInt8(ascii: "n"): [0x0A],
    UInt8(ascii: "v"): [0x0B], UInt8(ascii: "f"): [0x0C], UInt8(ascii: "r"): [0x0D],
    UInt8(ascii: "e"): [0x1B], 0x20: [0x20], UInt8(ascii: "\""): [UInt8(ascii: "\"")],
    UInt8(ascii: "/"): [UInt8(ascii: "/")], UInt8(ascii: "\\"): [UInt8(ascii: "\\")],
    UInt8(ascii: "N"): [0xC2, 0x85], UInt8(ascii: "_"): [0xC2, 0xA0],
    UInt8(ascii: "L"): [0xE2, 0x80, 0xA8], UInt8(ascii: "P"): [0xE2, 0x80, 0xA9],
  ]

  /// `\x`, `\u` or `\U` with its digits. Two `\u` may be a surrogate pair, as JSON writes it.
  private mutating func takeHexadecimal(_ digits: Int) throws(YAMLError) -> Unicode.Scalar {
    let place = position
    let first = try hexadecimal(digits, at: 2, place)
    advance(2 + digits)
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard digits == 4, (0xD800..<0xDC00).contains(first), byte() == UInt8(ascii: "\\"),
      byte(1) == UInt8(ascii: "u")
    else { throw failure(.badEscape, at: place) }
    let second = try hexadecimal(4, at: 2, place)
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw failure(.badEscape, at: place) }
    advance(6)
    return scalar
  }

  private func hexadecimal(
    _ digits: Int, at ahead: Int, _ place: TextPosition
  ) throws(YAMLError) -> UInt32 {
    var value: UInt32 = 0
    for index in 0..<digits {
      let digit = Character(Unicode.Scalar(byte(ahead + index)))
      guard digit.isASCII, let nibble = digit.hexDigitValue else {
        throw failure(.badEscape, at: place)
      }
      value = value << 4 | UInt32(nibble)
    }
    return value
  }

  // MARK: - Block scalars

  private enum Chomping { case clip, strip, keep }

  /// `|` and `>` (section 8.1): the lines behind are the text.
  mutating func scanBlockScalar(isFolded: Bool) throws(YAMLError) {
    try forgetPossibleKey()
    isKeyAllowed = true
    let place = position
    advance()
    let (chomping, given) = try takeBlockHeader()
    var breaks: [UInt8] = []
    var indentation = given.map { max(indent, 0) + $0 } ?? 0
    if given == nil {
      indentation = try findIndentation(&breaks)
    } else {
      try takeEmptyLines(indentation, &breaks)
    }
    var content: [UInt8] = []
    var lineBreak: [UInt8] = []
    var wasBlank = false
    while column == indentation, !isAtEnd, !isDocumentMark {
      let isMoreIndented = isBlank()
      if isFolded, !lineBreak.isEmpty, !wasBlank, !isMoreIndented {
        if breaks.isEmpty { content.append(0x20) }
      } else {
        content += lineBreak
      }
      content += breaks
      breaks = []
      wasBlank = isMoreIndented
      let start = offset
      while !isAtEnd, !isBreak() {
        if byte() != 0x09 { try checkControl() }
        advance()
      }
      content += text[start..<offset]
      lineBreak = []
      if !isAtEnd {
        lineBreak = [0x0A]
        advanceLine()
      }
      try takeEmptyLines(indentation, &breaks)
    }
    switch chomping {
    case .strip: break
    case .clip: content += lineBreak
    case .keep: content += lineBreak + breaks
    }
    append(.scalar(String(decoding: content, as: UTF8.self), isPlain: false), at: place)
  }

  /// How the last line breaks count, and how deep the text is indented where the header says so.
  private mutating func takeBlockHeader() throws(YAMLError) -> (Chomping, Int?) {
    var chomping: Chomping?
    var indentation: Int?
    while !isGap() {
      switch byte() {
      case UInt8(ascii: "+") where chomping == nil: chomping = .keep
      case UInt8(ascii: "-") where chomping == nil: chomping = .strip
      case UInt8(ascii: "1")...UInt8(ascii: "9") where indentation == nil:
        indentation = Int(byte() - UInt8(ascii: "0"))
      default: throw failure(.expected("+, - or 1 to 9 behind | or >", found: "something else"))
      }
      advance()
    }
    while isBlank() { advance() }
    if byte() == UInt8(ascii: "#") { skipComment() }
    guard isAtEnd || isBreak() else {
      throw failure(.expected("the text of | or > on the next line", found: "it on this one"))
    }
    if !isAtEnd { advanceLine() }
    return (chomping ?? .clip, indentation)
  }

  /// Takes the empty lines in front of the text; the first other line tells its indentation.
  private mutating func findIndentation(_ breaks: inout [UInt8]) throws(YAMLError) -> Int {
    var deepest = 0
    while true {
      while byte() == 0x20 { advance() }
      deepest = max(deepest, column)
      if byte() == 0x09, column <= indent, !isBlankLine() { throw failure(.tabIndents) }
      guard !isAtEnd, isBreak() else { return max(deepest, indent + 1, 1) }
      advanceLine()
      breaks.append(0x0A)
    }
  }

  private mutating func takeEmptyLines(
    _ indentation: Int, _ breaks: inout [UInt8]
  ) throws(YAMLError) {
    while true {
      while column < indentation, byte() == 0x20 { advance() }
      if column < indentation, byte() == 0x09, !isBlankLine(), column > indent {
        throw failure(.tabIndents)
      }
      guard !isAtEnd, isBreak() else { return }
      advanceLine()
      breaks.append(0x0A)
    }
  }
}
