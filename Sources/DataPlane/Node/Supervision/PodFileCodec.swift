public import Base
import JSON

/// Why a file of this node's own folder cannot be used.
public enum PodFileError: Error, Hashable, Sendable {
  case notJSON(String)
  /// `format` names what was expected, with its version.
  case otherFormat(expected: String)
  case invalid(field: String)
}

/// A desired pod as the agent keeps it, so that it goes on without the store.
public struct DesiredPodFile: Hashable, Sendable {
  /// The mod revision of the key.
  public var revision: Int64
  /// The key was deleted: the pod is only here to be stopped.
  public var isGone: Bool
  /// The value as it was stored, whether or not it can be run.
  public var value: Bytes

  public init(revision: Int64, isGone: Bool = false, value: Bytes) {
    self.revision = revision
    self.isGone = isGone
    self.value = value
  }

  private static let format = "keelson.desired-pod/1"

  public var encoded: Bytes {
    let value: JSONValue = [
      "format": .string(Self.format), "revision": .number(JSONNumber(revision)),
      "gone": .bool(isGone), "value": .string(Base64.encode(value)),
    ]
    return Bytes(value.text() + "\n")
  }

  public init(decoding bytes: Bytes) throws(PodFileError) {
    let file = try FileReader(bytes, format: Self.format)
    guard let value = Base64.decode(try file.text("value")) else {
      throw .invalid(field: "value")
    }
    self.init(revision: try file.number("revision"), isGone: try file.flag("gone"), value: value)
  }
}

extension PodOrders {
  private static let format = "keelson.pod-orders/1"

  public var encoded: Bytes {
    let value: JSONValue = [
      "format": .string(Self.format), "generation": .number(JSONNumber(generation)),
      "released": .bool(isReleased), "containers": .array(containers.map(\.json)),
    ]
    return Bytes(value.text() + "\n")
  }

  public init(decoding bytes: Bytes) throws(PodFileError) {
    let file = try FileReader(bytes, format: Self.format)
    var containers: [ContainerOrder] = []
    for element in try file.readers("containers") { containers.append(try ContainerOrder(element)) }
    self.init(
      generation: try file.count("generation"), containers: containers,
      isReleased: try file.flag("released"))
  }
}

extension ContainerOrder {
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object["name"] = .string(spec.name)
    object["attempt"] = .number(JSONNumber(Int64(attempt)))
    object["streak"] = .number(JSONNumber(Int64(streak)))
    if let stop {
      object["stop"] = [
        "graceMilliseconds": .number(JSONNumber(stop.graceMilliseconds)),
        "generation": .number(JSONNumber(stop.generation)),
      ]
    }
    object["arguments"] = .array(spec.arguments.map { .string($0) })
    object["environment"] = .array(
      spec.environment.map { ["name": .string($0.name), "value": .string($0.value)] })
    if let folder = spec.workingFolder { object["workingFolder"] = .string(folder) }
    if let limit = spec.limits.cpuMillicores {
      object["cpuMillicores"] = .number(JSONNumber(limit))
    }
    if let limit = spec.limits.memoryBytes { object["memoryBytes"] = .number(JSONNumber(limit)) }
    return .object(object)
  }

  fileprivate init(_ reader: FileReader) throws(PodFileError) {
    var arguments: [String] = []
    for element in try reader.list("arguments") {
      guard let text = element.string else { throw .invalid(field: "arguments") }
      arguments.append(text)
    }
    guard !arguments.isEmpty else { throw .invalid(field: "arguments") }
    var environment: [EnvironmentVariable] = []
    for element in try reader.readers("environment") {
      environment.append(EnvironmentVariable(try element.text("name"), try element.text("value")))
    }
    var stop: Stop?
    if let element = reader.reader("stop") {
      stop = Stop(
        graceMilliseconds: try element.count("graceMilliseconds"),
        generation: try element.count("generation"))
    }
    let spec = ContainerSpec(
      name: try reader.text("name"), arguments: arguments, environment: environment,
      workingFolder: reader.has("workingFolder") ? try reader.text("workingFolder") : nil,
      limits: ResourceLimits(
        cpuMillicores: reader.has("cpuMillicores") ? try reader.number("cpuMillicores") : nil,
        memoryBytes: reader.has("memoryBytes") ? try reader.number("memoryBytes") : nil))
    self.init(
      spec: spec, attempt: Int(try reader.count("attempt", from: 1)),
      streak: Int(try reader.count("streak")), stop: stop)
  }
}

extension PodRecord {
  private static let format = "keelson.pod-record/1"

  public var encoded: Bytes {
    var object = JSONObject()
    object["format"] = .string(Self.format)
    object["generation"] = .number(JSONNumber(generation))
    if let firstStart { object["firstStart"] = .number(JSONNumber(firstStart.milliseconds)) }
    object["containers"] = .array(containers.map(\.json))
    return Bytes(JSONValue.object(object).text() + "\n")
  }

