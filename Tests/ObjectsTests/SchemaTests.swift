import JSON
import Objects
import Testing

/// Counts and rows from OpenAPI and discovery of a kube-apiserver 1.33.13.
@Suite struct `The schema` {
  let schema = Schema.kubernetes

  @Test func `every type is read`() {
    #expect(schema.types.count == 599)
    #expect(schema.types.reduce(0) { $0 + $1.fields.count } == 2530)
    #expect(schema.type("core.v1.Nothing") == nil)
    #expect(schema.types.allSatisfy { $0.form == .fields || $0.fields.isEmpty })
  }

  @Test func `every type that a field names is there`() {
    for type in schema.types {
      for field in type.fields {
        if let name = field.type.typeName { #expect(schema.type(name) != nil, "\(name)") }
      }
    }
  }

  @Test func `a container's fields`() throws {
    let container = try #require(schema.type("core.v1.Container"))
    #expect(container.shortName == "Container")
    let name = try #require(container.field("name"))
    #expect(name.isRequired && !name.isPointer && name.type == .string && name.wire == .number(1))
    #expect(name.defaultValue == "")
    let env = try #require(container.field("env"))
    #expect(env.type == .list(.object("core.v1.EnvVar")) && env.list == .map(keys: ["name"]))
    #expect(env.patch.merges && !env.patch.retainsKeys && env.mergeKey == "name")
    let ports = try #require(container.field("ports"))
    #expect(ports.list == .map(keys: ["containerPort", "protocol"]))
    #expect(ports.mergeKey == "containerPort")
    let args = try #require(container.field("args"))
    #expect(args.list == .atomic && !args.patch.merges && args.omitsEmpty)
    #expect(
      container.field("imagePullPolicy")?.allowed == ["Always", "IfNotPresent", "Never"])
    #expect(container.field("nam") == nil && container.field("namee") == nil)
  }

  @Test func `strategies, formats and special forms`() throws {
    let pod = try #require(schema.type("core.v1.PodSpec"))
    let volumes = try #require(pod.field("volumes"))
    #expect(volumes.patch.merges && volumes.patch.retainsKeys && volumes.mergeKey == "name")
    #expect(pod.field("nodeSelector")?.isAtomic == true)
    #expect(pod.field("activeDeadlineSeconds")?.type == .int64)
    let deployment = try #require(schema.type("apps.v1.DeploymentSpec"))
    #expect(deployment.field("replicas")?.type == .int32)
    #expect(deployment.field("replicas")?.isPointer == true)
    #expect(deployment.field("strategy")?.patch.retainsKeys == true)
    #expect(schema.type("resource.Quantity")?.form == .quantity)
    #expect(schema.type("meta.v1.MicroTime")?.form == .microTime)
    #expect(schema.type("core.v1.Secret")?.field("data")?.type == .map(.bytes))
    #expect(schema.type("meta.v1.LabelSelector")?.isAtomic == true)
    #expect(
      schema.type("core.v1.Volume")?.field("emptyDir")?.wire == .nested([2, 2]))
    #expect(schema.type("core.v1.Pod")?.field("kind")?.wire == .envelope)
    #expect(
      schema.type("certificates.v1.CertificateSigningRequestSpec")?.field("usages")?.allowed
        .contains("client auth") == true)
  }

  @Test func `types by kind`() {
    for kind in Kind.all { #expect(schema.type(of: kind)?.shortName == kind.name) }
    #expect(schema.type(apiVersion: "apps/v1", kind: "Deployment")?.name == "apps.v1.Deployment")
    #expect(schema.type(apiVersion: "apps/v2", kind: "Deployment") == nil)
    #expect(schema.type(apiVersion: "v1", kind: "DeleteOptions")?.name == "meta.v1.DeleteOptions")
  }
}

@Suite struct `Resources` {
  @Test func `the kinds that are kept`() {
    let named: [Kind] = [.deployment, .event, .lease, .namespace, .node, .pod, .replicaSet]
    #expect(named.allSatisfy(Kind.all.contains) && Kind.all == Kind.all.sorted())
    #expect(Kind.all.allSatisfy { Schema.kubernetes.type(of: $0)?.form == .fields })
    #expect(Kind.deployment.apiVersion == "apps/v1" && Kind.deployment.isNamespaced)
    #expect(Kind.lease.apiVersion == "coordination.k8s.io/v1")
    #expect(Kind.pod.apiVersion == "v1" && !Kind.node.isNamespaced)
    #expect(Kind.kept(plural: "widgets") == nil)
    #expect(Kind.kept(apiVersion: "apps/v1", name: "ReplicaSet") == .replicaSet)
  }

  @Test(arguments: [
    ("deployments", "apps/v1", "Deployment"), ("deploy", "apps/v1", "Deployment"),
    ("Deployment", "apps/v1", "Deployment"), ("deployment.apps", "apps/v1", "Deployment"),
    ("deployments.v1.apps", "apps/v1", "Deployment"), ("po", "v1", "Pod"), ("pods.", "v1", "Pod"),
    ("pods.v1.", "v1", "Pod"), ("no", "v1", "Node"), ("ev", "v1", "Event"),
    ("events.events.k8s.io", "events.k8s.io/v1", "Event"),
    ("events.v1.events.k8s.io", "events.k8s.io/v1", "Event"),
    ("lease", "coordination.k8s.io/v1", "Lease"),
    ("leases.coord", "coordination.k8s.io/v1", "Lease"),
    ("rs", "apps/v1", "ReplicaSet"), ("hpa", "autoscaling/v2", "HorizontalPodAutoscaler"),
    ("netpol", "networking.k8s.io/v1", "NetworkPolicy"), ("NS", "v1", "Namespace"),
  ])
  func `named by a user`(text: String, apiVersion: String, kind: String) {
    let resource = ResourceTable.kubernetes.resource(named: text)
    #expect(resource?.kind.apiVersion == apiVersion)
    #expect(resource?.kind.name == kind)
  }

  @Test(arguments: ["", ".", "widgets", "pods.apps", "deployments.v2.apps", "deployments.v1."])
  func `named wrongly`(text: String) {
    #expect(ResourceTable.kubernetes.resource(named: text) == nil)
  }

  @Test func `rows in full`() throws {
    let table = ResourceTable.kubernetes
    #expect(table.resources.count == 61)
    let pods = try #require(table.resource(apiVersion: "v1", kind: "Pod"))
    #expect(pods.isKept && pods.shortNames == ["po"] && pods.categories == ["all"])
    #expect(pods.storageVersionHash == "xPOwRZ+Yhw8=" && pods.verbs.contains("watch"))
    #expect(pods.subresources.map(\.name).contains("eviction"))
    #expect(pods.subresources.first { $0.name == "eviction" }?.kind == "policy/v1/Eviction")
    let bindings = try #require(table.resource(named: "bindings"))
    #expect(!bindings.isKept && bindings.verbs == ["create"])
  }
}

extension ValueType {
  /// The type at the bottom of lists and maps.
  fileprivate var typeName: String? {
    switch self {
    case .object(let name): name
    case .list(let element), .map(let element): element.typeName
    case .string, .bytes, .int32, .int64, .double, .boolean, .any: nil
    }
  }
}
