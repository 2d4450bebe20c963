internal import Base
internal import Linux
internal import Synchronization

/// How much a log line matters.
public enum LogLevel: Int, Comparable, Sendable, CaseIterable {
  case debug, info, warn, error

  public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }

  /// Reads etcd's names (`--log-level`): debug, info, warn, error.
  public init?(name: String) {
    guard let level = LogLevel.allCases.first(where: { $0.name == name }) else { return nil }
    self = level
  }

  public var name: String {
    switch self {
    case .debug: "debug"
    case .info: "info"
    case .warn: "warn"
    case .error: "error"
    }
  }
}

/// Writes lines about one component: `2026-11-22T17:30:00.123Z INFO raft became leader term=4`.
public struct Logger: Sendable {
  public let component: String
  public let minimum: LogLevel
  private let sink: @Sendable (String) -> Void

  /// Lines go to standard error, each by one write.
  public init(_ component: String, minimum: LogLevel = .info) {
    self.init(component, minimum: minimum, sink: Logger.writeToStandardError)
  }

  /// Lines go to `sink`, without a newline; on any thread.
  public init(
    _ component: String, minimum: LogLevel, sink: @escaping @Sendable (String) -> Void
  ) {
    self.component = component
    self.minimum = minimum
    self.sink = sink
  }

  /// The same sink and level for another component.
  public func named(_ component: String) -> Logger {
    Logger(component, minimum: minimum, sink: sink)
  }

  public typealias Fields = KeyValuePairs<String, any CustomStringConvertible>

  public func debug(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> Fields = [:])
  {
    log(.debug, message(), fields())
  }

  public func info(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> Fields = [:])
  {
    log(.info, message(), fields())
  }

  public func warn(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> Fields = [:])
  {
    log(.warn, message(), fields())
  }

  public func error(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> Fields = [:])
  {
    log(.error, message(), fields())
  }

  /// Below the minimum, neither the message nor a field is evaluated.
  public func log(
    _ level: LogLevel, _ message: @autoclosure () -> String,
    _ fields: @autoclosure () -> Fields = [:]
  ) {
    guard level >= minimum else { return }
    let time = CivilTime(Machine.wallTime())
    sink(Logger.line(time, level, component, message(), fields()))
  }

  /// As a pure component's notes have them: each field a name and a value.
  public func log(_ level: LogLevel, _ message: String, pairs: [[String]]) {
    guard level >= minimum else { return }
    let time = CivilTime(Machine.wallTime())
    var line = Logger.line(time, level, component, message, [:])
    for pair in pairs {
      precondition(pair.count == 2, "a field is a name and a value")
      Logger.append(pair[0], pair[1], to: &line)
    }
    sink(line)
  }

  static func line(
    _ time: CivilTime, _ level: LogLevel, _ component: String, _ message: String, _ fields: Fields
  ) -> String {
    var line = "\(time) \(level.name.uppercased()) \(component) "
    append(message, to: &line)
    for (name, value) in fields { append(name, value.description, to: &line) }
    return line
  }

  private static func append(_ name: String, _ text: String, to line: inout String) {
    line += " \(name)="
    let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 32 && $0 != 34 && $0 != 61 }
    if isPlain {
      append(text, to: &line)
    } else {
      line += "\""
      append(text, to: &line, quoted: true)
      line += "\""
    }
  }

  /// What came from outside must not forge a line of its own or a terminal's control sequence.
  private static func append(_ text: String, to line: inout String, quoted: Bool = false) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": line += "\\n"
      case "\"" where quoted: line += "\\\""
      case "\\" where quoted: line += "\\\\"
      case _ where scalar.value < 32 || (127..<160).contains(scalar.value):
        line += "\\u{\(String(scalar.value, radix: 16))}"
      default: line.unicodeScalars.append(scalar)
      }
    }
  }

  private static let writeToStandardError: @Sendable (String) -> Void = { line in
    do {
      try StandardStream.error.write(Bytes(line + "\n"))
    } catch {
      // Nobody is left to tell.
      return
    }
  }
}
