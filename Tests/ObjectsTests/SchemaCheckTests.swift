import Base
import JSON
import Objects
import Testing

@Suite struct `Schema checks` {
  private let schema = Schema.kubernetes

  /// What a kube-apiserver 1.33.13 answered to each.
  @Test(arguments: [
    (
      "core.v1.ConfigMap", #"{"data":{"a":1}}"#, "data[a]",
      "json: cannot unmarshal number into Go struct field ConfigMap.data of type string"
    ),
    (
      "core.v1.ConfigMap", #"{"metadata":{"labels":{"a":1}}}"#, "metadata.labels[a]",
      "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string"
    ),
    (
      "core.v1.ConfigMap", #"{"metadata":{"name":true}}"#, "metadata.name",
      "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.name of type string"
    ),
    (
      "apps.v1.Deployment", #"{"spec":{"replicas":"3"}}"#, "spec.replicas",
      "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas "
        + "of type int32"
    ),
    (
      "core.v1.Pod", #"{"spec":"x"}"#, "spec",
      "json: cannot unmarshal string into Go struct field Pod.spec of type v1.PodSpec"
    ),
    (
      "core.v1.Service", #"{"spec":{"ports":[{"port":99999999999}]}}"#, "spec.ports[0].port",
      "json: cannot unmarshal number 99999999999 into Go struct field ServicePort.spec.ports.port "
        + "of type int32"
    ),
    (
      "core.v1.Service", #"{"spec":{"ports":[{"port":80.5}]}}"#, "spec.ports[0].port",
      "json: cannot unmarshal number 80.5 into Go struct field ServicePort.spec.ports.port "
        + "of type int32"
    ),
    (
      "core.v1.ConfigMap", #"{"metadata":{"creationTimestamp":"yesterday"}}"#,
      "metadata.creationTimestamp",
      #"parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": "#
        + #"cannot parse "yesterday" as "2006""#
    ),
    (
      "coordination.v1.Lease", #"{"spec":{"renewTime":"x"}}"#, "spec.renewTime",
      #"parsing time "x" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "x" as "2006""#
    ),
    (
      "core.v1.Pod", #"{"spec":{"containers":[{"resources":{"limits":{"cpu":""}}}]}}"#,
      "spec.containers[0].resources.limits[cpu]",
      "quantities must match the regular expression "
        + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
    ),
    (
      "core.v1.Pod", #"{"spec":{"containers":[{"resources":{"limits":{"cpu":true}}}]}}"#,
      "spec.containers[0].resources.limits[cpu]",
      "quantities must match the regular expression "
        + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
    ),
    ("core.v1.ConfigMap", #"{"zz":1}"#, "zz", #"unknown field "zz""#),
    ("core.v1.ConfigMap", #"{"Data":{}}"#, "Data", #"unknown field "Data""#),
    (
      "core.v1.Pod", #"{"spec":{"containers":[{"zz":1}]}}"#, "spec.containers[0].zz",
      #"unknown field "spec.containers[0].zz""#
    ),
  ])
  func `in Kubernetes' words`(type: String, text: String, path: String, words: String) throws {
    let problems = try problems(text, type, requiresFields: false)
    #expect(problems.map(\.path) == [path])
    #expect(problems.map(\.kubernetesText) == [words])
  }

  @Test(arguments: [
    (
      #"{"spec":{"replicas":"3"}}"#,
      #"spec.replicas: expected a whole number of 32 bits, found string"#
    ),
    (
      #"{"spec":{"template":{"spec":{"restartPolicy":"Bad"}}}}"#,
      "spec.template.spec.restartPolicy: expected one of \"Always\", \"Never\", \"OnFailure\", "
        + "found \"Bad\""
    ),
    (
      #"{"spec":{"paused":1}}"#, "spec.paused: expected true or false, found number"
    ),
    (
      #"{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1.5}}}}"#,
      "spec.strategy.rollingUpdate.maxSurge: expected a whole number of 32 bits, or a text, "
        + "found number 1.5"
    ),
    (
      #"{"spec":{"template":{"spec":{"containers":{}}}}}"#,
      "spec.template.spec.containers: expected a list, found object"
    ),
    (
      #"{"metadata":{"zz":1}}"#,
      "metadata.zz: expected no such field, found a field that the type does not have"
    ),
  ])
  func `in plain words`(text: String, words: String) throws {
    let problems = try problems(text, "apps.v1.Deployment", requiresFields: false)
    #expect(problems.map(\.description) == [words])
  }

  @Test func `fields that must be there`() throws {
    #expect(
      try problems(#"{"spec":{"template":{"spec":{}}}}"#, "apps.v1.Deployment").map(
        \.kubernetesText)
        == [
          "spec.template.spec.containers: Required value", "spec.selector: Required value",
        ])
    #expect(
      try problems(#"{"spec":{"selector":null}}"#, "apps.v1.Deployment").map(\.path)
        == ["spec.selector", "spec.template"])
  }

  @Test func `nulls, free values and what fits`() throws {
    #expect(
      try problems(
        #"{"spec":{"replicas":null,"paused":null,"template":{"spec":{"containers":[null]}}}}"#,
        "apps.v1.Deployment", requiresFields: false
      ).isEmpty)
    #expect(
      try problems(
        #"{"data":{"anything":[1,{"x":null}]},"revision":1}"#, "apps.v1.ControllerRevision"
      )
      .isEmpty)
    #expect(
      try problems(
        #"{"properties":{"a":{"items":[{"type":"x"}],"additionalProperties":false,"default":[]}}}"#,
        "apiextensions.v1.JSONSchemaProps"
      ).isEmpty)
    #expect(
      try problems(
        #"{"properties":{"a":{"items":[{"zz":"x"}],"additionalProperties":1}}}"#,
        "apiextensions.v1.JSONSchemaProps"
      ).map(\.path) == ["properties[a].items[0].zz", "properties[a].additionalProperties"])
    #expect(
      try problems(#"{"properties":{"a":{"zz":1}}}"#, "apiextensions.v1.JSONSchemaProps")
        .map(\.kubernetesText) == [#"unknown field "properties.a.zz""#])
  }

  /// Offsets of TestDecodeCorrupt in Go's encoding/base64.
  @Test(arguments: [
    ("aGVsbG8=", nil), ("", nil), ("aGVs\nbG8=", nil), ("\n", nil), ("AAA=\n", nil),
    ("AAAA\n", nil), ("!!!!", 0), ("====", 0), ("x===", 1), ("=AAA", 0), ("A=AA", 1),
    ("AA=A", 2), ("AA==A", 4), ("AAA=AAAA", 4), ("AAAAA", 4), ("AAAAAA", 4), ("A=", 1),
    ("A==", 1), ("AA=", 3), ("AA==", nil), ("AAA=", nil), ("AAAA", nil), ("AAAAAA=", 7),
    ("YWJjZA=====", 8), ("A!\n", 1), ("A=\n", 1),
  ])
  func `base 64`(text: String, offset: Int?) throws {
    let type = try #require(schema.type("core.v1.Secret"))
    let problems = SchemaCheck.problems(
      in: try #require(JSONValue.object(["data": ["a": .string(text)]])), type: type)
    #expect(
      problems.map(\.kubernetesText)
        == (offset.map { ["illegal base64 data at input byte \($0)"] } ?? []))
  }

  @Test(arguments: [
    ("2026-11-22T21:00:00Z", nil), ("2026-11-22T21:00:00.5+01:00", nil),
    ("2024-02-29T00:00:00Z", nil), ("2026-02-29T00:00:00Z", "day out of range"),
    ("2026-13-01T00:00:00Z", "month out of range"), ("2026-01-01T24:00:00Z", "hour out of range"),
    ("2026-01-01T00:00:00", #"cannot parse "" as "Z07:00""#),
    ("2026-01-01 00:00:00Z", #"cannot parse " 00:00:00Z" as "T""#),
    ("2026-01-01T00:00:00Zx", #"extra text: "x""#),
  ])
  func `times`(text: String, words: String?) throws {
    let type = try #require(schema.type("meta.v1.ObjectMeta"))
    let problems = SchemaCheck.problems(
      in: try #require(JSONValue.object(["creationTimestamp": .string(text)])), type: type)
    guard let words else { return #expect(problems.isEmpty) }
    #expect(problems.map(\.kubernetesText).first?.hasSuffix(words) == true, "\(problems)")
  }

  @Test func `problems are bounded`() throws {
    var object = JSONObject()
    for number in 0..<1_000 { object["x\(number)"] = 1 }
    let type = try #require(schema.type("core.v1.Pod"))
    #expect(SchemaCheck.problems(in: object, type: type, problemsMax: 7).count == 7)
    #expect(SchemaCheck.firstUndecodable(in: object, type: type) == nil)
    object["spec"] = ["restartPolicy": "Bad", "containers": [["name": 1]]]
    #expect(
      SchemaCheck.firstUndecodable(in: object, type: type)?.path == "spec.containers[0].name")
  }

  // MARK: - Random values

  /// A value made by the schema fits its type; with a field more, that field is told of, and
  /// pruned.
  @Test func `made values fit, of every type`() throws {
    var maker = ValueMaker(schema: schema, random: PRNG(seed: 21))
    for type in schema.types where type.form == .fields {
      let object = maker.object(type, depth: 5)
      let problems = SchemaCheck.problems(in: object, type: type)
      #expect(problems.isEmpty, "\(type.name): \(problems)")
      #expect(SchemaCheck.pruned(object, type: type) == object)
      var extended = object
      extended["unheardOf"] = 1
      #expect(
        SchemaCheck.problems(in: extended, type: type).map(\.kubernetesText)
          == [#"unknown field "unheardOf""#])
      #expect(SchemaCheck.pruned(extended, type: type) == object)
    }
  }

  @Test func `mutated values never trap, of every type`() throws {
    var maker = ValueMaker(schema: schema, random: PRNG(seed: 22))
    var wrong = 0
    for _ in 0..<4 {
      for type in schema.types {
        let object = maker.mutated(maker.object(type, depth: 4))
        let problems = SchemaCheck.problems(in: object, type: type)
        wrong += problems.isEmpty ? 0 : 1
        #expect(problems.count <= 32)
        let pruned = SchemaCheck.pruned(object, type: type)
        let left = SchemaCheck.problems(in: pruned, type: type, requiresFields: false)
        // Behind a wrong type nothing is pruned, and nothing is looked at either.
        #expect(left.allSatisfy { !$0.kubernetesText.hasPrefix("unknown") }, "\(left)")
      }
    }
    #expect(wrong > 500)
  }

  private func problems(
    _ text: String, _ type: String, requiresFields: Bool = true
  ) throws -> [SchemaProblem] {
    SchemaCheck.problems(
      in: try #require(try JSONValue(parsing: Bytes(text)).object),
      type: try #require(schema.type(type)), requiresFields: requiresFields)
  }
}

extension JSONValue {
  fileprivate static func object(_ value: JSONValue) -> JSONObject? { value.object }
}
