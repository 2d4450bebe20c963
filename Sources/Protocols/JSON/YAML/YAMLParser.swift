import Base

/// Builds values from tokens (YAML 1.2.2 chapters 6 to 9), and notes where each stands.
struct YAMLParser {
  private let tokens: [YAMLToken]
  /// Why `tokens` end before the text does. What is wrong before that is told first.
  private let scanFailure: YAMLError?
  private let options: YAMLOptions
  private var next = 0
  private var depth = 0
  private var values = 0
  private var positions = FieldPositions()
  private var anchors: [Bytes: Value] = [:]

  /// A value, its place among the positions, and how many values it holds.
  private struct Value {
    let json: JSONValue
    let node: Int
    let count: Int
  }

  init(text: [UInt8], options: YAMLOptions) throws(YAMLError) {
    self.options = options
    let start = TextPosition(line: 1, column: 1)
    guard text.count <= options.bytesMax else {
      throw YAMLError(reason: .tooLong(limit: options.bytesMax), position: start)
    }
    if text.starts(with: [0xFE, 0xFF]) || text.starts(with: [0xFF, 0xFE]) || text.first == 0 {
      throw YAMLError(reason: .otherEncoding, position: start)
    }
    guard String(validating: text, as: UTF8.self) != nil else {
      throw YAMLError(reason: .notUTF8, position: Self.firstInvalid(text))
    }
    var scanner = YAMLScanner(text: text, flowDepthMax: options.depthMax)
    scanFailure = scanner.scan()
    tokens = scanner.tokens
  }

  /// The line that is no UTF-8.
  private static func firstInvalid(_ text: [UInt8]) -> TextPosition {
    var line = 1
    for part in text.split(separator: 0x0A, omittingEmptySubsequences: false) {
      if String(validating: part, as: UTF8.self) == nil { break }
      line += 1
    }
    return TextPosition(line: line, column: 1)
  }

  mutating func parseStream() throws(YAMLError) -> [YAMLDocument] {
    do throws(YAMLError) {
      let documents = try parseDocuments()
      if let scanFailure { throw scanFailure }
      return documents
    } catch {
      if next >= tokens.count - 1, let scanFailure { throw scanFailure }
      throw error
    }
  }

  private mutating func parseDocuments() throws(YAMLError) -> [YAMLDocument] {
    var documents: [YAMLDocument] = []
    var isMarked = false
    while true {
      while take(.documentEnd) { isMarked = false }
      if take(.documentStart) { isMarked = true }
      if token.content == .streamEnd, !isMarked { return documents }
      documents.append(try parseDocument())
      switch token.content {
      case .documentStart, .documentEnd, .streamEnd: isMarked = false
      case .flowMappingStart where documents.last?.value.object != nil:
        // JSON objects one after the other, as Go's JSON decoder and kubectl read them.
        isMarked = false
      default: throw expected("the end of the document")
      }
      if token.content == .streamEnd { return documents }
    }
  }

  private mutating func parseDocument() throws(YAMLError) -> YAMLDocument {
    positions = FieldPositions()
    anchors = [:]
    values = 0
    let place = token.position
    let value: Value
    switch token.content {
    case .documentStart, .documentEnd, .streamEnd: value = try scalar(.null, at: place)
    default: value = try parseNode(.block)
    }
    positions.root = value.node
    return YAMLDocument(value: value.json, positions: positions)
  }

  // MARK: - Tokens

  private var token: YAMLToken { tokens[min(next, tokens.count - 1)] }

  private mutating func take(_ content: YAMLToken.Content) -> Bool {
    guard token.content == content else { return false }
    next += 1
    return true
  }

  private func failure(_ reason: YAMLError.Reason, at place: TextPosition) -> YAMLError {
    YAMLError(reason: reason, position: place)
  }

  private func expected(_ what: String) -> YAMLError {
    failure(.expected(what, found: token.name), at: token.position)
  }

  // MARK: - Values

  /// What may stand where a value is wanted.
  private enum Place {
    /// Any value.
    case block
    /// Any value; a sequence may stand in the mapping's own column.
    case blockMapping
    /// No blocks.
    case flow

    func allows(_ content: YAMLToken.Content) -> Bool {
      switch content {
      case .blockEntry: self == .blockMapping
      case .blockSequenceStart, .blockMappingStart: self != .flow
      default: true
      }
    }
  }

  private mutating func count(_ more: Int, at place: TextPosition) throws(YAMLError) {
    let (sum, overflow) = values.addingReportingOverflow(more)
    guard !overflow, sum <= options.valuesMax else {
      throw failure(.tooManyValues(limit: options.valuesMax), at: place)
    }
    values = sum
  }

