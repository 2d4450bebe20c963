import Base
import JSON
import Objects
import Reconcilers
import Registry

/// Who may read and write which keys of the store, by the O of a client's certificate: what `up`
/// seeds the store with. README.md has the table.
enum ClusterRoles {
  static var document: Bytes {
    let roles: JSONValue = ["roles": [node, controllerManager, scheduler, apiServer]]
    return Bytes(roles.text(.indented) + "\n")
  }

  /// Every node may write what it reports and read what it is told; nothing of another's.
  private static let node = role(
    "node",
    [
      prefix("/nodes/{cn}/actual/", .readWrite),
      ["key": "/nodes/{cn}/heartbeat", "access": "readwrite"],
      prefix("/nodes/{cn}/", .read), prefix("/network/", .read),
      ["grants": "/nodes/{cn}/grants", "access": "read"],
    ])

  /// Every kind, because whoever ends a namespace or collects garbage deletes of every kind; and
  /// what nodes are to do.
  private static let controllerManager = role(
    "controller-manager",
    Kind.all.map { prefix("/registry/\($0.plural)/", .readWrite) }
      + [prefix("/nodes/", .readWrite), prefix("/allocations/", .readWrite)]
      + elections(ReconcilerTable.controllerManager()))

  /// Binds pods and says why it does or does not; of all else it only reads.
  private static let scheduler = role(
    "scheduler",
    [
      prefix("/registry/pods/", .readWrite), prefix("/registry/events/", .readWrite),
      prefix("/registry/nodes/", .read),
    ] + ObjectRegistry.collections.map { prefix("\($0.prefix)", .read) }
      + elections(ReconcilerTable.scheduler))

  /// Everything that users may see and want, as RBAC allows each of them, and the addresses that
  /// Services are given.
  private static let apiServer = role(
    "apiserver",
    [prefix("/registry/", .readWrite), prefix("/allocations/", .readWrite)])

  private enum Access: String {
    case read
    case readWrite = "readwrite"
  }

  /// A component reads all candidates and writes those of its own reconcilers.
  private static func elections(_ reconcilers: [any Reconciler]) -> [JSONValue] {
    [prefix("/election/", .read)]
      + reconcilers.filter(\.electsLeader).map { prefix("/election/\($0.name)/", .readWrite) }
  }

  private static func role(_ name: String, _ permissions: [JSONValue]) -> JSONValue {
    ["name": .string(name), "permissions": .array(permissions)]
  }

  private static func prefix(_ key: String, _ access: Access) -> JSONValue {
    ["key": .string(key), "prefix": true, "access": .string(access.rawValue)]
  }
}
