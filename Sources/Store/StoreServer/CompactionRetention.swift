import Base
import Member

/// Reads etcd's `--auto-compaction-mode` and `--auto-compaction-retention`.
///
/// As in etcd a bare number is hours or revisions, by the mode, anything else is one of Go's
/// durations, and zero is off. Other than etcd, which would take `5m` for 300,000,000,000
/// revisions, this refuses a duration in mode `revision`, and what is below zero.
enum CompactionRetention {
  static func policy(
    mode: String, retention text: String
  ) throws(ConfigurationError) -> AutoCompactionPolicy {
    switch mode {
    case "periodic": try periodic(text)
    case "revision": try revisions(text)
    case "": throw .compactionModeUndefined
    default: throw .unknownCompactionMode(mode)
    }
  }

  private static func periodic(_ text: String) throws(ConfigurationError) -> AutoCompactionPolicy {
    let retention: Duration
    if let hours = Int64(text), hours >= 0 {
      guard let duration = Duration(goText: "\(hours)h") else {
        throw .compactionRetention(.invalidDuration(text))
      }
      retention = duration
    } else if let duration = Duration(goText: text) {
      retention = duration
    } else {
      throw .compactionRetention(fault(in: text))
    }
    guard retention >= .zero else { throw .compactionRetention(.belowZero(text)) }
    return retention == .zero ? .off : .periodic(retention: retention)
  }

  private static func revisions(_ text: String) throws(ConfigurationError) -> AutoCompactionPolicy {
    guard let count = Int64(text), count >= 0 else {
      let isDuration = Duration(goText: text) != nil
      throw .compactionRetention(isDuration ? .notRevisions(text) : fault(in: text))
    }
    return count == 0 ? .off : .revisions(count)
  }

  /// What Go's time.ParseDuration says of a text that is no duration.
  private static func fault(in text: String) -> ConfigurationError.RetentionFault {
    var rest = Substring(text)
    if let first = rest.first, first == "-" || first == "+" { rest = rest.dropFirst() }
    while let first = rest.first, isDigit(first) || first == "." {
      let whole = rest.prefix(while: isDigit)
      rest = rest.dropFirst(whole.count)
      var fraction = Substring()
      if rest.first == "." {
        fraction = rest.dropFirst().prefix(while: isDigit)
        rest = rest.dropFirst(1 + fraction.count)
      }
      guard !whole.isEmpty || !fraction.isEmpty else { break }
      let unit = rest.prefix { !isDigit($0) && $0 != "." }
      if unit.isEmpty { return .missingUnit(text) }
      if Duration(goText: "1\(unit)") == nil { return .unknownUnit(String(unit), text) }
      rest = rest.dropFirst(unit.count)
    }
    return .invalidDuration(text)
  }

  private static func isDigit(_ character: Character) -> Bool {
    character.isASCII && character.isNumber
  }
}
