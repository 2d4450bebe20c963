import Base
import JSON
import Objects

/// The row of a Node.
enum NodeCells {
  static let columns: [ObjectTable.Column] = [
    .name, .init("Status", "Whether pods can run there."),
    .init("Roles", "What the node is for."), .age, .init("Version", "The agent's version."),
    .init("Internal-IP", priority: 1, "Its address within the cluster."),
    .init("External-IP", priority: 1, "Its address from outside."),
    .init("OS-Image", priority: 1, "Its operating system."),
    .init("Kernel-Version", priority: 1, "Its kernel."),
    .init("Container-Runtime", priority: 1, "What runs its containers."),
  ]

  @Sendable static func cells(_ row: TableRow) -> [JSONValue] {
    let object = row.object
    let info = object.json["status"]?["nodeInfo"]
    func known(_ name: String) -> String {
      let text = info?[name]?.string ?? ""
      return text.isEmpty ? Absent.unknown : text
    }
    return [
      row.name, .string(status(object)), .string(roles(object.meta.labels)), row.age,
      .string(info?["kubeletVersion"]?.string ?? ""), .string(address("InternalIP", object)),
      .string(address("ExternalIP", object)), .string(known("osImage")),
      .string(known("kernelVersion")), .string(known("containerRuntimeVersion")),
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
