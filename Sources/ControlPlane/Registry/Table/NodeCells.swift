import Base
import JSON
import Objects

/// The row of a Node.
enum NodeCells {
  static let columns: [ObjectTable.Column] = [
    .init("Name"), .init("Status"), .init("Roles"), .init("Age"), .init("Version"),
    .init("Internal-IP", isWide: true), .init("External-IP", isWide: true),
    .init("OS-Image", isWide: true), .init("Kernel-Version", isWide: true),
    .init("Container-Runtime", isWide: true),
  ]

  @Sendable static func cells(_ object: StoredObject, now: WallTime) -> [String] {
    let info = object.json["status"]?["nodeInfo"]
    func known(_ name: String) -> String {
      let text = info?[name]?.string ?? ""
      return text.isEmpty ? Absent.unknown : text
    }
    return [
      object.meta.name, status(object), roles(object.meta.labels),
      Age.text(since: object.meta.creationTime, now: now),
      info?["kubeletVersion"]?.string ?? "", address("InternalIP", object),
      address("ExternalIP", object), known("osImage"), known("kernelVersion"),
      known("containerRuntimeVersion"),
    ]
  }

  private static func status(_ object: StoredObject) -> String {
    let ready = object.json["status"]?["conditions"]?.array?
      .first { $0["type"]?.string == "Ready" }
    let text: String
    switch ready?["status"]?.string {
    case "True": text = "Ready"
    case .some: text = "NotReady"
    case nil: text = "Unknown"
    }
    return text + (object.node?.isUnschedulable == true ? ",SchedulingDisabled" : "")
  }

  private static func roles(_ labels: [String: String]) -> String {
    let prefix = "node-role.kubernetes.io/"
    var roles: Set<String> = []
    for (name, value) in labels {
      if name.hasPrefix(prefix), name.utf8.count > prefix.utf8.count {
        roles.insert(String(name.dropFirst(prefix.count)))
      } else if name == "kubernetes.io/role", !value.isEmpty {
        roles.insert(value)
      }
    }
    return roles.isEmpty ? Absent.none : roles.sorted().joined(separator: ",")
  }

  private static func address(_ type: String, _ object: StoredObject) -> String {
    let addresses = object.json["status"]?["addresses"]?.array ?? []
    let found = addresses.first { $0["type"]?.string == type }
    return found?["address"]?.string ?? Absent.none
  }
}
