import Base
import JSON
import Objects
import Registry
import Testing

@testable import Reconcilers

@Suite struct `The roles that every cluster begins with` {
  private func role(_ world: World, _ name: String) throws -> StoredObject {
    try #require(world.truth[ObjectKey(.clusterRole, name: name)])
  }

  private func world(_ more: [any Reconciler] = []) -> World {
    var world = World([BootstrapPolicyReconciler()] + more)
    world.settle()
    return world
  }

  @Test func `are made once, marked as the defaults`() throws {
    let world = world()
    #expect(world.truth.objects(.clusterRole).count == BootstrapPolicy.kubernetes.roles.count)
    #expect(world.truth.objects(.clusterRoleBinding).count == 12)
    #expect(world.rejections.isEmpty)
    let admin = try role(world, "cluster-admin")
    #expect(
      admin.json["rules"] == [
        ["apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]],
        ["nonResourceURLs": ["*"], "verbs": ["*"]],
      ])
    #expect(admin.meta.labels == ["kubernetes.io/bootstrapping": "rbac-defaults"])
    #expect(admin.meta.annotations == ["rbac.authorization.kubernetes.io/autoupdate": "true"])
    let binding = try #require(
      world.truth[ObjectKey(.clusterRoleBinding, name: "system:public-info-viewer")])
    #expect(
      binding.json["subjects"] == [
        [
          "apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:authenticated",
        ],
        [
          "apiGroup": "rbac.authorization.k8s.io", "kind": "Group",
          "name": "system:unauthenticated",
        ],
      ])
    // Kubernetes 1.33's `kubectl get clusterrole system:kube-scheduler -o yaml`, one rule of it.
    let scheduler = try role(world, "system:kube-scheduler")
    #expect(
      scheduler.json["rules"]?.array?.contains([
        "apiGroups": ["coordination.k8s.io"], "resourceNames": ["kube-scheduler"],
        "resources": ["leases"], "verbs": ["get", "update"],
      ]) == true)
  }

  @Test func `are valid for whoever writes them`() throws {
    var context = PlanContext(now: WallTime(milliseconds: 0), random: PRNG(seed: 1))
    let registry = ObjectRegistry(writer: "test")
    let policy = BootstrapPolicy.kubernetes
    for (key, object) in policy.roles + policy.bindings {
      #expect(throws: Never.self) {
        try registry.transaction(
          for: Step([.create(key.kind, object)]), in: ClusterView(), context: &context)
      }
    }
    // Each binding binds a role that is there.
    let roles = Set(policy.roles.map(\.key.name))
    for (_, binding) in policy.bindings {
      #expect(roles.contains(binding["roleRef"]?["name"]?.string ?? ""))
    }
  }

  @Test func `get back what they lack when it starts anew, and keep what was added`() throws {
    var world = world()
    let key = ObjectKey(.clusterRole, name: "system:public-info-viewer")
    let added: JSONValue = ["nonResourceURLs": ["/mine"], "verbs": ["get"]]
    world.edit(key, ["rules"], [added, ["nonResourceURLs": ["/healthz"], "verbs": ["get"]]])
    let kept = ObjectKey(.clusterRole, name: "system:kube-dns")
    world.edit(kept, ["rules"], [])
    world.edit(
      kept, ["metadata", "annotations"],
      ["rbac.authorization.kubernetes.io/autoupdate": "false"])
    let binding = ObjectKey(.clusterRoleBinding, name: "cluster-admin")
    let alice: JSONValue = [
      "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "alice",
    ]
    world.edit(binding, ["subjects"], [alice])
    world.delete(ObjectKey(.clusterRole, name: "view"))
    world.settle()
    #expect(world.truth[ObjectKey(.clusterRole, name: "view")] == nil)
    let reconciler = BootstrapPolicyReconciler()
    var context = PlanContext(now: world.now, random: PRNG(seed: 2))
    let plan = reconciler.reconcile(.everything, in: world.truth, context: &context)
    for step in plan.steps { world.apply(step) }
    let rules = try #require(world.truth[key]?.json["rules"]?.array)
    #expect(rules.first == added && rules.count == 6)
    #expect(world.truth[kept]?.json["rules"] == [])
    let subjects = try #require(world.truth[binding]?.json["subjects"]?.array)
    #expect(subjects.count == 2 && subjects.first == alice)
    #expect(world.truth[ObjectKey(.clusterRole, name: "view")] != nil)
    let again = reconciler.reconcile(.everything, in: world.truth, context: &context)
    #expect(again == .nothing || again.steps.isEmpty)
  }

  @Test func `gather view into edit into admin`() throws {
    var world = world([RoleAggregation()])
    func allows(_ role: String, _ verb: String, _ resource: String) throws -> Bool {
      let rules = PolicyRule.rules(of: try self.role(world, role).json)
      let asked = AccessAttributes(verb: verb, .resource(.init(plural: resource)))
      return rules.contains { $0.allows(asked) }
    }
    #expect(try allows("view", "list", "pods") && !allows("view", "list", "secrets"))
    #expect(try !allows("view", "create", "pods"))
    #expect(try allows("edit", "list", "pods") && allows("edit", "create", "secrets"))
    #expect(try allows("admin", "list", "pods") && allows("admin", "create", "secrets"))
    world.create([
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
      "metadata": [
        "name": "widgets", "labels": ["rbac.authorization.k8s.io/aggregate-to-view": "true"],
      ],
      "rules": [["apiGroups": [""], "resources": ["widgets"], "verbs": ["list"]]],
    ])
    world.settle()
    #expect(try allows("view", "list", "widgets") && allows("admin", "list", "widgets"))
    world.delete(ObjectKey(.clusterRole, name: "widgets"))
    world.settle()
    #expect(try !allows("view", "list", "widgets") && !allows("admin", "list", "widgets"))
  }

  @Test func `selectors that cannot be read gather nothing`() throws {
    var view = ClusterView()
    for rule in [1, [], ["clusterRoleSelectors": [1, ["matchLabels": 1]]]] as [JSONValue] {
      let role = StoredObject.of([
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
        "metadata": ["name": "odd"], "aggregationRule": rule, "rules": "x",
      ])
      _ = view.put(role)
      let aggregation = RoleAggregation()
      var context = PlanContext(now: WallTime(milliseconds: 0), random: PRNG(seed: 1))
      #expect(aggregation.keys(old: nil, new: role, in: view).isEmpty)
      #expect(aggregation.reconcile(.key(role.key), in: view, context: &context) == .nothing)
    }
  }
}

