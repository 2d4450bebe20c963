import Base
import JSON
import Objects
import Registry
import Testing

private func read(
  _ text: String, namespace: String = "default", isGiven: Bool = false
) -> ManifestReader {
  var reader = ManifestReader(namespace: namespace, isNamespaceGiven: isGiven)
  reader.read(Bytes(text), file: "web.yaml")
  return reader
}

private func context(_ seed: UInt64 = 1) -> PlanContext {
  PlanContext(now: WallTime(milliseconds: 1_770_000_000_000), random: PRNG(seed: seed))
}

private let applying = ManifestApply(registry: ObjectRegistry(writer: "test"))

/// A cluster to which manifests are applied, on values.
private struct Cluster {
  var view = ClusterView()
  private var revision: Int64 = 10

  init() throws {
    for name in ManifestApply.systemNamespaces {
      var context = context()
      try commit(
        applying.registry.transaction(
          for: ManifestApply.namespaceStep(name), in: view, context: &context))
    }
  }

  mutating func commit(_ transaction: ObjectTransaction) throws {
    revision += 1
    try view.apply(transaction, at: revision)
  }

  mutating func apply(_ text: String) throws -> [ManifestApply.Outcome] {
    let reader = read(text)
    try #require(reader.problems == [])
    var outcomes: [ManifestApply.Outcome] = []
    for manifest in reader.manifests {
      var context = context(UInt64(revision))
      let (transaction, outcome) = try applying.transaction(
        for: manifest, in: view, context: &context)
      if !transaction.writes.isEmpty { try commit(transaction) }
      outcomes.append(outcome)
    }
    return outcomes
  }

  func deployment(_ name: String = "web") throws -> JSONValue {
    let key = ObjectKey(.deployment, namespace: "default", name: name)
    return .object(try #require(view[key]).json)
  }
}

private func deployment(
  replicas: String = "  replicas: 3\n", labels: String = "{app: web}", image: String = "nginx:1",
  extra: String = ""
) -> String {
  """
  apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: web
  spec:
  \(replicas)  selector:
      matchLabels: {app: web}
    template:
      metadata:
        labels: \(labels)
      spec:
        containers:
        - name: main
          image: \(image)
  \(extra)
  """
}

@Suite struct `Manifests` {
  @Test func `documents, lists and nothing at all`() {
    let reader = read(
      """
      # nothing
      ---
      {apiVersion: v1, kind: Pod, metadata: {name: a}}
      ---
      apiVersion: v1
      kind: List
      items:
      - {apiVersion: v1, kind: Namespace, metadata: {name: ns}}
      - {apiVersion: v1, kind: Pod, metadata: {name: b, namespace: ns}}
      ---
      """)
    #expect(reader.problems == [])
    #expect(
      reader.manifests.map(\.key) == [
        ObjectKey(.pod, namespace: "default", name: "a"), ObjectKey(.namespace, name: "ns"),
        ObjectKey(.pod, namespace: "ns", name: "b"),
      ])
  }

