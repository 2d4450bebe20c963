/// Cuts a YAML text into tokens.
///
/// A line's indentation opens and closes blocks. Whether a value is a key shows only at the `:`
/// behind it, so every place where a key may begin is remembered until its line ends, and the
/// tokens that open the mapping are put in front of it then.
struct YAMLScanner {
  let text: [UInt8]
  private(set) var offset = 0
  private var line = 1
  /// From 0, in characters.
  private(set) var column = 0
  private(set) var tokens: [YAMLToken] = []
  var flowDepth: Int { flowStarts.count }
  /// The column of the block that is open; -1 outside of all.
  private(set) var indent = -1
  private var indents: [Int] = []
  var isKeyAllowed = true
  /// Where a key may have begun, for the block and each open flow collection.
  private var possibleKeys: [PossibleKey?] = [nil]

  private struct PossibleKey {
    let token: Int
    let offset: Int
    let column: Int
    let position: TextPosition
    /// Nothing but a key can stand there: a block mapping goes on in this column.
    let isRequired: Bool
  }

  /// Beyond this many bytes, and on another line, nothing is a key without `?` (YAML 1.2.2 section
  /// 7.4.2).
  private static let keyBytesMax = 1024

  /// Where the flow collections that are open began.
  private var flowStarts: [TextPosition] = []
  private let flowDepthMax: Int

  init(text: [UInt8], flowDepthMax: Int) {
    self.text = text
    self.flowDepthMax = flowDepthMax
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
  }

  var position: TextPosition { TextPosition(line: line, column: column + 1) }

  /// All tokens up to the end, or up to what is no token: the last one is `streamEnd` either way.
  mutating func scan() -> YAMLError? {
    do throws(YAMLError) {
      repeat { try scanToken() } while tokens.last?.content != .streamEnd
      return nil
    } catch {
      append(.streamEnd, at: position)
      return error
    }
  }

  func failure(_ reason: YAMLError.Reason, at place: TextPosition? = nil) -> YAMLError {
    YAMLError(reason: reason, position: place ?? position)
  }

  // MARK: - Bytes

  /// 0 behind the end.
  func byte(_ ahead: Int = 0) -> UInt8 {
    offset + ahead < text.count ? text[offset + ahead] : 0
  }

  var isAtEnd: Bool { offset >= text.count }
  func isEnd(_ ahead: Int) -> Bool { offset + ahead >= text.count }

  func isBlank(_ ahead: Int = 0) -> Bool { byte(ahead) == 0x20 || byte(ahead) == 0x09 }
  func isBreak(_ ahead: Int = 0) -> Bool { byte(ahead) == 0x0A || byte(ahead) == 0x0D }

  /// White space or the end.
  func isGap(_ ahead: Int = 0) -> Bool { isEnd(ahead) || isBlank(ahead) || isBreak(ahead) }

  /// `---` or `...` on a line of its own.
  var isDocumentMark: Bool {
    guard column == 0, byte() == UInt8(ascii: "-") || byte() == UInt8(ascii: ".") else {
      return false
    }
    return byte(1) == byte() && byte(2) == byte() && isGap(3)
  }

  /// One byte that is no line break.
  mutating func advance(_ count: Int = 1) {
    for _ in 0..<count {
      if byte() & 0xC0 != 0x80 { column += 1 }
      offset += 1
    }
  }

  /// A line break, of one byte or two.
  mutating func advanceLine() {
    offset += byte() == 0x0D && byte(1) == 0x0A ? 2 : 1
    line += 1
    column = 0
  }

  // MARK: - Tokens

  mutating func append(_ content: YAMLToken.Content, at place: TextPosition) {
    tokens.append(YAMLToken(content: content, position: place))
  }

