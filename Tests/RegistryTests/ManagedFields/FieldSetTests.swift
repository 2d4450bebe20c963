import Base
import JSON
import Testing

@testable import Registry

@Suite struct `A set of fields` {
  private func set(_ text: String) throws -> FieldSet {
    try FieldSet(try JSONValue(text).members)
  }

  @Test func `reads what Kubernetes writes and writes it again`() throws {
    // As kubectl shows it of a Deployment that was applied (kubernetes.io, Server-Side Apply).
    let text = """
      {"f:metadata":{"f:labels":{".":{},"f:app":{}},"f:ownerReferences":{".":{},\
      "k:{\\"uid\\":\\"a-b\\"}":{}}},"f:spec":{"f:replicas":{},"f:template":{"f:spec":\
      {"f:containers":{"k:{\\"name\\":\\"web\\"}":{".":{},"f:image":{},"f:ports":{".":{},\
      "k:{\\"containerPort\\":80,\\"protocol\\":\\"TCP\\"}":{".":{},"f:containerPort":{}}}}}}}}}
      """
    let fields = try set(text)
    #expect(JSONValue.object(fields.json).text() == text)
    #expect(
      fields.paths.map(FieldSet.text(of:)).contains(
        #".spec.template.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"]"#))
  }

  @Test func `has elements of sets and places`() throws {
    let fields = try set(#"{"f:a":{"i:10":{},"v:\"x\"":{},"i:9":{}}}"#)
    #expect(fields.paths.map(FieldSet.text(of:)) == [#".a[="x"]"#, ".a[9]", ".a[10]"])
  }

  @Test func `passes over what a later version may know`() throws {
    #expect(try set(#"{"z:what":{},"f:a":{}}"#) == (try set(#"{"f:a":{}}"#)))
  }

  @Test(arguments: [
    #"{"f:a":1}"#, #"{"k:{":{}}"#, #"{"k:[]":{}}"#, #"{"v:":{}}"#, #"{"i:x":{}}"#,
    #"{"f:a":{"f:b":[]}}"#,
  ])
  func `refuses what is none`(_ text: String) throws {
    #expect(throws: FieldSetError.self) { try set(text) }
  }

  @Test func `is one whatever the order of its text`() throws {
    let one = try set(#"{"f:b":{},"f:a":{"f:z":{},".":{}}}"#)
    let other = try set(#"{"f:a":{".":{},"f:z":{}},"f:b":{}}"#)
    #expect(one == other)
    #expect(JSONValue.object(one.json).text() == #"{"f:a":{".":{},"f:z":{}},"f:b":{}}"#)
  }

  @Test func `subtracts exactly what it is told`() throws {
    let all = try set(#"{"f:a":{".":{},"f:b":{},"f:c":{}}}"#)
    #expect(try all.subtracting(set(#"{"f:a":{}}"#)) == set(#"{"f:a":{"f:b":{},"f:c":{}}}"#))
    #expect(try all.removing(set(#"{"f:a":{}}"#)).isEmpty)
    #expect(try all.removing(set(#"{"f:a":{"f:b":{}}}"#)) == set(#"{"f:a":{".":{},"f:c":{}}}"#))
    #expect(try all.keeping(set(#"{"f:a":{"f:b":{}}}"#)) == set(#"{"f:a":{"f:b":{}}}"#))
    #expect(try all.keeping(set(#"{"f:a":{}}"#)) == all)
  }

  /// Against sets of paths, which are slow and plain.
  @Test func `agrees with plain sets of paths`() {
    for seed in UInt64(1)...200 {
      var random = PRNG(seed: seed)
      let one = Self.random(&random)
      let other = Self.random(&random)
      let paths = (one: Set(one.paths), other: Set(other.paths))
      #expect(Set(one.union(other).paths) == paths.one.union(paths.other), "seed \(seed)")
      #expect(
        Set(one.intersection(other).paths) == paths.one.intersection(paths.other), "seed \(seed)")
      #expect(Set(one.subtracting(other).paths) == paths.one.subtracting(paths.other))
      let below = paths.one.filter { path in
        paths.other.contains { path.starts(with: $0) }
      }
      #expect(Set(one.keeping(other).paths) == below, "seed \(seed)")
      #expect(Set(one.removing(other).paths) == paths.one.subtracting(below), "seed \(seed)")
      let again = Result { try FieldSet(one.json) }
      #expect((try? again.get()) == one, "seed \(seed)")
    }
  }

  private static func random(_ random: inout PRNG) -> FieldSet {
    let elements: [PathElement] = [
      .field("a"), .field("b"), .field(""), .value("x"), .index(3),
      .key([.init(name: "name", value: "c")]),
    ]
    return (0..<Int(random.next() % 12)).reduce(FieldSet()) { set, _ in
      let path = (0...Int(random.next() % 3)).map { _ in
        elements[Int(random.next() % UInt64(elements.count))]
      }
      return set.union(FieldSet(path: path))
    }
  }
}