  @Test func `what is wrong is told with file, line and what was expected, all at once`() {
    let reader = read(
      """
      - a
      ---
      apiVersion: apps/v1
      kind: Deploymnt
      metadata: {name: a}
      ---
      apiVersion: apps/v2
      kind: Deployment
      metadata: {name: a}
      ---
      kind: Pod
      ---
      apiVersion: 1
      kind: Pod
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        labels: {}
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: a/b
      ---
      apiVersion: v1
      kind: List
      items:
      - apiVersion: v1
        kind: Pod
        metadata: {}
      """)
    #expect(reader.manifests.isEmpty)
    #expect(
      reader.problems.map(\.description) == [
        "web.yaml:1:1: expected an object with apiVersion and kind, found a sequence",
        "web.yaml:4:1: kind: no matches for kind \"Deploymnt\" in version \"apps/v1\": "
          + "did you mean Deployment?",
        "web.yaml:7:1: apiVersion: no matches for kind \"Deployment\" in version \"apps/v2\": "
          + "expected apps/v1",
        "web.yaml:11:1: apiVersion is not set: expected a text such as apps/v1",
        "web.yaml:13:1: apiVersion: apiVersion is not set: expected a text such as apps/v1, "
          + "found a number",
        "web.yaml:18:1: metadata.name: expected the object's name, found none",
        "web.yaml:24:3: metadata.name: expected a name without '/', found \"a/b\"",
        "web.yaml:31:3: metadata.name: expected the object's name, found none",
      ])
  }

  @Test func `unknown fields and wrong types are told of at their lines`() {
    let text = """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
        labels: {a: 1}
      spec:
        replica: 3
        replicas: three
        template:
          spec:
            containers:
            - name: main
              image: x
              ports: {containerPort: 80}
              resources: {limits: {cpu: much}}
            - 5
      """
    #expect(
      read(text).problems.map(\.description) == [
        "web.yaml:5:12: metadata.labels[a]: expected a text, found number",
        "web.yaml:7:3: unknown field \"spec.replica\"",
        "web.yaml:8:3: spec.replicas: expected a whole number of 32 bits, found string",
        "web.yaml:14:9: spec.template.spec.containers[0].ports: expected a list, found object",
        "web.yaml:15:30: spec.template.spec.containers[0].resources.limits[cpu]: expected a "
          + "quantity such as 500m or 64Mi, found string",
        "web.yaml:16:9: spec.template.spec.containers[1]: expected an object, found number",
      ])
  }

  @Test func `a namespace given by the user must be the object's`() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  namespace: b\n"
    #expect(read(text, namespace: "b", isGiven: true).problems == [])
    #expect(
      read(text, namespace: "c", isGiven: true).problems.map(\.description) == [
        "web.yaml:5:3: metadata.namespace: the namespace from the provided object \"b\" does not "
          + "match the namespace \"c\". You must pass '--namespace=b' to perform this operation."
      ])
  }

  @Test func `the registry's refusals stand at their lines`() throws {
    let cluster = try Cluster()
    let reader = read(deployment(replicas: "  replicas: -1\n", labels: "{app: other}"))
    let problems = applying.problems(of: reader.manifests, in: cluster.view, context: context())
    #expect(problems.map(\.position.line).sorted() == [6, 11])
    let texts = problems.map(\.description)
    #expect(
      texts.contains(
        "web.yaml:6:3: Deployment.apps \"web\" is invalid: spec.replicas: Invalid value: -1: "
          + "must be greater than or equal to 0"), "\(texts)")
    #expect(texts.contains { $0.contains("`selector` does not match template `labels`") })
  }
}

