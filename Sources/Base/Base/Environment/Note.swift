/// What a pure value tells people: for the log, never for decisions.
public struct Note: Hashable, Sendable {
  public var isWarning: Bool
  public var text: String
  /// Names and values, in order.
  public var fields: [[String]]

  public init(isWarning: Bool = false, text: String, fields: [[String]] = []) {
    self.isWarning = isWarning
    self.text = text
    self.fields = fields
  }
}
