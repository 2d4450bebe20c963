import Base
import JSON
import Objects
import Registry
import Testing

/// A namespace `v` with one quota, whose usage is as its controller counted it.
private func limited(_ hard: JSONValue, scopes: [String] = []) throws -> ClusterHistory {
  var cluster = ClusterHistory(namespaces: ["default", "v"])
  try cluster.limit("q", hard, scopes: scopes)
  return cluster
}

extension ClusterHistory {
  fileprivate mutating func limit(
    _ name: String, _ hard: JSONValue, scopes: [String] = []
  ) throws {
    var spec: JSONValue = ["hard": hard]
    if !scopes.isEmpty { spec = spec.with("scopes", .strings(scopes)) }
    let quota = try create(
      .resourceQuota, ["metadata": ["name": .string(name), "namespace": "v"], "spec": spec])
    try count(quota)
  }

  /// What the reconciler of quotas does.
  fileprivate mutating func count(_ quota: StoredObject) throws {
    let latest = try #require(current(quota))
    guard let counted = QuotaCount.counted(latest, in: view) else { return }
    try commit(.updateStatus(from: latest, to: counted))
  }

  fileprivate func used(_ quota: String = "q") -> JSONValue? {
    view[ObjectKey(.resourceQuota, namespace: "v", name: quota)]?.at("status.used")
  }
}

private func pod(_ name: String, cpu: String? = nil) -> JSONValue {
  var container: JSONValue = ["name": "c", "image": "a:1"]
  if let cpu { container = container.with("resources.requests.cpu", .string(cpu)) }
  return [
    "metadata": ["name": .string(name), "namespace": "v"], "spec": ["containers": [container]],
  ]
}

