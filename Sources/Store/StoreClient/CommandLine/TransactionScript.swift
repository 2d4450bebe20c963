import Base
import EtcdAPI

/// A transaction as etcdctl's `txn` reads it: compares, a blank line, what to do on success, a
/// blank line, what to do on failure, a blank line.
struct TransactionScript: Hashable, Sendable {
  enum Section: Hashable, Sendable, CaseIterable {
    case compares, success, failure

    /// What `--interactive` prints before the section.
    var prompt: String {
      switch self {
      case .compares: "compares:"
      case .success: "success requests (get, put, del):"
      case .failure: "failure requests (get, put, del):"
      }
    }
  }

  private(set) var transaction = TxnRequest()
  /// The section that the next line belongs to; nil once the script is complete.
  private(set) var section: Section? = .compares

  /// - Throws: etcdctl's message for a line that cannot be read.
  mutating func take(line: String) throws(CommandFailure) {
    guard let section else { return }
    let line = line.trimmingSpace
    if line.isEmpty {
      switch section {
      case .compares: self.section = .success
      case .success: self.section = .failure
      case .failure: self.section = nil
      }
      return
    }
    switch section {
    case .compares: transaction.compare.append(try Compare(script: line))
    case .success: transaction.success.append(try RequestOp(script: line))
    case .failure: transaction.failure.append(try RequestOp(script: line))
    }
  }
}

extension String {
  /// Without white space at both ends.
  fileprivate var trimmingSpace: String {
    let front = drop(while: \.isWhitespace)
    guard let last = front.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(front[...last])
  }
}

extension Compare {
  /// `target("key") operator "value"`; lease values are hexadecimal.
  init(script line: String) throws(CommandFailure) {
    func malformed(_ reason: String) -> CommandFailure {
      CommandFailure(
        .invalidInput, "malformed comparison: \(line)\(reason)",
        hint: "A comparison looks like: mod(\"key\") > \"0\"")
    }
    guard let parenthesis = line.firstIndex(of: "(") else { throw malformed("") }
    let target = String(line[..<parenthesis])
    var rest = line[line.index(after: parenthesis)...]
    let key = GoText.takeQuoted(from: &rest) ?? Bytes()
    let hasKey = rest.popFirst() == ")"
    rest = rest.drop(while: \.isWhitespace)
    let sign = rest.prefix { !$0.isWhitespace }
    rest = rest.dropFirst(sign.count).drop(while: \.isWhitespace)
    guard hasKey, !sign.isEmpty, let value = GoText.takeQuoted(from: &rest) else {
      throw malformed("; got \(target)(\(GoText.quoted(key))) \(sign) \"\"")
    }
    guard let result = CompareResult(script: String(sign)) else {
      throw malformed(" (unknown operator \(sign))")
    }
    self.init(result: result, key: key)
    switch target {
    case "ver", "version": set(.version, .version(try number(value, 10, in: line)))
    case "c", "create": set(.create, .createRevision(try number(value, 10, in: line)))
    case "m", "mod": set(.mod, .modRevision(try number(value, 10, in: line)))
    case "val", "value": set(.value, .value(value))
    case "lease": set(.lease, .lease(try number(value, 16, in: line)))
    default: throw malformed(" (unknown target \(target))")
    }
  }

  private mutating func set(_ target: CompareTarget, _ union: TargetUnion) {
    self.target = target
    targetUnion = union
  }

  private func number(_ text: Bytes, _ radix: Int, in line: String) throws(CommandFailure) -> Int64
  {
    guard let number = Int64(text.text, radix: radix) else {
      throw CommandFailure(.invalidInput, "invalid txn compare request: \(line)")
    }
    return number
  }
}

extension Compare.CompareResult {
  fileprivate init?(script text: String) {
    switch text {
    case "=": self = .equal
    case "!=": self = .notEqual
    case ">": self = .greater
    case "<": self = .less
    default: return nil
    }
  }
}

extension RequestOp {
  /// `get`, `put` or `del` with the flags of the commands.
  init(script line: String) throws(CommandFailure) {
    let words = try ScriptWords.split(line)
    guard words.count >= 2 else {
      throw CommandFailure(.invalidInput, "invalid txn compare request: \(line)")
    }
    let arguments = Array(words.dropFirst())
    func parse(_ flags: FlagSet) throws(CommandFailure) -> FlagValues {
      do {
        return try flags.parse(arguments)
      } catch {
        throw CommandFailure(
          .invalidInput, "invalid txn request: \(line)", hint: error.description)
      }
    }
    self.init()
    switch words[0] {
    case "get": request = .range(try KeyArguments.range(parse(KeyArguments.getFlags)).request)
    case "put":
      request = .put(try KeyArguments.put(parse(KeyArguments.putFlags)) { () in nil })
    case "del": request = .deleteRange(try KeyArguments.delete(parse(KeyArguments.deleteFlags)))
    default: throw CommandFailure(.invalidInput, "invalid txn request: \(line)")
    }
  }
}
