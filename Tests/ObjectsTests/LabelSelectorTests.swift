import Base
import JSON
import Objects
import Testing

@Suite struct `Label selectors` {
  /// meta/v1 LabelSelectorAsSelector: absent selects nothing, empty everything.
  @Test func `absent and empty`() throws {
    #expect(try !LabelSelector(json: nil).matches(["a": "b"]))
    #expect(try LabelSelector(json: .null).isNothing)
    let empty = try LabelSelector(json: [:])
    #expect(empty.isEverything && empty.matches([:]) && empty.matches(["a": "b"]))
    #expect(empty == .everything && !empty.isNothing)
  }

  @Test(arguments: [
    ("a=b", ["a": "b"], true), ("a=b", ["a": "c"], false), ("a=b", [:], false),
    ("a==b", ["a": "b"], true), ("a!=b", ["a": "b"], false), ("a!=b", [:], true),
    ("a!=b", ["a": "c"], true), ("a in (b,c)", ["a": "c"], true), ("a in (b,c)", [:], false),
    ("a notin (b,c)", ["a": "c"], false), ("a notin (b,c)", [:], true), ("a", ["a": ""], true),
    ("a", ["b": ""], false), ("!a", ["a": ""], false), ("!a", [:], true), ("a=", ["a": ""], true),
    ("a=", [:], false), ("a>1", ["a": "2"], true), ("a>1", ["a": "1"], false),
    ("a<1", ["a": "x"], false), ("a<1", ["a": "0"], true), ("a=b,c=d", ["a": "b", "c": "d"], true),
    ("a=b,c=d", ["a": "b"], false), ("", [:], true), (" a = b , !c ", ["a": "b"], true),
    ("x.io/a in (,b)", ["x.io/a": ""], true), ("in in (in)", ["in": "in"], true),
  ])
  func `a text`(text: String, labels: [String: String], matches: Bool) throws {
    let selector = try LabelSelector(parsing: text)
    #expect(selector.matches(labels) == matches)
    // What it prints says the same.
    #expect(try LabelSelector(parsing: selector.description) == selector)
  }

  @Test(arguments: [
    ("=b", "unable to parse requirement: found '=', expected: identifier"),
    ("a=b,", "found '', expected: identifier after ','"),
    ("a in b", "found 'b', expected: '('"),
    ("a in (b", "found '', expected: ',' or ')'"),
    ("a in ()", "for 'in', 'notin' operators, values set can't be empty"),
    ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
    ("a=b c", "found 'c', expected: ',' or 'end of string'"),
    ("a>x", "for 'Gt', 'Lt' operators, the value must be an integer"),
  ])
  func `a wrong text, in apimachinery's words`(text: String, error: String) {
    #expect(throws: LabelSelectorError.text(error)) { try LabelSelector(parsing: text) }
  }

  @Test(arguments: ["a/b/c=d", "-a", "a=-", "a=b/c", "A_/b", "/a", "a=é"])
  func `a key or value that is none`(text: String) {
    #expect(throws: LabelSelectorError.self) { try LabelSelector(parsing: text) }
  }

  @Test func `expressions and labels together`() throws {
    let selector = try LabelSelector(json: [
      "matchLabels": ["app": "web"],
      "matchExpressions": [
        ["key": "tier", "operator": "In", "values": ["front", "back"]],
        ["key": "old", "operator": "DoesNotExist"],
        ["key": "track", "operator": "NotIn", "values": ["canary"]],
        ["key": "zone", "operator": "Exists"],
      ],
    ])
    #expect(selector.matches(["app": "web", "tier": "back", "zone": ""]))
    #expect(!selector.matches(["app": "web", "tier": "back"]))
    #expect(!selector.matches(["app": "web", "tier": "back", "zone": "", "old": ""]))
    #expect(!selector.matches(["app": "web", "tier": "middle", "zone": ""]))
    #expect(
      !selector.matches(["app": "web", "tier": "back", "zone": "", "track": "canary"]))
    #expect(
      selector.description == "app=web,!old,tier in (back,front),track notin (canary),zone")
  }

  @Test func `expressions that make no sense`() {
    let wrong: [(JSONValue, LabelSelectorError)] = [
      ("a", .wrongType(path: "")),
      (["matchLabels": ["a": 1]], .wrongType(path: "matchLabels.a")),
      (["matchExpressions": [[:]]], .wrongType(path: "matchExpressions[0].key")),
      (
        ["matchExpressions": [["key": "a", "operator": "Near"]]],
        .unknownOperator("Near", path: "matchExpressions[0].operator")
      ),
      (
        ["matchExpressions": [["key": "a", "operator": "In", "values": []]]],
        .valuesRequired(path: "matchExpressions[0].values")
      ),
      (
        ["matchExpressions": [["key": "a", "operator": "Exists", "values": ["b"]]]],
        .valuesForbidden(path: "matchExpressions[0].values")
      ),
      (
        ["matchExpressions": [["key": "a", "operator": "In", "values": [1]]]],
        .wrongType(path: "matchExpressions[0].values[0]")
      ),
    ]
    for (json, error) in wrong { #expect(throws: error) { try LabelSelector(json: json) } }
  }

  @Test func `random texts never trap, and print as themselves again`() throws {
    var random = PRNG(seed: 3)
    let pieces = ["a", "b", "=", "==", "!=", "!", "in", "notin", "(", ")", ",", " ", "<", "1", "/"]
    var read = 0
    for _ in 0..<20_000 {
      let text = (0..<random.below(9)).map { _ in pieces[random.below(pieces.count)] }.joined()
      let selector: LabelSelector
      do { selector = try LabelSelector(parsing: text) } catch { continue }
      read += 1
      #expect(try LabelSelector(parsing: selector.description) == selector, "\(text)")
    }
    #expect(read > 500)
  }
}