  private mutating func scanToken() throws(YAMLError) {
    try skipToToken()
    try dropStaleKeys()
    if flowDepth == 0 { unroll(to: column) }
    if isAtEnd { return try scanEnd() }
    if column == 0, byte() == UInt8(ascii: "%") { return try scanDirective() }
    if isDocumentMark { return try scanDocumentMark() }
    let isBlockEntry = byte() == UInt8(ascii: "-") && isGap(1)
    if isBlockEntry { return try scanBlockEntry() }
    switch byte() {
    case UInt8(ascii: "["): try openFlow(.flowSequenceStart)
    case UInt8(ascii: "{"): try openFlow(.flowMappingStart)
    case UInt8(ascii: "]"): try closeFlow(.flowSequenceEnd)
    case UInt8(ascii: "}"): try closeFlow(.flowMappingEnd)
    case UInt8(ascii: ","): try scanFlowEntry()
    case UInt8(ascii: "?") where isGap(1): try scanExplicitKey()
    case UInt8(ascii: ":") where isGap(1) || flowDepth > 0: try scanValue()
    case UInt8(ascii: "*"), UInt8(ascii: "&"): try scanAnchor()
    case UInt8(ascii: "!"): try scanTag()
    case UInt8(ascii: "|") where flowDepth == 0: try scanBlockScalar(isFolded: false)
    case UInt8(ascii: ">") where flowDepth == 0: try scanBlockScalar(isFolded: true)
    case UInt8(ascii: "'"), UInt8(ascii: "\""): try scanQuoted()
    case 0x09: throw failure(.tabIndents)
    case 0..<0x20, 0x7F: throw failure(.controlCharacter(byte()))
    case UInt8(ascii: "@"), UInt8(ascii: "`"), UInt8(ascii: "%"), UInt8(ascii: "|"),
      UInt8(ascii: ">"):
      throw failure(.cannotStart(byte()))
    default: try scanPlain()
    }
  }

  private mutating func skipToToken() throws(YAMLError) {
    while true {
      while byte() == 0x20 || byte() == 0x09 && (flowDepth > 0 || !isKeyAllowed) { advance() }
      // A line of nothing but white space and a comment indents nothing.
      if byte() == 0x09 {
        var ahead = 0
        while isBlank(ahead) { ahead += 1 }
        if isBreak(ahead) || isEnd(ahead) || byte(ahead) == UInt8(ascii: "#") { advance(ahead) }
      }
      if byte() == UInt8(ascii: "#") { skipComment() }
      guard !isAtEnd, isBreak() else { return }
      advanceLine()
      if flowDepth == 0 { isKeyAllowed = true }
    }
  }

  mutating func skipComment() {
    while !isAtEnd, !isBreak() { advance() }
  }

  // MARK: - Keys

  /// Remembers that a key may begin here.
  mutating func notePossibleKey() throws(YAMLError) {
    let isRequired = flowDepth == 0 && indent == column
    guard isKeyAllowed else { return }
    try forgetPossibleKey()
    possibleKeys[flowDepth] = PossibleKey(
      token: tokens.count, offset: offset, column: column, position: position,
      isRequired: isRequired)
  }

  /// Nothing that has begun in this collection is a key any more.
  mutating func forgetPossibleKey() throws(YAMLError) {
    if let key = possibleKeys[flowDepth], key.isRequired {
      throw failure(.expected("':' behind the key", found: "none"), at: key.position)
    }
    possibleKeys[flowDepth] = nil
  }

  private mutating func dropStaleKeys() throws(YAMLError) {
    for place in possibleKeys.indices {
      guard let key = possibleKeys[place] else { continue }
      guard key.position.line < line || offset - key.offset > Self.keyBytesMax else { continue }
      if key.isRequired {
        throw failure(.expected("':' behind the key", found: "none"), at: key.position)
      }
      possibleKeys[place] = nil
    }
  }

  // MARK: - Blocks

  /// Opens a block where the text is indented deeper; `token` is where its first token stands.
  private mutating func roll(
    to column: Int, _ content: YAMLToken.Content, before token: Int, at place: TextPosition
  ) {
    guard flowDepth == 0, indent < column else { return }
    indents.append(indent)
    indent = column
    tokens.insert(YAMLToken(content: content, position: place), at: token)
  }

  private mutating func unroll(to column: Int) {
    while indent > column {
      append(.blockEnd, at: position)
      indent = indents.removeLast()
    }
  }

  private mutating func scanEnd() throws(YAMLError) {
    if let start = flowStarts.last { throw failure(.unterminated("'[' or '{'", from: start)) }
    unroll(to: -1)
    try forgetPossibleKey()
    append(.streamEnd, at: position)
  }

  private mutating func scanDocumentMark() throws(YAMLError) {
    if let start = flowStarts.last { throw failure(.unterminated("'[' or '{'", from: start)) }
    unroll(to: -1)
    try forgetPossibleKey()
    isKeyAllowed = false
    append(byte() == UInt8(ascii: "-") ? .documentStart : .documentEnd, at: position)
    advance(3)
  }

