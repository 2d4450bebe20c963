/// What a YAML text consists of (YAML 1.2.2 chapters 6 to 9).
struct YAMLToken {
  enum Content: Equatable {
    case streamEnd
    /// `---`
    case documentStart
    /// `...`
    case documentEnd
    case blockSequenceStart
    case blockMappingStart
    /// The indentation of a block sequence or mapping has ended.
    case blockEnd
    case flowSequenceStart
    case flowSequenceEnd
    case flowMappingStart
    case flowMappingEnd
    /// `- `
    case blockEntry
    /// `,`
    case flowEntry
    /// A key follows: `? `, or found behind it by its `:`.
    case key
    /// `:`
    case value
    case alias(String)
    case anchor(String)
    /// As written, with its `!`.
    case tag(String)
    /// A plain scalar has no quotes: its words may mean other than a text.
    case scalar(String, isPlain: Bool)
  }

  let content: Content
  let position: TextPosition

  /// For error texts.
  var name: String {
    switch content {
    case .streamEnd: "the end of the text"
    case .documentStart: "'---'"
    case .documentEnd: "'...'"
    case .blockSequenceStart, .blockEntry: "'-'"
    case .blockMappingStart, .key: "a key"
    case .blockEnd: "the end of the block"
    case .flowSequenceStart: "'['"
    case .flowSequenceEnd: "']'"
    case .flowMappingStart: "'{'"
    case .flowMappingEnd: "'}'"
    case .flowEntry: "','"
    case .value: "':'"
    case .alias(let name): "*\(name)"
    case .anchor(let name): "&\(name)"
    case .tag(let tag): tag
    case .scalar(let text, _): "\"\(text.prefix(40))\""
    }
  }
}