@Suite struct `Every namespace` {
  private static let namespace: JSONValue = [
    "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "w"],
  ]

  @Test func `has a service account and the root certificates, as long as it lives`() throws {
    var world = World([
      ServiceAccountReconciler(), RootCertificatePublisher(certificates: "PEM"),
    ])
    world.create(Self.namespace)
    world.settle()
    let account = ObjectKey(.serviceAccount, namespace: "w", name: "default")
    let map = ObjectKey(.configMap, namespace: "w", name: "kube-root-ca.crt")
    #expect(world.truth[account] != nil)
    #expect(world.truth[map]?.json["data"] == ["ca.crt": "PEM"])
    world.delete(account)
    world.edit(map, ["data"], ["ca.crt": "another"])
    world.settle()
    #expect(world.truth[account] != nil)
    #expect(world.truth[map]?.json["data"] == ["ca.crt": "PEM"])
    world.delete(ObjectKey(.namespace, name: "w"))
    world.delete(account)
    world.delete(map)
    world.settle()
    #expect(world.truth[account] == nil && world.truth[map] == nil)
    #expect(world.rejections.isEmpty)
  }

  @Test func `is told no certificates that nobody knows`() throws {
    var world = World([RootCertificatePublisher(certificates: "")])
    world.create(Self.namespace)
    world.settle()
    #expect(world.truth.objects(.configMap).isEmpty)
  }
}
