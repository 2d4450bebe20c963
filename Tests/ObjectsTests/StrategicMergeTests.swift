import Base
import JSON
import Objects
import Testing

@Suite struct `Strategic merge patches` {
  /// Directives, lists with and without a key, kinds of strategy; expected by Kubernetes'
  /// documentation ("Update API Objects in Place Using kubectl patch") and apimachinery's rules.
  @Test(arguments: [
    Merge(
      "containers merge by name, new ones first", "core.v1.PodSpec",
      #"{"containers":[{"name":"a","image":"1","args":["x","y"]},{"name":"b"}]}"#,
      #"{"containers":[{"name":"a","image":"2","args":["z"]},{"name":"c"}]}"#,
      #"{"containers":[{"name":"a","image":"2","args":["z"]},{"name":"c"},{"name":"b"}]}"#),
    Merge(
      "tolerations are replaced", "core.v1.PodSpec",
      #"{"tolerations":[{"key":"a"}]}"#, #"{"tolerations":[{"key":"b"}]}"#,
      #"{"tolerations":[{"key":"b"}]}"#),
    Merge(
      "null removes", "core.v1.PodSpec", #"{"nodeName":"n","nodeSelector":{"a":"b","c":"d"}}"#,
      #"{"nodeName":null,"nodeSelector":{"a":null}}"#, #"{"nodeSelector":{"c":"d"}}"#),
    Merge(
      "an element deleted", "core.v1.PodSpec", #"{"containers":[{"name":"a"},{"name":"b"}]}"#,
      #"{"containers":[{"$patch":"delete","name":"a"}]}"#, #"{"containers":[{"name":"b"}]}"#),
    Merge(
      "a list replaced", "core.v1.PodSpec", #"{"containers":[{"name":"a"},{"name":"b"}]}"#,
      #"{"containers":[{"$patch":"replace"},{"name":"c"}]}"#, #"{"containers":[{"name":"c"}]}"#),
    Merge(
      "an object replaced", "core.v1.PodSpec", #"{"securityContext":{"runAsUser":1,"fsGroup":2}}"#,
      #"{"securityContext":{"$patch":"replace","runAsUser":3}}"#,
      #"{"securityContext":{"runAsUser":3}}"#),
    Merge(
      "an object emptied", "core.v1.PodSpec", #"{"securityContext":{"runAsUser":1}}"#,
      #"{"securityContext":{"$patch":"delete"}}"#, #"{"securityContext":{}}"#),
    Merge(
      "retained keys", "apps.v1.DeploymentSpec",
      #"{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}"#,
      #"{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}"#,
      #"{"strategy":{"type":"Recreate"}}"#),
    Merge(
      "a list of scalars merges", "meta.v1.ObjectMeta", #"{"finalizers":["a","b"]}"#,
      #"{"finalizers":["c","a"]}"#, #"{"finalizers":["c","a","b"]}"#),
    Merge(
      "scalars deleted", "meta.v1.ObjectMeta", #"{"finalizers":["a","b"]}"#,
      #"{"$deleteFromPrimitiveList/finalizers":["a"]}"#, #"{"finalizers":["b"]}"#),
    Merge(
      "an order", "core.v1.PodSpec", #"{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]}"#,
      #"{"$setElementOrder/containers":[{"name":"c"},{"name":"a"}]}"#,
      #"{"containers":[{"name":"b"},{"name":"c"},{"name":"a"}]}"#),
    Merge(
      "an order with changes", "core.v1.PodSpec", #"{"containers":[{"name":"a"},{"name":"b"}]}"#,
      #"""
      {"$setElementOrder/containers":[{"name":"b"},{"name":"d"},{"name":"a"}],
       "containers":[{"name":"d"},{"name":"a","image":"i"}]}
      """#, #"{"containers":[{"name":"b"},{"name":"d"},{"name":"a","image":"i"}]}"#),
    Merge(
      "directives within what is new", "core.v1.PodTemplateSpec", "{}",
      #"""
      {"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}],"nodeName":null,
       "containers":[{"name":"b"},{"name":"a"}],"securityContext":{"$retainKeys":["fsGroup"],
       "fsGroup":1}}}
      """#,
      #"{"spec":{"containers":[{"name":"b"},{"name":"a"}],"securityContext":{"fsGroup":1}}}"#),
    Merge(
      "what the schema does not know", "core.v1.PodSpec", #"{"x":{"a":1},"y":[1,2]}"#,
      #"{"x":{"b":2},"y":[3]}"#, #"{"x":{"a":1,"b":2},"y":[3]}"#),
  ])
  func `merge`(_ merge: Merge) throws {
    let type = try #require(Schema.kubernetes.type(merge.type))
    let result = try StrategicMerge.apply(
      try object(merge.patch), to: try object(merge.target), type: type)
    #expect(result == (try object(merge.result)))
  }

  /// Texts that kube-apiserver 1.33 answered, and apimachinery's others.
  @Test(arguments: [
    (
      #"{"containers":[{"$patch":"zz","name":"c"}]}"#,
      "unknown patch type: zz in map: map[$patch:zz name:c]"
    ),
    (
      #"{"containers":[{"image":"z"}]}"#,
      "map: map[image:z] does not contain declared merge key: name"
    ),
    (
      #"{"securityContext":{"$retainKeys":["a"],"b":1}}"#,
      "invalid patch format of retainKeys"
    ),
    (#"{"containers":["a"]}"#, "list element types are not identical in containers"),
    (
      #"{"$setElementOrder/containers":[{"name":"a"}],"containers":[{"name":"b"}]}"#,
      "the order in the patch list containers does not match its $setElementOrder list"
    ),
    (
      #"{"$setElementOrder/containers":1,"containers":[{"name":"b"}]}"#,
      "invalid patch format of setElementOrder list"
    ),
  ])
  func `a patch that makes no sense`(patch: String, text: String) throws {
    let type = Schema.kubernetes.type("core.v1.PodSpec")
    let target = try object(#"{"containers":[{"name":"c"}]}"#)
    do {
      _ = try StrategicMerge.apply(try object(patch), to: target, type: type)
      Issue.record("it was taken")
    } catch let error as StrategicMergeError {
      #expect(error.description == text)
    }
  }

  struct Merge: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let type: String
    let target: String
    let patch: String
    let result: String

    init(_ name: String, _ type: String, _ target: String, _ patch: String, _ result: String) {
      testDescription = name
      self.type = type
      self.target = target
      self.patch = patch
      self.result = result
    }
  }
}

@Suite struct `Three-way merges` {
  private let pod = Schema.kubernetes.type("core.v1.PodSpec")
  private let deployment = Schema.kubernetes.type("apps.v1.DeploymentSpec")

  @Test func `what was applied before and is gone is removed, what others set stays`() throws {
    let patch = ThreeWayMerge.patch(
      original: try object(#"{"nodeSelector":{"a":"1","b":"2"},"hostNetwork":true}"#),
      modified: try object(#"{"nodeSelector":{"a":"3"}}"#),
      current: try object(
        #"{"nodeSelector":{"a":"1","b":"2","c":"4"},"hostNetwork":true,"nodeName":"n"}"#),
      type: pod)
    #expect(
      patch == (try object(#"{"nodeSelector":{"a":"3","b":null},"hostNetwork":null}"#)))
  }

  @Test func `lists differ by their keys`() throws {
    let patch = ThreeWayMerge.patch(
      original: try object(#"{"containers":[{"name":"a","image":"1"},{"name":"b"}]}"#),
      modified: try object(#"{"containers":[{"name":"a","image":"2"},{"name":"c"}]}"#),
      current: try object(
        #"{"containers":[{"name":"a","image":"1","tty":true},{"name":"b"},{"name":"x"}]}"#),
      type: pod)
    #expect(
      patch
        == (try object(
          #"""
          {"containers":[{"name":"a","image":"2"},{"name":"c"},{"$patch":"delete","name":"b"}],
           "$setElementOrder/containers":[{"name":"a"},{"name":"c"}]}
          """#)))
  }

  @Test func `a union's other member goes`() throws {
    let patch = ThreeWayMerge.patch(
      original: try object(#"{"strategy":{"type":"RollingUpdate"}}"#),
      modified: try object(#"{"strategy":{"type":"Recreate"}}"#),
      current: try object(
        #"{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":"25%"}}}"#),
      type: deployment)
    #expect(
      patch == (try object(#"{"strategy":{"type":"Recreate","$retainKeys":["type"]}}"#)))
  }

  @Test func `nothing to change`() throws {
    let manifest = try object(
      #"{"containers":[{"name":"a","ports":[{"containerPort":80}]}],"volumes":[{"name":"v"}]}"#)
    let current = try object(
      #"""
      {"containers":[{"name":"a","ports":[{"containerPort":80,"protocol":"TCP"}],"tty":false}],
       "volumes":[{"name":"v"},{"name":"w"}],"restartPolicy":"Always"}
      """#)
    #expect(
      ThreeWayMerge.patch(original: manifest, modified: manifest, current: current, type: pod)
        .isEmpty)
    #expect(
      ThreeWayMerge.patch(original: nil, modified: manifest, current: current, type: pod).isEmpty)
  }

  /// One port for TCP and UDP: the merge key alone does not tell them apart.
  @Test func `elements that share a key`() throws {
    let container = Schema.kubernetes.type("core.v1.Container")
    let manifest = try object(
      #"{"ports":[{"containerPort":53,"protocol":"UDP"},{"containerPort":53,"protocol":"TCP"}]}"#)
    #expect(
      ThreeWayMerge.patch(
        original: manifest, modified: manifest, current: manifest, type: container
      ).isEmpty)
    let current = try object(#"{"ports":[{"containerPort":53,"protocol":"TCP"}]}"#)
    let patch = ThreeWayMerge.patch(
      original: nil, modified: manifest, current: current, type: container)
    #expect(try StrategicMerge.apply(patch, to: current, type: container) == manifest)
  }

  @Test func `the manifest's order is wanted, whatever others put between`() throws {
    let manifest = try object(#"{"containers":[{"name":"a"},{"name":"b"}]}"#)
    let reversed = try object(#"{"containers":[{"name":"b"},{"name":"a"}]}"#)
    let patch = ThreeWayMerge.patch(
      original: manifest, modified: manifest, current: reversed, type: pod)
    #expect(patch == (try object(#"{"$setElementOrder/containers":[{"name":"a"},{"name":"b"}]}"#)))
    #expect(try StrategicMerge.apply(patch, to: reversed, type: pod) == manifest)
    let injected = try object(#"{"containers":[{"name":"a"},{"name":"x"},{"name":"b"}]}"#)
    #expect(
      ThreeWayMerge.patch(original: manifest, modified: manifest, current: injected, type: pod)
        .isEmpty)
  }
}

private func object(_ text: String) throws -> JSONObject {
  try #require(try JSONValue(parsing: Bytes(text)).object)
}