  private mutating func node(at place: TextPosition) -> Int {
    positions.nodes.append(FieldPositions.Node(position: place))
    return positions.nodes.count - 1
  }

  private mutating func scalar(
    _ json: JSONValue, at place: TextPosition
  ) throws(YAMLError) -> Value {
    try count(1, at: place)
    return Value(json: json, node: node(at: place), count: 1)
  }

  private mutating func parseNode(_ place: Place) throws(YAMLError) -> Value {
    let start = token.position
    if case .alias(let name) = token.content {
      guard let value = anchors[Bytes(name)] else { throw failure(.unknownAnchor(name), at: start) }
      next += 1
      try count(value.count, at: start)
      return value
    }
    var anchor: String?
    var tag: YAMLTag?
    properties: while true {
      switch token.content {
      case .anchor(let name) where anchor == nil: anchor = name
      case .tag(let text) where tag == nil:
        guard let known = YAMLTag(text) else { throw failure(.unknownTag(text), at: start) }
        tag = known
      default: break properties
      }
      next += 1
    }
    let hasProperties = anchor != nil || tag != nil
    let value = try parseContent(place, tag, hasProperties: hasProperties)
    if let anchor { anchors[Bytes(anchor)] = value }
    return value
  }

  private mutating func parseContent(
    _ place: Place, _ tag: YAMLTag?, hasProperties: Bool
  ) throws(YAMLError) -> Value {
    let start = token.position
    switch token.content {
    case .scalar(let text, let isPlain):
      next += 1
      return try scalar(try YAMLTag.resolve(text, isPlain, tag, at: start), at: start)
    case .flowSequenceStart, .blockSequenceStart, .blockEntry:
      guard place.allows(token.content) else { break }
      try descend(tag, .sequence)
    case .flowMappingStart, .blockMappingStart:
      guard place.allows(token.content) else { break }
      try descend(tag, .mapping)
    default: break
    }
    let value: Value
    switch token.content {
    case .flowSequenceStart: value = try parseFlowSequence()
    case .flowMappingStart: value = try parseFlowMapping()
    case .blockSequenceStart where place != .flow:
      next += 1
      value = try parseBlockSequence(isIndented: true)
    case .blockEntry where place == .blockMapping:
      value = try parseBlockSequence(isIndented: false)
    case .blockMappingStart where place != .flow:
      next += 1
      value = try parseBlockMapping()
    default:
      guard hasProperties else { throw expected("a value") }
      return try scalar(try YAMLTag.resolve("", true, tag, at: start), at: start)
    }
    depth -= 1
    return value
  }

  /// A collection begins: of another kind than its tag says, or too deep, it is refused.
  private mutating func descend(_ tag: YAMLTag?, _ own: YAMLTag) throws(YAMLError) {
    if let tag, tag != own, tag != .unspecific {
      throw failure(
        .expected("a \(tag.rawValue)", found: "a \(own.rawValue)"), at: token.position)
    }
    guard depth < options.depthMax else {
      throw failure(.tooDeep(limit: options.depthMax), at: token.position)
    }
    depth += 1
  }

  // MARK: - Sequences

  private mutating func parseBlockSequence(isIndented: Bool) throws(YAMLError) -> Value {
    var sequence = SequenceInProgress(node: node(at: token.position))
    while take(.blockEntry) {
      switch token.content {
      case .blockEntry, .blockEnd: try add(scalar(.null, at: token.position), to: &sequence)
      case .key where !isIndented, .value where !isIndented:
        try add(scalar(.null, at: token.position), to: &sequence)
      default: try add(parseNode(.block), to: &sequence)
      }
    }
    if isIndented, !take(.blockEnd) { throw expected("'-' or the end of the sequence") }
    return try finish(sequence)
  }

  private mutating func parseFlowSequence() throws(YAMLError) -> Value {
    let start = token.position
    var sequence = SequenceInProgress(node: node(at: start))
    next += 1
    while !take(.flowSequenceEnd) {
      if token.content == .key {
        // `[a: b]` holds a mapping of one key.
        try add(parseFlowPair(), to: &sequence)
      } else {
        try add(parseNode(.flow), to: &sequence)
      }
      if take(.flowSequenceEnd) { break }
      guard take(.flowEntry) else {
        throw expected("',' or the ']' of the '[' on line \(start.line)")
      }
    }
    return try finish(sequence)
  }

  private mutating func parseFlowPair() throws(YAMLError) -> Value {
    var mapping = MappingInProgress(node: node(at: token.position))
    try parseFlowMember(of: &mapping)
    return try finish(mapping)
  }