/// Texts as kube-apiserver 1.33 answered (quota section of the recordings).
@Suite struct `Quotas in the registry` {
  @Test func `a container must say what is limited`() throws {
    let cluster = try limited(["requests.cpu": "1"])
    #expect(
      cluster.rejection(of: .create(.pod, pod("x").members))?.message
        == "pods \"x\" is forbidden: failed quota: q: must specify requests.cpu for: c")
  }

  @Test func `too much is refused with what is asked, used and limited`() throws {
    let cluster = try limited(["requests.cpu": "1"])
    #expect(
      cluster.rejection(of: .create(.pod, pod("x", cpu: "2").members))?.message
        == "pods \"x\" is forbidden: exceeded quota: q, requested: requests.cpu=2, "
        + "used: requests.cpu=0, limited: requests.cpu=1")
    let none = try limited(["configmaps": "0"])
    let map: JSONValue = ["metadata": ["name": "x", "namespace": "v"]]
    #expect(
      none.rejection(of: .create(.configMap, map.members))?.message
        == "configmaps \"x\" is forbidden: exceeded quota: q, requested: configmaps=1, "
        + "used: configmaps=0, limited: configmaps=0")
  }

  @Test func `what fits is charged in the Txn that makes it`() throws {
    var cluster = try limited(["pods": "1", "requests.cpu": "1"])
    let transaction = try cluster.commit(.create(.pod, pod("x", cpu: "1").members))
    #expect(transaction.writes.map(\.key.collection) == [.objects(.pod), .objects(.resourceQuota)])
    #expect(cluster.used() == ["pods": "1", "requests.cpu": "1"])
    #expect(
      cluster.rejection(of: .create(.pod, pod("x2", cpu: "1").members))?.message
        == "pods \"x2\" is forbidden: exceeded quota: q, requested: pods=1,requests.cpu=1, "
        + "used: pods=1,requests.cpu=1, limited: pods=1,requests.cpu=1")
  }

  /// Two writers that saw the same quota cannot both take the last of it.
  @Test func `a charge compares the quota`() throws {
    var cluster = try limited(["pods": "1"])
    var context = cluster.context
    let late = try cluster.registry.transaction(
      for: Step([.create(.pod, pod("y").members)]), in: cluster.view, context: &context)
    try cluster.commit(.create(.pod, pod("x").members))
    var view = cluster.view
    #expect(throws: ClusterView.Refusal.self) {
      try view.apply(late, at: cluster.revision + 1)
    }
  }

  @Test func `a ReplicaSet's pod is charged as a user's is`() throws {
    var cluster = try limited(["pods": "1"])
    cluster.registry = ObjectRegistry(writer: "replicaset-controller")
    let owned = pod("web-1").with(
      "metadata.ownerReferences",
      [["apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "u"]])
    try cluster.commit(.create(.pod, owned.members))
    #expect(cluster.used() == ["pods": "1"])
    #expect(
      cluster.rejection(of: .create(.pod, pod("web-2").members))?.message
        == "pods \"web-2\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, "
        + "limited: pods=1")
  }

  @Test func `what goes or ends is given back by the count`() throws {
    var cluster = try limited(["pods": "2", "count/pods": "2"])
    let first = try cluster.create(.pod, pod("x"))
    let second = try cluster.create(.pod, pod("y"))
    let quota = try #require(cluster.view[ObjectKey(.resourceQuota, namespace: "v", name: "q")])
    try cluster.commit(.updateStatus(from: first, to: first.with("status.phase", "Succeeded")))
    try cluster.count(quota)
    #expect(cluster.used() == ["count/pods": "2", "pods": "1"])
    try cluster.commit(.delete(second, DeleteOptions()))
    try cluster.count(quota)
    #expect(cluster.used() == ["count/pods": "1", "pods": "0"])
  }

  @Test func `services and their ports are counted, also when they change`() throws {
    var cluster = try limited(["services": "1", "services.nodeports": "1"])
    let service: JSONValue = [
      "metadata": ["name": "s", "namespace": "v"],
      "spec": [
        "type": "ClusterIP", "clusterIP": "10.96.0.9", "clusterIPs": ["10.96.0.9"],
        "ports": [["name": "a", "port": 80], ["name": "b", "port": 81]],
      ],
    ]
    let plain = try cluster.create(.service, service)
    #expect(cluster.used() == ["services": "1", "services.nodeports": "0"])
    #expect(
      cluster.rejection(of: .update(from: plain, to: plain.with("spec.type", "NodePort")))?
        .message
        == "services \"s\" is forbidden: exceeded quota: q, requested: services.nodeports=2, "
        + "used: services.nodeports=0, limited: services.nodeports=1")
  }

  @Test func `claims are counted by their class too`() throws {
    var cluster = try limited([
      "requests.storage": "2Gi", "fast.storageclass.storage.k8s.io/requests.storage": "1Gi",
    ])
    func claim(_ name: String, _ size: String, _ className: String) -> JSONObject {
      let json: JSONValue = [
        "metadata": ["name": .string(name), "namespace": "v"],
        "spec": [
          "accessModes": ["ReadWriteOnce"], "storageClassName": .string(className),
          "resources": ["requests": ["storage": .string(size)]],
        ],
      ]
      return json.members
    }
    try cluster.commit(.create(.persistentVolumeClaim, claim("a", "1Gi", "fast")))
    #expect(
      cluster.used() == [
        "fast.storageclass.storage.k8s.io/requests.storage": "1Gi", "requests.storage": "1Gi",
      ])
    #expect(
      cluster.rejection(of: .create(.persistentVolumeClaim, claim("b", "1Gi", "fast")))?.message
        == "persistentvolumeclaims \"b\" is forbidden: exceeded quota: q, requested: "
        + "fast.storageclass.storage.k8s.io/requests.storage=1Gi, used: "
        + "fast.storageclass.storage.k8s.io/requests.storage=1Gi, limited: "
        + "fast.storageclass.storage.k8s.io/requests.storage=1Gi")
    #expect(
      cluster.rejection(of: .create(.persistentVolumeClaim, claim("b", "1Gi", "slow"))) == nil)
  }

  @Test(arguments: [
    ("BestEffort", false, true), ("NotBestEffort", false, false),
    ("NotTerminating", false, true), ("Terminating", false, false),
    ("Terminating", true, true), ("NotTerminating", true, false),
  ])
  func `only pods within a quota's scope count`(
    scope: String, hasDeadline: Bool, counts: Bool
  ) throws {
    let cluster = try limited(["pods": "0"], scopes: [scope])
    let wanted = hasDeadline ? pod("x").with("spec.activeDeadlineSeconds", 5) : pod("x")
    #expect((cluster.rejection(of: .create(.pod, wanted.members)) != nil) == counts)
  }

  @Test func `several quotas: each limits, and each is charged in the Txn`() throws {
    var cluster = try limited(["pods": "3"])
    try cluster.limit("r", ["pods": "2"])
    for name in ["x", "y"] {
      let transaction = try cluster.commit(.create(.pod, pod(name).members))
      #expect(transaction.writes.count == 3)
      #expect(transaction.compares.count == 4)
    }
    #expect(cluster.used("q") == ["pods": "2"])
    #expect(cluster.used("r") == ["pods": "2"])
    #expect(
      cluster.rejection(of: .create(.pod, pod("z").members))?.message
        == "pods \"z\" is forbidden: exceeded quota: r, requested: pods=1, used: pods=2, "
        + "limited: pods=2")
  }

  /// One pod is limited by both quotas, the other by the second alone: they still exclude each
  /// other, before anybody counts.
  @Test func `quotas that overlap in part are never exceeded`() throws {
    var cluster = ClusterHistory(namespaces: ["default", "v"])
    try cluster.limit("a", ["pods": "5"], scopes: ["Terminating"])
    try cluster.limit("b", ["pods": "1"])
    let ending = pod("x").with("spec.activeDeadlineSeconds", 5)
    var context = cluster.context
    let late = try cluster.registry.transaction(
      for: Step([.create(.pod, pod("y").members)]), in: cluster.view, context: &context)
    try cluster.commit(.create(.pod, ending.members))
    #expect(cluster.used("a") == ["pods": "1"])
    #expect(cluster.used("b") == ["pods": "1"])
    var view = cluster.view
    #expect(throws: ClusterView.Refusal.self) {
      try view.apply(late, at: cluster.revision + 1)
    }
    #expect(
      cluster.rejection(of: .create(.pod, pod("y").members))?.message
        == "pods \"y\" is forbidden: exceeded quota: b, requested: pods=1, used: pods=1, "
        + "limited: pods=1")
  }

  @Test func `a quota that counts quotas is charged for a new one`() throws {
    var cluster = try limited(["resourcequotas": "2"])
    #expect(cluster.used() == ["resourcequotas": "1"])
    let made = try cluster.create(
      .resourceQuota,
      ["metadata": ["name": "r", "namespace": "v"], "spec": ["hard": ["pods": "1"]]])
    #expect(made.meta.name == "r" && cluster.used() == ["resourcequotas": "2"])
    let third: JSONValue = [
      "metadata": ["name": "s", "namespace": "v"], "spec": ["hard": ["pods": "1"]],
    ]
    #expect(
      cluster.rejection(of: .create(.resourceQuota, third.members))?.message
        == "resourcequotas \"s\" is forbidden: exceeded quota: q, requested: resourcequotas=1, "
        + "used: resourcequotas=2, limited: resourcequotas=2")
  }

  @Test func `a quota that is not counted yet is touched, so that no count misses a pod`() throws {
    var cluster = ClusterHistory(namespaces: ["default", "v"])
    let quota = try cluster.create(
      .resourceQuota,
      ["metadata": ["name": "q", "namespace": "v"], "spec": ["hard": ["pods": "1"]]])
    var context = cluster.context
    let counted = try #require(QuotaCount.counted(quota, in: cluster.view))
    let count = try cluster.registry.transaction(
      for: Step([.updateStatus(from: quota, to: counted)]), in: cluster.view, context: &context)
    try cluster.commit(.create(.pod, pod("x").members))
    var view = cluster.view
    #expect(throws: ClusterView.Refusal.self) {
      try view.apply(count, at: cluster.revision + 1)
    }
  }
}

