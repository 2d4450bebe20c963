import Base
import JSON
import Objects

/// The rows of kinds that say little.
enum PlainCells {
  static let any: [ObjectTable.Column] = [.init("Name"), .init("Age")]
  static let namespace: [ObjectTable.Column] = [.init("Name"), .init("Status"), .init("Age")]
  static let lease: [ObjectTable.Column] = [.init("Name"), .init("Holder"), .init("Age")]

  @Sendable static func anyCells(_ object: StoredObject, now: WallTime) -> [String] {
    [object.meta.name, Age.text(since: object.meta.creationTime, now: now)]
  }

  @Sendable static func namespaceCells(_ object: StoredObject, now: WallTime) -> [String] {
    [
      object.meta.name, object.json["status"]?["phase"]?.string ?? "",
      Age.text(since: object.meta.creationTime, now: now),
    ]
  }

  @Sendable static func leaseCells(_ object: StoredObject, now: WallTime) -> [String] {
    [
      object.meta.name, object.json["spec"]?["holderIdentity"]?.string ?? "",
      Age.text(since: object.meta.creationTime, now: now),
    ]
  }
}