  private struct SequenceInProgress {
    let node: Int
    var elements: [JSONValue] = []
    var count = 1
  }

  private mutating func add(_ value: Value, to sequence: inout SequenceInProgress) {
    sequence.elements.append(value.json)
    sequence.count += value.count
    positions.nodes[sequence.node].elements.append(value.node)
  }

  private mutating func finish(_ sequence: SequenceInProgress) throws(YAMLError) -> Value {
    try count(1, at: positions.nodes[sequence.node].position)
    return Value(json: .array(sequence.elements), node: sequence.node, count: sequence.count)
  }

  // MARK: - Mappings

  private struct MappingInProgress {
    let node: Int
    var object = JSONObject()
    /// What `<<` adds where no key of the mapping's own says otherwise.
    var merged: [Value] = []
    var count = 1
  }

  private mutating func parseBlockMapping() throws(YAMLError) -> Value {
    var mapping = MappingInProgress(node: node(at: token.position))
    while take(.key) {
      let place = token.position
      let key =
        switch token.content {
        case .key, .value, .blockEnd: try scalar(.null, at: place)
        default: try parseNode(.blockMapping)
        }
      let value: Value
      if take(.value) {
        switch token.content {
        case .key, .value, .blockEnd: value = try scalar(.null, at: place)
        default: value = try parseNode(.blockMapping)
        }
      } else {
        value = try scalar(.null, at: place)
      }
      try add(key, at: place, value, to: &mapping)
    }
    guard take(.blockEnd) else { throw expected("a key or the end of the mapping") }
    return try finish(mapping)
  }

  private mutating func parseFlowMapping() throws(YAMLError) -> Value {
    let start = token.position
    var mapping = MappingInProgress(node: node(at: start))
    next += 1
    while !take(.flowMappingEnd) {
      try parseFlowMember(of: &mapping)
      if take(.flowMappingEnd) { break }
      guard take(.flowEntry) else {
        throw expected("',' or the '}' of the '{' on line \(start.line)")
      }
    }
    return try finish(mapping)
  }

  private mutating func parseFlowMember(of mapping: inout MappingInProgress) throws(YAMLError) {
    let isMarked = take(.key)
    let place = token.position
    let isAbsent = isFlowEnd || token.content == .value
    let key = isMarked && isAbsent ? try scalar(.null, at: place) : try parseNode(.flow)
    let hasValue = take(.value) && !isFlowEnd
    let value = hasValue ? try parseNode(.flow) : try scalar(.null, at: place)
    try add(key, at: place, value, to: &mapping)
  }

  private var isFlowEnd: Bool {
    switch token.content {
    case .flowEntry, .flowMappingEnd, .flowSequenceEnd: true
    default: false
    }
  }

  private mutating func add(
    _ key: Value, at place: TextPosition, _ value: Value, to mapping: inout MappingInProgress
  ) throws(YAMLError) {
    mapping.count += value.count
    guard let name = YAMLTag.keyText(key.json) else { throw failure(.keyIsNoScalar, at: place) }
    if name == "<<" {
      return try merge(value, at: place, into: &mapping)
    }
    guard mapping.object.append(JSONObject.Member(name: name, value: value.json)) else {
      let members = positions.nodes[mapping.node].members
      let first = members.first { $0.name.utf8.elementsEqual(name.utf8) }
      throw failure(.duplicateKey(name, first: first?.position ?? place), at: place)
    }
    positions.nodes[mapping.node].members.append(
      FieldPositions.Member(name: name, position: place, node: value.node))
  }

  /// `<<: *a` or `<<: [*a, *b]` (YAML 1.1's merge key, which kubectl honours).
  private mutating func merge(
    _ value: Value, at place: TextPosition, into mapping: inout MappingInProgress
  ) throws(YAMLError) {
    switch value.json {
    case .object: mapping.merged.append(value)
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        guard case .object = element else { throw failure(.badMerge, at: place) }
        let node = positions.nodes[value.node].elements[index]
        mapping.merged.append(Value(json: element, node: node, count: 0))
      }
    case .null, .bool, .number, .string: throw failure(.badMerge, at: place)
    }
  }

  private mutating func finish(_ mapping: MappingInProgress) throws(YAMLError) -> Value {
    try count(1, at: positions.nodes[mapping.node].position)
    var object = mapping.object
    for source in mapping.merged {
      for member in source.json.object?.members ?? [] where object.append(member) {
        let origin = positions.nodes[source.node].members.last {
          $0.name.utf8.elementsEqual(member.name.utf8)
        }
        if let origin { positions.nodes[mapping.node].members.append(origin) }
      }
    }
    return Value(json: .object(object), node: mapping.node, count: mapping.count)
  }
}