@Suite struct `Limit ranges in the registry` {
  private func ranged(_ limit: JSONValue) throws -> ClusterHistory {
    var cluster = ClusterHistory(namespaces: ["default", "v"])
    _ = try cluster.create(
      .limitRange,
      ["metadata": ["name": "l", "namespace": "v"], "spec": ["limits": [limit]]])
    return cluster
  }

  private func sized(_ resources: JSONValue) -> JSONObject {
    pod("x").with("spec.containers.0.resources", resources).members
  }

  @Test func `pods have what they do not say`() throws {
    var cluster = try ranged([
      "type": "Container", "default": ["cpu": "2", "memory": "1Gi"],
      "defaultRequest": ["cpu": "1"],
    ])
    let object = try cluster.create(.pod, pod("x"))
    #expect(
      object.at("spec.containers.0.resources.limits") == ["cpu": "2", "memory": "1Gi"])
    #expect(object.at("spec.containers.0.resources.requests.cpu") == "1")
    #expect(object.at("status.qosClass") == "Burstable")
    let note = object.meta.annotations["kubernetes.io/limit-ranger"]
    #expect(note?.hasPrefix("LimitRanger plugin set: cpu") == true)
    #expect(note?.contains("cpu, memory limit for container c") == true)
  }

  @Test func `bounds are told in Kubernetes' words`() throws {
    let bounded = try ranged(["type": "Container", "max": ["cpu": "2"]])
    #expect(
      bounded.rejection(of: .create(.pod, sized(["limits": ["cpu": "3"]])))?.message
        == "pods \"x\" is forbidden: maximum cpu usage per Container is 2, but limit is 3")
    let proportioned = try ranged([
      "type": "Container", "maxLimitRequestRatio": ["cpu": "2"],
    ])
    #expect(
      proportioned.rejection(
        of: .create(.pod, sized(["limits": ["cpu": "2"], "requests": ["cpu": "500m"]])))?.message
        == "pods \"x\" is forbidden: cpu max limit to request ratio per Container is 2, but "
        + "provided ratio is 4.000000")
  }

  @Test func `a pod's containers count together`() throws {
    let cluster = try ranged(["type": "Pod", "max": ["memory": "1Gi"]])
    var two = pod("x").with(
      "spec.containers",
      [["name": "c", "image": "a:1"], ["name": "d", "image": "a:1"]])
    for place in 0...1 {
      two = two.with("spec.containers.\(place).resources.limits.memory", "600Mi")
    }
    #expect(
      cluster.rejection(of: .create(.pod, two.members))?.message
        == "pods \"x\" is forbidden: maximum memory usage per Pod is 1Gi, but limit is 1200Mi")
  }

  @Test func `claims have bounds too`() throws {
    let cluster = try ranged(["type": "PersistentVolumeClaim", "min": ["storage": "2Gi"]])
    let claim: JSONValue = [
      "metadata": ["name": "x", "namespace": "v"],
      "spec": [
        "accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]],
      ],
    ]
    #expect(
      cluster.rejection(of: .create(.persistentVolumeClaim, claim.members))?.message
        == "persistentvolumeclaims \"x\" is forbidden: minimum storage usage per "
        + "PersistentVolumeClaim is 2Gi, but request is 1Gi")
  }
}

