import Base

/// The words of a line of a transaction or of an interactive watch, as etcdctl cuts them: double
/// quotes with escapes, single quotes without, other words up to the next space.
enum ScriptWords {
  /// - Throws: where a double-quoted word has an escape that Go does not know.
  static func split(_ line: String) throws(CommandFailure) -> [String] {
    var words: [String] = []
    var rest = Substring(line)
    while let first = rest.first {
      if first == "\"" {
        var quoted = rest
        if let end = closingQuote(of: rest) {
          guard let content = GoText.takeQuoted(from: &quoted) else {
            throw CommandFailure(.invalidInput, "invalid syntax in \(rest[...end])")
          }
          words.append(ArgumentText.text(content))
          rest = rest[rest.index(after: end)...]
          continue
        }
        rest = rest.dropFirst()
      } else if first == "'" {
        rest = rest.dropFirst()
        if let end = rest.firstIndex(of: "'") {
          words.append(String(rest[..<end]))
          rest = rest[rest.index(after: end)...]
        }
      } else if first.isWhitespace {
        rest = rest.dropFirst()
      } else {
        let word = rest.prefix { !$0.isWhitespace }
        words.append(String(word))
        rest = rest.dropFirst(word.count)
      }
    }
    return words
  }

  /// The quote that ends the double-quoted word at the front; nil where there is none.
  private static func closingQuote(of text: Substring) -> Substring.Index? {
    var index = text.index(after: text.startIndex)
    while index < text.endIndex {
      switch text[index] {
      case "\"": return index
      case "\\":
        index = text.index(after: index)
        if index == text.endIndex { return nil }
        index = text.index(after: index)
      default: index = text.index(after: index)
      }
    }
    return nil
  }
}
