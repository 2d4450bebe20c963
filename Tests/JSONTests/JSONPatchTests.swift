import Base
import JSON
import Testing

@Suite struct `JSON merge patches` {
  /// RFC 7396 appendix A.
  @Test(arguments: [
    (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
    (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
    (#"{"a":"b"}"#, #"{"a":null}"#, "{}"),
    (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
    (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
    (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
    (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
    (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
    (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#), (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#),
    (#"{"a":"foo"}"#, "null", "null"), (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
    (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
    (#"[1,2]"#, #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
    ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
  ])
  func `of the RFC`(target: String, patch: String, result: String) throws {
    #expect(JSONMergePatch.apply(try json(patch), to: try json(target)) == (try json(result)))
  }

  @Test func `a difference, applied, gives what it was made for`() throws {
    var random = PRNG(seed: 5)
    for _ in 0..<2_000 {
      let old = random.object(depth: 3)
      let new = random.object(depth: 3)
      let patch = JSONMergePatch.difference(from: old, to: new)
      #expect(JSONMergePatch.apply(patch, to: old) == new)
      #expect(JSONMergePatch.difference(from: new, to: new).isEmpty)
    }
  }
}

@Suite struct `JSON patches` {
  /// RFC 6902 appendix A; `nil` where the RFC has an error.
  @Test(arguments: [
    (
      #"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz","value":"qux"}]"#,
      #"{"baz":"qux","foo":"bar"}"#
    ),
    (
      #"{"foo":["bar","baz"]}"#, #"[{"op":"add","path":"/foo/1","value":"qux"}]"#,
      #"{"foo":["bar","qux","baz"]}"#
    ),
    (
      #"{"baz":"qux","foo":"bar"}"#, #"[{"op":"remove","path":"/baz"}]"#, #"{"foo":"bar"}"#
    ),
    (
      #"{"foo":["bar","qux","baz"]}"#, #"[{"op":"remove","path":"/foo/1"}]"#,
      #"{"foo":["bar","baz"]}"#
    ),
    (
      #"{"baz":"qux","foo":"bar"}"#, #"[{"op":"replace","path":"/baz","value":"boo"}]"#,
      #"{"baz":"boo","foo":"bar"}"#
    ),
    (
      #"{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}"#,
      #"[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]"#,
      #"{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}"#
    ),
    (
      #"{"foo":["all","grass","cows","eat"]}"#, #"[{"op":"move","from":"/foo/1","path":"/foo/3"}]"#,
      #"{"foo":["all","cows","eat","grass"]}"#
    ),
    (
      #"{"baz":"qux","foo":["a",2,"c"]}"#,
      #"[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]"#,
      #"{"baz":"qux","foo":["a",2,"c"]}"#
    ),
    (#"{"baz":"qux"}"#, #"[{"op":"test","path":"/baz","value":"bar"}]"#, nil),
    (
      #"{"foo":"bar"}"#, #"[{"op":"add","path":"/child","value":{"grandchild":{}}}]"#,
      #"{"foo":"bar","child":{"grandchild":{}}}"#
    ),
    (#"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz/bat","value":"qux"}]"#, nil),
    (
      #"{"/":9,"~1":10}"#, #"[{"op":"test","path":"/~01","value":10}]"#, #"{"/":9,"~1":10}"#
    ),
    (#"{"/":9,"~1":10}"#, #"[{"op":"test","path":"/~01","value":"10"}]"#, nil),
    (
      #"{"foo":["bar"]}"#, #"[{"op":"add","path":"/foo/-","value":["abc","def"]}]"#,
      #"{"foo":["bar",["abc","def"]]}"#
    ),
    (#"{"a":1}"#, #"[{"op":"test","path":"/a","value":1.0}]"#, #"{"a":1}"#),
    (#"{"a":1}"#, #"[{"op":"add","path":"","value":[]}]"#, "[]"),
    (
      #"{"a":{"b":1}}"#, #"[{"op":"copy","from":"/a","path":"/a/c"}]"#,
      #"{"a":{"b":1,"c":{"b":1}}}"#
    ),
    (#"{"a":{"b":1}}"#, #"[{"op":"move","from":"/a","path":"/a/c"}]"#, nil),
    (#"{"a":[1]}"#, #"[{"op":"add","path":"/a/2","value":0}]"#, nil),
    (#"{"a":[1]}"#, #"[{"op":"add","path":"/a/01","value":0}]"#, nil),
    (#"{"a":[1]}"#, #"[{"op":"remove","path":"/a/-"}]"#, nil),
    (#"{"a":1}"#, #"[{"op":"remove","path":""}]"#, nil),
    (#"{"a":1}"#, #"[{"op":"replace","path":"/b","value":0}]"#, nil),
  ])
  func `of the RFC`(target: String, patch: String, result: String?) throws {
    let patch = try JSONPatch(try json(patch))
    guard let result else {
      #expect(throws: JSONPatchError.self) { try patch.apply(to: try json(target)) }
      return
    }
    #expect(try patch.apply(to: try json(target)) == (try json(result)))
  }

  @Test func `documents that are none`() throws {
    let wrong: [(String, JSONPatchError)] = [
      ("{}", .notAnArray), ("[{}]", .malformed(index: 0, member: "op")),
      (#"[{"op":"zap","path":"/a"}]"#, .unknownOperation(index: 0, "zap")),
      (#"[{"op":"add","path":"/a"}]"#, .malformed(index: 0, member: "value")),
      (#"[{"op":"add","path":"a","value":1}]"#, .malformed(index: 0, member: "path")),
      (#"[{"op":"add","path":"/~2","value":1}]"#, .malformed(index: 0, member: "path")),
      (#"[{"op":"move","path":"/a"}]"#, .malformed(index: 0, member: "from")),
    ]
    for (text, error) in wrong {
      #expect(throws: error) { try JSONPatch(try json(text)) }
    }
    let many = JSONValue.array(
      Array(repeating: ["op": "remove", "path": "/a"], count: JSONPatch.operationsMax + 1))
    #expect(throws: JSONPatchError.tooManyOperations(10_001)) { try JSONPatch(many) }
  }

  /// Each copy doubles the value: 2^40 values were it not bounded.
  @Test func `copies do not grow without end`() throws {
    let doubling = JSONValue.array(
      Array(repeating: ["op": "copy", "from": "/a", "path": "/a/-"], count: 40))
    #expect(throws: JSONPatchError.self) {
      try JSONPatch(doubling).apply(to: ["a": [1]])
    }
  }

  @Test func `random patches never trap`() throws {
    var random = PRNG(seed: 9)
    var applied = 0
    for _ in 0..<5_000 {
      let target = JSONValue.object(random.object(depth: 3))
      let operations = (0..<1 + random.below(4)).map { _ in random.operation() }
      do {
        _ = try JSONPatch(.array(operations)).apply(to: target)
        applied += 1
      } catch {
        continue
      }
    }
    #expect(applied > 100)
  }
}

private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Bytes(text)) }

extension PRNG {
  fileprivate mutating func object(depth: Int) -> JSONObject {
    var object = JSONObject()
    for _ in 0..<below(4) {
      object[["a", "b", "c", "d"][below(4)]] = value(depth: depth - 1)
    }
    return object
  }

  private mutating func value(depth: Int) -> JSONValue {
    switch below(depth > 0 ? 6 : 3) {
    case 0: .number(JSONNumber(Int64(below(3))))
    case 1: .string(["x", "y"][below(2)])
    case 2: .bool(chance(Ratio(1, in: 2)))
    case 3: .array((0..<below(3)).map { _ in value(depth: 0) })
    default: .object(object(depth: depth))
    }
  }

  fileprivate mutating func operation() -> JSONValue {
    var operation = JSONObject()
    operation["op"] = .string(["add", "remove", "replace", "move", "copy", "test"][below(6)])
    operation["path"] = .string(pointer())
    operation["from"] = .string(pointer())
    operation["value"] = value(depth: 2)
    return .object(operation)
  }

  private mutating func pointer() -> String {
    (0..<below(4)).map { _ in "/" + ["a", "b", "c", "0", "1", "-", "~0"][below(7)] }.joined()
  }
}
