public import Base
public import JSON
import Objects

extension Pod {
  /// Reads a desired pod: core/v1 Pod as JSON. `uid` is the last part of its key. `isHollow`:
  /// nothing is executed, so a container may leave its command to its image and take values from
  /// elsewhere.
  public init(
    decoding bytes: Bytes, uid: String, isHollow: Bool = false
  ) throws(PodError) {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: bytes)
    } catch {
      throw .notJSON("\(error)")
    }
    try self.init(value, uid: uid, isHollow: isHollow)
  }

  public init(
    _ value: JSONValue, uid key: String, isHollow: Bool = false
  ) throws(PodError) {
    let metadata = PodReader(value["metadata"], path: "metadata")
    let spec = PodReader(value["spec"], path: "spec")
    let uid = try metadata.text("uid") ?? key
    guard uid == key else { throw .uidMismatch(key: key, object: uid) }
    var containers: [ContainerSpec] = []
    for element in try spec.readers("containers") {
      let container = try ContainerSpec(element, isHollow: isHollow)
      guard !containers.contains(where: { $0.name == container.name }) else {
        throw .invalid(field: element.path + ".name", expected: "names that differ")
      }
      containers.append(container)
    }
    guard !containers.isEmpty else { throw .missing(field: "spec.containers") }
    guard let policy = RestartPolicy(rawValue: try spec.text("restartPolicy") ?? "Always") else {
      throw .invalid(field: "spec.restartPolicy", expected: "Always, OnFailure or Never")
    }
    let ownGrace = try spec.count("terminationGracePeriodSeconds") ?? Self.graceSecondsDefault
    let grace = try metadata.count("deletionGracePeriodSeconds") ?? ownGrace
    self.init(
      name: try metadata.required("name"), namespace: try metadata.text("namespace") ?? "default",
      uid: uid, containers: containers, restartPolicy: policy, gracePeriodSeconds: grace,
      isDeleted: try metadata.text("deletionTimestamp") != nil)
  }

  /// Whether a desired value is on its way out, though it may be no pod that can run.
  static func isDeleted(_ bytes: Bytes) -> Bool {
    do throws(JSONError) {
      return try JSONValue(parsing: bytes)["metadata"]?["deletionTimestamp"]?.string != nil
    } catch {
      return false
    }
  }

  /// Whether a text may name a pod here: it becomes a folder's name.
  public static func isValidUID(_ text: String) -> Bool {
    let isPlain = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"):
        true
      case _: false
      }
    }
    return isPlain && !text.isEmpty && text.utf8.count <= 128 && !text.hasPrefix(".")
  }
}

extension ContainerSpec {
  fileprivate init(_ reader: PodReader, isHollow: Bool) throws(PodError) {
    let name = try reader.required("name")
    guard Self.isLabel(name) else {
      throw .invalid(field: reader.path + ".name", expected: "an RFC 1123 label")
    }
    var environment: [EnvironmentVariable] = []
    for element in try reader.readers("env") {
      guard isHollow || element.value["valueFrom"] == nil else {
        throw .invalid(
          field: element.path + ".valueFrom", expected: "a plain value: this node resolves none")
      }
      let text = try element.text("value") ?? ""
      environment.append(
        EnvironmentVariable(
          try element.required("name"), expandVariables(in: text, with: environment)))
    }
    var arguments = try reader.texts("command") + reader.texts("args")
    if isHollow, arguments.first?.isEmpty ?? true { arguments = [name] }
    guard let first = arguments.first, !first.isEmpty else {
      throw .missing(field: reader.path + ".command")
    }
    let workingFolder = try reader.text("workingDir")
    if let workingFolder, !workingFolder.hasPrefix("/") {
      throw .invalid(field: reader.path + ".workingDir", expected: "an absolute path")
    }
    let limits = PodReader(
      reader.value["resources"]?["limits"], path: reader.path + ".resources.limits")
    self.init(
      name: name, arguments: arguments.map { expandVariables(in: $0, with: environment) },
      environment: environment, workingFolder: workingFolder,
      limits: ResourceLimits(
        cpuMillicores: try limits.quantity("cpu")?.milliValue,
        memoryBytes: try limits.quantity("memory")?.value))
  }

  private static func isLabel(_ text: String) -> Bool {
    let isPlain = text.utf8.allSatisfy { byte in
      (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z"))
        || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || byte == UInt8(ascii: "-")
    }
    return isPlain && !text.isEmpty && text.utf8.count <= 63 && !text.hasPrefix("-")
      && !text.hasSuffix("-")
  }
}

/// Reads members of an object and says where one is not what it should be. Null counts as absent,
/// as in Kubernetes.
private struct PodReader {
  let value: JSONValue
  let path: String

  init(_ value: JSONValue?, path: String) {
    self.value = value ?? .null
    self.path = path
  }

  func required(_ name: String) throws(PodError) -> String {
    guard let text = try text(name), !text.isEmpty else { throw .missing(field: "\(path).\(name)") }
    return text
  }

  func text(_ name: String) throws(PodError) -> String? {
    guard let member = member(name) else { return nil }
    guard let text = member.string, !text.utf8.contains(0) else {
      throw .invalid(field: "\(path).\(name)", expected: "a text")
    }
    return text
  }

  func texts(_ name: String) throws(PodError) -> [String] {
    guard let member = member(name) else { return [] }
    guard let elements = member.array else {
      throw .invalid(field: "\(path).\(name)", expected: "a list of texts")
    }
    var texts: [String] = []
    for (index, element) in elements.enumerated() {
      guard let text = element.string, !text.utf8.contains(0) else {
        throw .invalid(field: "\(path).\(name)[\(index)]", expected: "a text")
      }
      texts.append(text)
    }
    return texts
  }

  /// A whole number of 0...2^31-1.
  func count(_ name: String) throws(PodError) -> Int? {
    guard let member = member(name) else { return nil }
    guard let number = member.int64, number >= 0, number <= Int64(Int32.max) else {
      throw .invalid(field: "\(path).\(name)", expected: "a whole number, not negative")
    }
    return Int(number)
  }

  func quantity(_ name: String) throws(PodError) -> Quantity? {
    guard let member = member(name) else { return nil }
    guard let quantity = Quantity(json: member), quantity > .zero else {
      throw .invalid(field: "\(path).\(name)", expected: "a quantity such as 500m or 64Mi")
    }
    return quantity
  }

  func readers(_ name: String) throws(PodError) -> [PodReader] {
    guard let member = member(name) else { return [] }
    guard let elements = member.array else {
      throw .invalid(field: "\(path).\(name)", expected: "a list")
    }
    return elements.enumerated().map { index, element in
      PodReader(element, path: "\(path).\(name)[\(index)]")
    }
  }

  private func member(_ name: String) -> JSONValue? {
    guard let member = value[name], !member.isNull else { return nil }
    return member
  }
}
