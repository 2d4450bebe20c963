import Base
import HTTP

/// One clause of an Accept field (RFC 9110 §12.5.1).
struct AcceptClause: Hashable, Sendable {
  /// In lower case: `application`, `json`; `*` for any.
  let type: String
  let subtype: String
  let parameters: [Parameter]
  /// 0...1000
  let quality: Int

  struct Parameter: Hashable, Sendable {
    /// In lower case.
    let name: String
    let value: String
  }

  /// Clauses beyond this many are not read: no client sends so many.
  private static let clausesMax = 64

  private static let fieldName: Bytes = "accept"
  /// The whole field of most programs.
  private static let onlyJSON: Bytes = "application/json"
  private static let clausesOfJSON = [
    AcceptClause(type: "application", subtype: "json", parameters: [], quality: 1000)
  ]

  /// What a request accepts, the most wanted first; of equal ones first the more exact, then the
  /// earlier one. No field means anything.
  static func clauses(_ fields: HeaderFields) -> [AcceptClause] {
    let lines = fields.values(of: fieldName)
    if lines.count == 1, lines[0] == onlyJSON { return clausesOfJSON }
    let clauses = lines.flatMap { $0.text.split(separator: ",").prefix(clausesMax) }
      .compactMap { AcceptClause($0) }
    if clauses.isEmpty {
      return [AcceptClause(type: "*", subtype: "*", parameters: [], quality: 1000)]
    }
    return clauses.enumerated().sorted { left, right in
      let (first, second) = (left.element, right.element)
      if first.quality != second.quality { return first.quality > second.quality }
      if first.stars != second.stars { return first.stars < second.stars }
      return left.offset < right.offset
    }.map(\.element)
  }

  subscript(name: String) -> String? { parameters.first { $0.name == name }?.value }

  func includes(_ subtype: String) -> Bool {
    (type == "*" || type == "application") && (self.subtype == "*" || self.subtype == subtype)
  }

  private var stars: Int { type == "*" ? 2 : subtype == "*" ? 1 : 0 }

  private init(type: String, subtype: String, parameters: [Parameter], quality: Int) {
    self.type = type
    self.subtype = subtype
    self.parameters = parameters
    self.quality = quality
  }

  /// Nil for an empty clause.
  private init?(_ text: Substring) {
    let parts = text.split(separator: ";", omittingEmptySubsequences: false).map(Self.trimmed)
    guard let range = parts.first, !range.isEmpty else { return nil }
    let sides = range.lowercased().split(separator: "/", maxSplits: 1)
    type = sides.first.map(String.init) ?? ""
    subtype = sides.count > 1 ? String(sides[1]) : type == "*" ? "*" : ""
    var parameters: [Parameter] = []
    var quality = 1000
    for part in parts.dropFirst() {
      let sides = part.split(separator: "=", maxSplits: 1).map(Self.trimmed)
      guard sides.count == 2 else { continue }
      let name = sides[0].lowercased()
      if name == "q" {
        quality = Self.quality(sides[1])
      } else {
        parameters.append(Parameter(name: name, value: Self.unquoted(sides[1])))
      }
    }
    self.parameters = parameters
    self.quality = quality
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var rest = text
    while let first = rest.utf8.first, first == 0x20 || first == 0x09 { rest = rest.dropFirst() }
    while let last = rest.utf8.last, last == 0x20 || last == 0x09 { rest = rest.dropLast() }
    return rest
  }

  private static func unquoted(_ text: Substring) -> String {
    guard text.count > 1, text.first == "\"", text.last == "\"" else { return String(text) }
    return String(text.dropFirst().dropLast())
  }

  /// `0.75` as 750; what is no weight counts as 0.
  private static func quality(_ text: Substring) -> Int {
    let sides = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = Int(sides[0]), whole == 0 || whole == 1 else { return 0 }
    guard whole == 0, sides.count > 1 else { return whole * 1000 }
    let digits = sides[1].prefix(3)
    guard let thousandths = UInt16(digits), sides[1].utf8.allSatisfy({ $0 != 0x2B }) else {
      return 0
    }
    var quality = Int(thousandths)
    for _ in digits.count..<3 { quality *= 10 }
    return quality
  }
}
