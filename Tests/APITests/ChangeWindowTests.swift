import Base
import JSON
import Objects
import Registry
import Testing

@testable import API

@Suite struct `The window of changes` {
  private func object(_ kind: Kind, _ name: String, _ revision: Int64) -> StoredObject {
    StoredObject(
      key: .object(ObjectKey(kind, namespace: "v", name: name)), json: JSONObject(),
      createRevision: 1, modRevision: revision)
  }

  /// A window of at most so many changes, with a pod at 10, two quotas charged for another at 11,
  /// and one for a third at 12.
  private func window(holding count: Int) -> ChangeWindow {
    var window = ChangeWindow(countMax: count, bytesMax: 1 << 20)
    window.restart(at: 9, quotas: [])
    let changes = [
      object(.pod, "x", 10), object(.pod, "y", 11), object(.resourceQuota, "a", 11),
      object(.resourceQuota, "b", 11), object(.pod, "z", 12), object(.resourceQuota, "a", 12),
    ]
    for new in changes {
      if let change = PastChange(ObjectChange(revision: new.modRevision, old: nil, new: new)) {
        window.append(change)
      }
    }
    return window
  }

  /// What is told of a kind to a watch that was told everything up to a revision.
  private func told(_ window: ChangeWindow, _ kind: Kind, after revision: Int64) -> [String]? {
    window.resumption(after: revision, of: kind).map { resumed in
      (resumed.number..<window.end).map { window[$0] }
        .filter { $0.key.kind == kind && $0.revision > resumed.after }
        .map { "\($0.key.name) \($0.revision)" }
    }
  }

  @Test func `tells a revision of several quotas again`() {
    let all = window(holding: 6)
    #expect(told(all, .resourceQuota, after: 9) == ["a 11", "b 11", "a 12"])
    #expect(told(all, .resourceQuota, after: 10) == ["a 11", "b 11", "a 12"])
    #expect(told(all, .resourceQuota, after: 11) == ["a 11", "b 11", "a 12"])
    #expect(told(all, .resourceQuota, after: 12) == [])
    #expect(told(all, .pod, after: 11) == ["z 12"])
    #expect(told(all, .pod, after: 8) == nil)
  }

  /// Whether the client knows both cannot be known, and one cannot be told.
  @Test(arguments: [2, 3])
  func `of which it lacks a quota's change begins behind that revision`(count: Int) {
    let rest = window(holding: count)
    #expect(told(rest, .resourceQuota, after: 11) == nil)
    #expect(told(rest, .resourceQuota, after: 12) == [])
    #expect(told(rest, .pod, after: 11) == ["z 12"])
    #expect(told(rest, .pod, after: 10) == nil)
  }

  @Test func `of which it lacks other changes tells the quotas' again`() {
    let rest = window(holding: 4)
    #expect(told(rest, .resourceQuota, after: 11) == ["a 11", "b 11", "a 12"])
    #expect(told(rest, .resourceQuota, after: 10) == nil)
  }

  @Test func `of which it lacks the only quota's change goes on`() {
    let rest = window(holding: 0)
    #expect(told(rest, .resourceQuota, after: 12) == [])
    #expect(told(rest, .resourceQuota, after: 11) == nil)
  }

  @Test func `that begins at a revision tells its quotas again if it has several`() {
    var window = ChangeWindow(countMax: 6, bytesMax: 1 << 20)
    let (a, b) = (object(.resourceQuota, "a", 11), object(.resourceQuota, "b", 11))
    let older = object(.resourceQuota, "c", 7)
    window.restart(at: 11, quotas: [a, b, older])
    #expect(told(window, .resourceQuota, after: 11) == ["a 11", "b 11"])
    #expect(told(window, .resourceQuota, after: 10) == nil)
    window.restart(at: 11, quotas: [a, older])
    #expect(told(window, .resourceQuota, after: 11) == [])
    window.restart(at: 12, quotas: [a, b, older])
    #expect(told(window, .resourceQuota, after: 12) == [])
  }
}
