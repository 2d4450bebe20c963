import Base
import EtcdAPI
import JSON
import Objects
import Registry

/// One revision of the store, as API objects: what the checkers are shown, in order.
struct RevisionMoment {
  struct Change {
    let key: StoreKey
    /// Nil where the key did not exist.
    let old: StoredObject?
    /// Nil where the key is gone.
    let new: StoredObject?
    /// The value's length; 0 where the key is gone.
    let bytes: Int
  }

  let revision: Int64
  let at: Instant
  let changes: [Change]
  /// After the changes.
  let view: ClusterView
  /// The Txns that may have made it; none for a lease's end.
  let authors: [CallLedger.Entry]

  /// Whether only the user can have written it.
  var isUsers: Bool { !authors.isEmpty && authors.allSatisfy { $0.writer == .user } }
}

extension RevisionMoment {
  /// For people who read along.
  var line: String {
    let words = changes.map { change in
      let key = change.key.bytes.text
      guard let new = change.new else { return "-\(key)" }
      let sign = change.created == nil ? "~" : "+"
      let way = new.meta.isBeingDeleted ? " on its way out" : ""
      let pod = new.pod.map { " \($0.node) \($0.phase.rawValue) ready=\($0.isReady)" } ?? ""
      let event = change.kind == .event ? " " + (new.json["message"]?.string ?? "") : ""
      return "\(sign)\(key)\(pod)\(way)\(event)"
    }
    let writers = authors.map { "\($0.writer)" }
    return "\(at.milliseconds) r\(revision) \(writers.joined(separator: "|")) "
      + words.joined(separator: " ")
  }
}

extension RevisionMoment.Change {
  var kind: Kind? {
    if case .object(let key) = key { key.kind } else { nil }
  }

  /// The object was made, in place of nothing or of one that had its name.
  var created: StoredObject? {
    guard let new, old?.createRevision != new.createRevision else { return nil }
    return new
  }

  /// The object began its way out, or is gone at once.
  var isDeletion: Bool {
    guard let old, !old.meta.isBeingDeleted else { return false }
    return new.map { $0.meta.isBeingDeleted || $0.createRevision != old.createRevision } ?? true
  }
}

/// Says what is wrong with a history of the store, shown revision by revision.
protocol HistoryChecker {
  /// Names it in reports: `surge`.
  static var name: String { get }
  /// What this revision breaks, in words; nil where it is right.
  mutating func check(_ moment: RevisionMoment) -> String?
}