  public init(decoding bytes: Bytes) throws(PodFileError) {
    let file = try FileReader(bytes, format: Self.format)
    var containers: [ContainerRecord] = []
    for element in try file.readers("containers") {
      containers.append(try ContainerRecord(element))
    }
    let firstStart = file.has("firstStart") ? try file.time("firstStart") : nil
    self.init(
      generation: try file.count("generation"), firstStart: firstStart, containers: containers)
  }
}

extension ContainerRecord {
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object["name"] = .string(name)
    switch state {
    case .running(let running):
      object["running"] = [
        "attempt": .number(JSONNumber(Int64(running.attempt))),
        "pid": .number(JSONNumber(Int64(running.process.pid))),
        "startTicks": .number(JSONNumber(running.process.startTicks)),
        "boot": .string(running.process.boot),
        "startedAt": .number(JSONNumber(running.startedAt.milliseconds)),
      ]
    case .exited(let exit):
      object["exited"] = exit.fileJSON
    }
    if let previous { object["previous"] = previous.fileJSON }
    return .object(object)
  }

  fileprivate init(_ reader: FileReader) throws(PodFileError) {
    let state: State
    if let running = reader.reader("running") {
      let pid = try running.number("pid", from: 1)
      let ticks = try running.number("startTicks", from: 0)
      guard let pid = Int32(exactly: pid) else { throw .invalid(field: "pid") }
      state = .running(
        RunningProcess(
          attempt: Int(try running.count("attempt", from: 1)),
          process: ProcessIdentity(
            pid: pid, startTicks: UInt64(ticks), boot: try running.text("boot")),
          startedAt: try running.time("startedAt")))
    } else if let exited = reader.reader("exited") {
      state = .exited(try ContainerExit(exited))
    } else {
      throw .invalid(field: "running")
    }
    var previous: ContainerExit?
    if let exit = reader.reader("previous") { previous = try ContainerExit(exit) }
    self.init(name: try reader.text("name"), state: state, previous: previous)
  }
}

extension ContainerExit {
  fileprivate var fileJSON: JSONValue {
    [
      "attempt": .number(JSONNumber(Int64(attempt))), "code": .number(JSONNumber(Int64(code))),
      "signal": .number(JSONNumber(Int64(signal))), "reason": .string(reason.rawValue),
      "message": .string(message), "startedAt": .number(JSONNumber(startedAt.milliseconds)),
      "finishedAt": .number(JSONNumber(finishedAt.milliseconds)),
      "ranMilliseconds": .number(JSONNumber(ranMilliseconds)),
    ]
  }

  fileprivate init(_ reader: FileReader) throws(PodFileError) {
    guard let reason = Reason(rawValue: try reader.text("reason")) else {
      throw .invalid(field: "reason")
    }
    guard let code = Int32(exactly: try reader.number("code")),
      let signal = Int32(exactly: try reader.number("signal"))
    else { throw .invalid(field: "code") }
    self.init(
      attempt: Int(try reader.count("attempt", from: 1)), code: code, signal: signal,
      reason: reason, message: try reader.text("message"), startedAt: try reader.time("startedAt"),
      finishedAt: try reader.time("finishedAt"),
      ranMilliseconds: try reader.number("ranMilliseconds", from: 0))
  }
}

/// Reads the members of one object of a file.
private struct FileReader {
  private let value: JSONValue

  init(_ bytes: Bytes, format: String) throws(PodFileError) {
    do {
      value = try JSONValue(parsing: bytes)
    } catch {
      throw .notJSON("\(error)")
    }
    guard value["format"]?.string == format else { throw .otherFormat(expected: format) }
  }

  private init(_ value: JSONValue) {
    self.value = value
  }

  func has(_ name: String) -> Bool { value[name] != nil }

  func text(_ name: String) throws(PodFileError) -> String {
    guard let text = value[name]?.string else { throw .invalid(field: name) }
    return text
  }

  func flag(_ name: String) throws(PodFileError) -> Bool {
    guard let flag = value[name]?.bool else { throw .invalid(field: name) }
    return flag
  }

  func number(_ name: String, from least: Int64 = .min) throws(PodFileError) -> Int64 {
    guard let number = value[name]?.int64, number >= least else { throw .invalid(field: name) }
    return number
  }

  /// A number that is reckoned with: far from where that would overflow, also in nanoseconds.
  func count(_ name: String, from least: Int64 = 0) throws(PodFileError) -> Int64 {
    let number = try number(name, from: least)
    guard number <= Self.countMax else { throw .invalid(field: name) }
    return number
  }

  private static let countMax: Int64 = 1 << 41

  func time(_ name: String) throws(PodFileError) -> WallTime {
    WallTime(milliseconds: try number(name))
  }

  func list(_ name: String) throws(PodFileError) -> [JSONValue] {
    guard let elements = value[name]?.array else { throw .invalid(field: name) }
    return elements
  }

  func readers(_ name: String) throws(PodFileError) -> [FileReader] {
    try list(name).map { FileReader($0) }
  }

  func reader(_ name: String) -> FileReader? {
    value[name].map { FileReader($0) }
  }
}