@Suite struct `Classes that pods name` {
  @Test func `priority comes from the class, and the default one counts for all`() throws {
    var cluster = ClusterHistory(namespaces: ["default", "v"])
    _ = try cluster.create(
      .priorityClass,
      ["metadata": ["name": "high"], "value": 7, "preemptionPolicy": "Never"])
    let high = try cluster.create(.pod, pod("x").with("spec.priorityClassName", "high"))
    #expect(high.at("spec.priority") == 7)
    #expect(high.at("spec.preemptionPolicy") == "Never")
    _ = try cluster.create(
      .priorityClass, ["metadata": ["name": "usual"], "value": 3, "globalDefault": true])
    let usual = try cluster.create(.pod, pod("y"))
    #expect(usual.at("spec.priority") == 3)
    #expect(usual.at("spec.priorityClassName") == "usual")
    #expect(
      cluster.rejection(
        of: .create(.pod, pod("z").with("spec.priorityClassName", "none").members))?.message
        == "pods \"z\" is forbidden: no PriorityClass with name none was found")
    #expect(
      cluster.rejection(of: .create(.pod, pod("z").with("spec.priority", 9).members))?.message
        == "pods \"z\" is forbidden: the integer value of priority (9) must not be provided in "
        + "pod spec; priority admission controller computed 3 from the given PriorityClass name")
  }

  @Test func `a runtime class adds its overhead and its nodes`() throws {
    var cluster = ClusterHistory(namespaces: ["default", "v"])
    _ = try cluster.create(
      .runtimeClass,
      [
        "metadata": ["name": "vm"], "handler": "h", "overhead": ["podFixed": ["cpu": "250m"]],
        "scheduling": ["nodeSelector": ["vm": "yes"]],
      ])
    let object = try cluster.create(.pod, pod("x").with("spec.runtimeClassName", "vm"))
    #expect(object.at("spec.overhead") == ["cpu": "250m"])
    #expect(object.at("spec.nodeSelector") == ["vm": "yes"])
    #expect(object.pod?.demands.requests.cpuMilli == 250)
    let clash = pod("y").with("spec.runtimeClassName", "vm").with("spec.nodeSelector.vm", "no")
    #expect(
      cluster.rejection(of: .create(.pod, clash.members))?.message
        == "pods \"y\" is forbidden: pod rejected: conflict: runtimeClass.scheduling.nodeSelector "
        + "conflicts with pod")
  }

  @Test func `the system's classes can be made`() throws {
    var cluster = ClusterHistory()
    for manifest in SystemClasses.manifests {
      let stored = try cluster.create(.priorityClass, .object(manifest.json))
      #expect(stored.at("value")?.int64 ?? 0 >= 2_000_000_000)
    }
  }
}