  private mutating func scanDirective() throws(YAMLError) {
    if flowDepth > 0 { throw failure(.notHere("a directive")) }
    unroll(to: -1)
    try forgetPossibleKey()
    isKeyAllowed = false
    let place = position
    let start = offset
    skipComment()
    let words = String(decoding: text[start + 1..<offset], as: UTF8.self)
      .split(whereSeparator: { $0 == " " || $0 == "\t" })
    guard words.first == "YAML", words.count >= 2, words[1] == "1.1" || words[1] == "1.2" else {
      throw failure(.unknownDirective(words.first.map(String.init) ?? ""), at: place)
    }
  }

  private mutating func scanBlockEntry() throws(YAMLError) {
    guard flowDepth == 0 else { throw failure(.cannotStart(byte())) }
    guard isKeyAllowed else { throw failure(.notHere("a sequence's '-'")) }
    roll(to: column, .blockSequenceStart, before: tokens.count, at: position)
    try forgetPossibleKey()
    append(.blockEntry, at: position)
    advance()
  }

  private mutating func scanExplicitKey() throws(YAMLError) {
    if flowDepth == 0 {
      guard isKeyAllowed else { throw failure(.notHere("a mapping's key")) }
      roll(to: column, .blockMappingStart, before: tokens.count, at: position)
    }
    try forgetPossibleKey()
    isKeyAllowed = flowDepth == 0
    append(.key, at: position)
    advance()
  }

  private mutating func scanValue() throws(YAMLError) {
    if let key = possibleKeys[flowDepth] {
      tokens.insert(YAMLToken(content: .key, position: key.position), at: key.token)
      roll(to: key.column, .blockMappingStart, before: key.token, at: key.position)
      possibleKeys[flowDepth] = nil
      isKeyAllowed = false
    } else {
      if flowDepth == 0 {
        guard isKeyAllowed else { throw failure(.notHere("a second ': ' in one line")) }
        roll(to: column, .blockMappingStart, before: tokens.count, at: position)
      }
      isKeyAllowed = flowDepth == 0
    }
    append(.value, at: position)
    advance()
  }

  // MARK: - Flow collections

  private mutating func openFlow(_ content: YAMLToken.Content) throws(YAMLError) {
    guard flowDepth < flowDepthMax else { throw failure(.tooDeep(limit: flowDepthMax)) }
    try notePossibleKey()
    flowStarts.append(position)
    possibleKeys.append(nil)
    isKeyAllowed = true
    append(content, at: position)
    advance()
  }

  private mutating func closeFlow(_ content: YAMLToken.Content) throws(YAMLError) {
    guard flowDepth > 0 else { throw failure(.cannotStart(byte())) }
    try forgetPossibleKey()
    possibleKeys.removeLast()
    flowStarts.removeLast()
    isKeyAllowed = false
    append(content, at: position)
    advance()
  }

  private mutating func scanFlowEntry() throws(YAMLError) {
    guard flowDepth > 0 else { throw failure(.cannotStart(byte())) }
    try forgetPossibleKey()
    isKeyAllowed = true
    append(.flowEntry, at: position)
    advance()
  }

  // MARK: - Properties

  private mutating func scanAnchor() throws(YAMLError) {
    try notePossibleKey()
    isKeyAllowed = false
    let place = position
    let isAlias = byte() == UInt8(ascii: "*")
    advance()
    let name = takeWord()
    guard !name.isEmpty else {
      throw failure(.expected(isAlias ? "an alias' name" : "an anchor's name", found: "none"))
    }
    append(isAlias ? .alias(name) : .anchor(name), at: place)
  }

  private mutating func scanTag() throws(YAMLError) {
    try notePossibleKey()
    isKeyAllowed = false
    let place = position
    if byte(1) == UInt8(ascii: "<") {
      let start = offset
      while !isGap(), byte() != UInt8(ascii: ">") { advance() }
      if byte() == UInt8(ascii: ">") { advance() }
      return append(.tag(String(decoding: text[start..<offset], as: UTF8.self)), at: place)
    }
    append(.tag(takeWord()), at: place)
  }

  /// Up to white space or what ends a value in a flow collection.
  private mutating func takeWord() -> String {
    let start = offset
    while !isGap(), !isFlowIndicator(byte()) { advance() }
    return String(decoding: text[start..<offset], as: UTF8.self)
  }

  func isFlowIndicator(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
      UInt8(ascii: "}"):
      true
    default: false
    }
  }
}
