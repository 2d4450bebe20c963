import Base
import JSON
import Registry

/// The conditions of a status, in their order.
struct Conditions: Hashable {
  private(set) var list: [JSONValue]

  /// One statement and why.
  struct Statement: Hashable {
    let type: String
    let status: String
    let reason: String
    let message: String

    init(_ type: String, _ status: String, _ reason: String, _ message: String) {
      self.type = type
      self.status = status
      self.reason = reason
      self.message = message
    }
  }

  init(_ status: JSONValue?) {
    list = status?["conditions"]?.array ?? []
  }

  subscript(type: String) -> JSONValue? { list.first { $0["type"]?.string == type } }

  mutating func remove(_ type: String) { list.removeAll { $0["type"]?.string == type } }
}

extension Conditions {
  /// A Deployment's condition, which also says when it was last confirmed. Nothing changes when it
  /// says the same for the same reason; `isNews` confirms it anyhow
  /// (deploymentutil.SetDeploymentCondition).
  mutating func set(_ statement: Statement, isNews: Bool = false, at now: WallTime) {
    let current = self[statement.type]
    let isSame = current?["status"]?.string == statement.status
    if !isNews, isSame, current?["reason"]?.string == statement.reason { return }
    let time = JSONValue.string(now.rfc3339)
    let since = isSame ? current?["lastTransitionTime"] ?? time : time
    remove(statement.type)
    list.append([
      "type": .string(statement.type), "status": .string(statement.status),
      "lastUpdateTime": time, "lastTransitionTime": since,
      "reason": .string(statement.reason), "message": .string(statement.message),
    ])
  }

  /// A condition in its place, whose time is that of the last change of its status.
  mutating func state(_ statement: Statement, at now: WallTime) {
    let place = list.firstIndex { $0["type"]?.string == statement.type }
    let current = place.map { list[$0] }
    let time = JSONValue.string(now.rfc3339)
    let isSame = current?["status"]?.string == statement.status
    let condition: JSONValue = [
      "type": .string(statement.type), "status": .string(statement.status),
      "lastTransitionTime": isSame ? current?["lastTransitionTime"] ?? time : time,
      "reason": .string(statement.reason), "message": .string(statement.message),
    ]
    if let place { list[place] = condition } else { list.append(condition) }
  }
}
