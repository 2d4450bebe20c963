import Base
import Component
import EtcdAPI
import JSON
import Objects
import Testing

private func pair(_ key: String, _ value: String) -> KeyValue {
  KeyValue(
    key: Bytes(key), createRevision: 3, modRevision: 7, version: 2, value: Bytes(value))
}

@Suite struct `An object that is held as its text` {
  private let key = "/registry/configmaps/default/settings"
  private let text =
    #"{"kind":"ConfigMap","metadata":{"name":"settings","namespace":"default","uid":"u1","#
    + #""labels":{"app":"web"},"finalizers":["a/b"]},"data":{"key":"val\u0075e"}}"#

  private func read(
    _ kv: KeyValue, keepsText: Bool = false, asText kinds: Set<Kind> = []
  ) throws -> StoredObject {
    var subtrees = SharedSubtrees.ofObjects
    return try StoredObject(
      decoding: kv, keepsText: keepsText, asText: kinds, sharing: &subtrees)
  }

  @Test func `says the same as one that is held as a tree`() throws {
    let tree = try read(pair(key, text))
    let held = try read(pair(key, text), asText: [.configMap])
    #expect(tree.value == nil && held.value == Bytes(text))
    #expect(held == tree && held.hashValue == tree.hashValue)
    #expect(held.json == tree.json && held.json["data"]?["key"] == "value")
    #expect(JSONValue.object(held.json).text() == JSONValue.object(tree.json).text())
    #expect(held.meta == tree.meta && held.meta.labels == ["app": "web"])
    #expect((held.createRevision, held.modRevision) == (3, 7))
  }

  @Test func `differs where its text says something else`() throws {
    let one = try read(pair(key, text), asText: [.configMap])
    let other = try read(
      pair(key, text.replacing("settings", with: "Settings")), asText: [.configMap])
    #expect(one != other)
  }

  @Test func `is of one of the kinds, an API object, and short`() throws {
    let long = text.replacing("web", with: String(repeating: "w", count: 2048))
    #expect(try read(pair(key, long), asText: [.configMap]).value == nil)
    #expect(try read(pair(key, text), asText: [.secret]).value == nil)
    #expect(
      try read(pair("/nodes/n1/actual/node", text), asText: [.configMap, .node]).value == nil)
    #expect(try read(pair(key, long), keepsText: true).value == Bytes(long))
  }

  @Test func `is refused as before`() {
    for wrong in ["", "[]", "{", #"{"a":1,"a":2}"#] {
      #expect(throws: UndecodableObject.self) {
        try read(pair(key, wrong), asText: [.configMap])
      }
    }
  }
}
