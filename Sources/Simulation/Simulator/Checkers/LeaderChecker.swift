public import Base
public import Raft

/// Whether each term has at most one leader (Raft §5.2, Election Safety).
public struct LeaderChecker: Sendable {
  public private(set) var violations: [String] = []
  private var leaders: [Term: NodeID] = [:]

  public init() {}

  /// How many terms had a leader.
  public var termCount: Int { leaders.count }

  public mutating func add(_ change: RoleChange, at member: NodeID) {
    guard change.role == .leader else { return }
    guard let known = leaders.updateValue(member, forKey: change.term), known != member else {
      return
    }
    violations.append("\(known) and \(member) lead term \(change.term)")
  }
}