/// Client-side apply, as kubectl does it.
@Suite struct `Applying manifests` {
  @Test func `created, then unchanged, then configured`() throws {
    var cluster = try Cluster()
    #expect(try cluster.apply(deployment()) == [.created])
    let created = try cluster.deployment()
    #expect(
      created["metadata"]?["annotations"]?[ManifestApply.annotation]?.string == """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"annotations":{},"name":"web",\
        "namespace":"default"},"spec":{"replicas":3,"selector":{"matchLabels":{"app":"web"}},\
        "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"image":"nginx:1",\
        "name":"main"}]}}}}

        """)
    #expect(try cluster.apply(deployment()) == [.unchanged])
    #expect(try cluster.deployment() == created)
    #expect(try cluster.apply(deployment(image: "nginx:2")) == [.configured])
    let changed = try cluster.deployment()
    #expect(
      changed["spec"]?["template"]?["spec"]?["containers"]?[0]?["image"] == "nginx:2")
    #expect(changed["metadata"]?["generation"] == 2)
    #expect(changed["metadata"]?["uid"] == created["metadata"]?["uid"])
  }

  @Test func `what others set stays, what the manifest no longer says goes`() throws {
    var cluster = try Cluster()
    let second = "      - name: side\n        image: side:1\n"
    _ = try cluster.apply(deployment(extra: second))
    // An autoscaler scales, a person annotates.
    let key = ObjectKey(.deployment, namespace: "default", name: "web")
    let old = try #require(cluster.view[key])
    var json = old.json
    var spec = try #require(json["spec"]?.object)
    spec["replicas"] = 7
    spec["minReadySeconds"] = 4
    json["spec"] = .object(spec)
    var random = context()
    try cluster.commit(
      applying.registry.transaction(
        for: Step([.update(from: old, to: json)]), in: cluster.view, context: &random))
    // The manifest says replicas again, and no longer the second container.
    #expect(try cluster.apply(deployment()) == [.configured])
    let merged = try cluster.deployment()
    #expect(merged["spec"]?["replicas"] == 3)
    #expect(merged["spec"]?["minReadySeconds"] == 4)
    let names = merged["spec"]?["template"]?["spec"]?["containers"]?.array?.map { $0["name"] }
    #expect(names == ["main"])
    // Now it says nothing of replicas: the default comes back.
    #expect(try cluster.apply(deployment(replicas: "")) == [.configured])
    #expect(try cluster.deployment()["spec"]?["replicas"] == 1)
  }

  @Test func `one bad document of many, and the rest is known to be good`() throws {
    let cluster = try Cluster()
    let reader = read(
      """
      apiVersion: v1
      kind: Namespace
      metadata: {name: shop}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: a, namespace: shop}
      spec: {containers: [{name: a, image: a}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: a, namespace: nowhere}
      spec: {containers: [{name: a, image: a}]}
      """)
    let problems = applying.problems(of: reader.manifests, in: cluster.view, context: context())
    #expect(problems.map(\.description) == ["web.yaml:10:1: namespaces \"nowhere\" not found"])
  }

  @Test func `what a manifest needs is read, system namespaces are made`() throws {
    let reader = read(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\n"
        + "apiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: x}\n")
    #expect(
      ManifestApply.keys(of: reader.manifests) == [
        ObjectKey(.pod, namespace: "default", name: "a"), ObjectKey(.namespace, name: "default"),
        ObjectKey(.pod, namespace: "x", name: "b"), ObjectKey(.namespace, name: "x"),
      ])
    #expect(
      ManifestApply.missingNamespaces(for: reader.manifests, in: ClusterView()) == ["default"])
    #expect(
      ManifestApply.missingNamespaces(for: reader.manifests, in: try Cluster().view) == [])
  }

  @Test func `a last applied manifest that is no JSON counts as none`() throws {
    var cluster = try Cluster()
    _ = try cluster.apply(deployment())
    let key = ObjectKey(.deployment, namespace: "default", name: "web")
    let old = try #require(cluster.view[key])
    for junk in ["", "{", "[1]", "{\"spec\":5,\"metadata\":[]}"] {
      var json = old.json
      var meta = try #require(json["metadata"]?.object)
      meta["annotations"] = [ManifestApply.annotation: .string(junk)]
      json["metadata"] = .object(meta)
      _ = cluster.view.put(
        StoredObject(
          key: old.key, json: json, createRevision: old.createRevision,
          modRevision: old.modRevision))
      #expect(try cluster.apply(deployment()) == [.configured], "\(junk)")
      _ = cluster.view.put(old)
    }
  }
}

@Suite struct `Naming objects` {
  private func parse(_ words: String) -> Result<ResourceArgument, ResourceArgument.Failure> {
    do throws(ResourceArgument.Failure) {
      return .success(try ResourceArgument(words.split(separator: " ").map(String.init)))
    } catch {
      return .failure(error)
    }
  }

  @Test func `as kubectl takes them`() throws {
    for words in ["po", "pods", "pod", "Pod"] { #expect(try parse(words).get().kinds == [.pod]) }
    #expect(try parse("deploy,rs,po").get().kinds == [.deployment, .replicaSet, .pod])
    #expect(try parse("deployments.apps").get().kinds == [.deployment])
    #expect(try parse("deploy web db").get().objects.map(\.name) == ["web", "db"])
    let mixed = try parse("deploy/web po/a").get()
    #expect(mixed.objects.map(\.kind) == [.deployment, .pod])
    #expect(try parse("all").get().kinds.contains(.pod))
    #expect(parse("") == .failure(.nothing))
    #expect(parse("foo") == .failure(.unknown("foo")))
    #expect(parse("po/a b") == .failure(.mixed))
    #expect(parse("po a/b") == .failure(.mixed))
    #expect(parse("po/") == .failure(.noName("po/")))
    #expect(parse("po,rs a") == .failure(.ambiguous))
    guard case .failure(.notKept(let kind)) = parse("tokenreviews") else {
      Issue.record("token reviews are kept now: name another kind here")
      return
    }
    #expect(kind.plural == "tokenreviews")
  }
}
