import Base
import JSON
import Linux
import Testing

extension Conformance {
  /// `keelson apply`, `delete` and `get` against one of our own members: no API server, no
  /// reconcilers.
  @Suite struct `The administrator's commands` {
    private struct Setting {
      let keelson: Program
      let etcdctl: Program
      let folder: ScratchFolder

      func write(_ name: String, _ text: String) throws -> String {
        try folder.write(name, text)
      }

      /// Every key of the API with its value.
      func registry() async throws -> String {
        try await etcdctl.run(["get", "/registry/", "--prefix"]).output
      }

      func revision() async throws -> Int64 {
        let answer = try await etcdctl.run(["get", "none", "-w", "json"])
        return try #require(
          try JSONValue(parsing: Bytes(answer.output))["header"]?["revision"]?.int64)
      }
    }

    private static func serving(_ body: (Setting) async throws -> Void) async throws {
      let folder = try ScratchFolder()
      try await StoreCluster.serving(1) { cluster in
        let keelson = try Program.keelson.get().with(
          [], environment: ["KEELSON_ENDPOINTS=\(cluster.endpoints)"])
        try await body(
          Setting(keelson: keelson, etcdctl: try cluster.etcdctl(), folder: folder))
      }
    }

    private static let deployment = """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
      spec:
        replicas: 3
        selector:
          matchLabels: {app: web}
        template:
          metadata:
            labels: {app: web}
          spec:
            containers:
            - name: main
              image: nginx:1

      """

    private static let pod = """
      apiVersion: v1
      kind: Pod
      metadata: {name: solo}
      spec: {containers: [{name: a, image: x}]}

      """

    @Test func `a bad manifest is refused with file, line, path and what was expected`()
      async throws
    {
      try await Self.serving { setting in
        let before = try await setting.revision()
        let good = Self.deployment
        let cases: [(name: String, text: String, expected: String)] = [
          (
            "unknown.yaml", good.replacing("replicas: 3", with: "replica: 3"),
            "unknown.yaml:6:3: unknown field \"spec.replica\""
          ),
          (
            "type.yaml", good.replacing("replicas: 3", with: "replicas: three"),
            "type.yaml:6:3: spec.replicas: expected a whole number of 32 bits, found string"
          ),
          (
            "negative.yaml", good.replacing("replicas: 3", with: "replicas: -1"),
            "negative.yaml:6:3: Deployment.apps \"web\" is invalid: spec.replicas: Invalid value: "
              + "-1: must be greater than or equal to 0"
          ),
          (
            "selector.yaml", good.replacing("labels: {app: web}", with: "labels: {app: other}"),
            "selector.yaml:11:7: Deployment.apps \"web\" is invalid: spec.template.metadata.labels: "
              + "Invalid value: "
          ),
          (
            "indent.yaml", good.replacing("  replicas: 3", with: "   replicas: 3"),
            "indent.yaml:7:3: "
          ),
          (
            "open.yaml", good.replacing("{app: web}", with: "{app: web"),
            "open.yaml:9:11: expected ',' or the '}' of the '{' on line 8, found ':'"
          ),
          (
            "tab.yaml", good.replacing("  replicas: 3", with: "\treplicas: 3"),
            "tab.yaml:6:1: expected spaces before the value, found a tab"
          ),
          (
            "json.json", "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Pod\",\n  \"metadata\": 5\n}",
            "json.json:4:3: metadata: expected an object, found number"
          ),
        ]
        for bad in cases {
          let path = try setting.write(bad.name, bad.text)
          // A good document before and behind it: neither is written.
          let other = try setting.write("good.yaml", Self.pod)
          let run = try await setting.keelson.run(["apply", "-f", other, "-f", path, "-f", other])
          #expect(run.status == 1 && run.output.isEmpty, "\(run)")
          #expect(run.errors.contains("/\(bad.expected)"), "\(bad.name): \(run.errors)")
        }
        let many = try setting.write("many.yaml", Self.pod + "---\n" + cases[2].text)
        let run = try await setting.keelson.run(["apply", "-f", many])
        #expect(run.status == 1)
        #expect(run.errors.contains("/many.yaml:11:3: "), "\(run.errors)")
        #expect(try await setting.revision() == before)
        #expect(try await setting.registry().isEmpty)
      }
    }

    @Test func `objects are created, configured, left alone, shown and deleted`() async throws {
      try await Self.serving { setting in
        let keelson = setting.keelson
        let file = try setting.write("web.yaml", Self.deployment + "---\n" + Self.pod)
        let created = try await keelson.run(["apply", "-f", file])
        #expect(created.output == "deployment.apps/web created\npod/solo created\n", "\(created)")
        let again = try await keelson.run(["apply", "-f", file])
        #expect(again.output == "deployment.apps/web unchanged\npod/solo unchanged\n", "\(again)")
        let revision = try await setting.revision()
        _ = try setting.write("web.yaml", Self.deployment.replacing("nginx:1", with: "nginx:2"))
        let changed = try await keelson.run(["apply", "-f", file])
        #expect(changed.output == "deployment.apps/web configured\n", "\(changed)")
        #expect(try await setting.revision() == revision + 1)
        let shown = try await keelson.run(["get", "deploy,po"])
        let lines = shown.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == "NAME                  READY   UP-TO-DATE   AVAILABLE   AGE")
        #expect(lines[1].hasPrefix("deployment.apps/web   0/3     0            0           "))
        #expect(lines[3] == "NAME       READY   STATUS    RESTARTS   AGE")
        #expect(lines[4].hasPrefix("pod/solo   0/1     Pending   0          "))
        let json = try await keelson.run(["get", "deploy", "web", "-o", "json"])
        let object = try JSONValue(parsing: Bytes(json.output))
        #expect(object["metadata"]?["resourceVersion"]?.string == "\(revision + 1)")
        #expect(object["spec"]?["template"]?["spec"]?["containers"]?[0]?["image"] == "nginx:2")
        // What is printed as YAML is a manifest.
        let yaml = try await keelson.run(["get", "po", "solo", "-o", "yaml"])
        #expect(yaml.output.hasPrefix("apiVersion: v1\nkind: Pod\nmetadata:\n"), "\(yaml)")
        let names = try await keelson.run(["get", "all", "-o", "name"])
        #expect(
          names.output.contains("pod/solo\n") && names.output.contains("deployment.apps/web\n"))
        let deleted = try await keelson.run(["delete", "-f", file])
        #expect(deleted.output == "deployment.apps \"web\" deleted\n", "\(deleted)")
        let pod = try await keelson.run(["delete", "pod", "solo"])
        #expect(pod.output == "pod \"solo\" deleted\n" && pod.status == 0, "\(pod)")
        let none = try await keelson.run(["get", "pods"])
        #expect(none.status == 0 && none.errors == "No resources found in default namespace.\n")
      }
    }

    @Test func `what is not there, and what is no kind`() async throws {
      try await Self.serving { setting in
        let rows: [(arguments: [String], status: Int32, errors: String)] = [
          (["get", "po", "x"], 1, "Error from server (NotFound): pods \"x\" not found\n"),
          (
            ["delete", "deploy", "x"], 1,
            "Error from server (NotFound): deployments.apps \"x\" not found\n"
          ),
          (["delete", "deploy", "x", "--ignore-not-found"], 0, ""),
          (["get", "po", "x", "--ignore-not-found"], 0, ""),
          (
            ["get", "foo"], 1, "error: the server doesn't have a resource type \"foo\"\n"
          ),
          (
            ["delete", "po"], 1,
            "error: resource(s) were provided, but no name was specified\n"
          ),
          (["get", "po", "-A"], 0, "No resources found\n"),
        ]
        for row in rows {
          let run = try await setting.keelson.run(row.arguments)
          #expect(run.status == row.status && run.errors == row.errors, "\(row.arguments): \(run)")
        }
        let missing = try await setting.keelson.run(["apply", "-f", "/no/such/file"])
        #expect(missing.status == 1 && missing.errors.contains("/no/such/file"), "\(missing)")
      }
    }

    @Test func `folders, the standard input, lists and deletion by finalizer`() async throws {
      try await Self.serving { setting in
        let keelson = setting.keelson
        let folder = "\(setting.folder.path)/manifests"
        try Files.makeFolders("\(folder)/deeper")
        _ = try setting.write("manifests/a.yaml", Self.pod.replacing("solo", with: "a"))
        _ = try setting.write(
          "manifests/b.json",
          """
          {"apiVersion": "v1", "kind": "List", "items": [
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "b", "finalizers": ["x.y/z"]},
             "spec": {"containers": [{"name": "a", "image": "x"}]}}]}
          """)
        _ = try setting.write("manifests/notes.txt", "no manifest")
        _ = try setting.write("manifests/deeper/c.yml", Self.pod.replacing("solo", with: "c"))
        let flat = try await keelson.run(["apply", "-f", folder])
        #expect(flat.output == "pod/a created\npod/b created\n", "\(flat)")
        let deep = try await keelson.run(["apply", "-R", "-f", folder])
        #expect(deep.output == "pod/a unchanged\npod/b unchanged\npod/c created\n", "\(deep)")
        let held = try await keelson.run([
          "delete", "pod", "b", "--wait=true", "--timeout", "200ms",
        ])
        #expect(held.status == 1 && held.errors.contains("timed out waiting"), "\(held)")
        let shown = try await keelson.run(["get", "pod", "b"])
        #expect(shown.output.contains("Terminating"), "\(shown)")
        let piped = try await keelson.run(
          ["apply", "-f", "-"], input: Self.pod.replacing("solo", with: "piped"))
        #expect(piped.output == "pod/piped created\n", "\(piped)")
        let selected = try await keelson.run(["delete", "pods", "--all", "--wait=false"])
        #expect(selected.output.contains("pod \"piped\" deleted\n"), "\(selected)")
      }
    }

    /// As its controller leaves it.
    private static let countedQuota = """
      {"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q","namespace":"default",\
      "uid":"u","creationTimestamp":"2024-01-02T03:04:05Z"},"spec":{"hard":{"pods":"1"}},\
      "status":{"hard":{"pods":"1"},"used":{"pods":"0"}}}
      """

    /// Texts are a kube-apiserver 1.33's.
    @Test func `a quota, limits and classes hold for what is applied`() async throws {
      try await Self.serving { setting in
        let keelson = setting.keelson
        let limits = try setting.write(
          "limits.yaml",
          """
          apiVersion: v1
          kind: LimitRange
          metadata: {name: l}
          spec: {limits: [{type: Container, default: {cpu: 500m}, max: {cpu: "2"}}]}
          ---
          apiVersion: scheduling.k8s.io/v1
          kind: PriorityClass
          metadata: {name: usual}
          value: 7
          globalDefault: true

          """)
        #expect(try await keelson.run(["apply", "-f", limits]).status == 0)
        _ = try await setting.etcdctl.run([
          "put", "/registry/resourcequotas/default/q", Self.countedQuota,
        ])
        let solo = try setting.write("solo.yaml", Self.pod)
        let first = try await keelson.run(["apply", "-f", solo])
        #expect(first.output == "pod/solo created\n", "\(first)")
        let stored = try await setting.etcdctl.run([
          "get", "--print-value-only", "/registry/pods/default/solo",
        ])
        let spec = try JSONValue(parsing: Bytes(stored.output))["spec"]
        #expect(spec?["priority"] == 7)
        #expect(spec?["containers"]?[0]?["resources"]?["limits"] == ["cpu": "500m"])
        let quota = try await setting.etcdctl.run([
          "get", "--print-value-only", "/registry/resourcequotas/default/q",
        ])
        #expect(
          try JSONValue(parsing: Bytes(quota.output))["status"]?["used"] == ["pods": "1"])
        let revision = try await setting.revision()
        let second = try setting.write(
          "second.yaml", Self.pod.replacing("solo", with: "second"))
        let refused = try await keelson.run(["apply", "-f", second])
        #expect(refused.status == 1 && refused.output.isEmpty)
        #expect(
          refused.errors.contains(
            "pods \"second\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, "
              + "limited: pods=1"), "\(refused)")
        let large = try setting.write(
          "large.yaml",
          Self.pod.replacing("image: x", with: "image: x, resources: {limits: {cpu: \"3\"}}")
            .replacing("solo", with: "large"))
        let tooLarge = try await keelson.run(["apply", "-f", large])
        #expect(
          tooLarge.errors.contains(
            "pods \"large\" is forbidden: maximum cpu usage per Container is 2, but limit is 3"),
          "\(tooLarge)")
        #expect(try await setting.revision() == revision)
      }
    }

    /// Where somebody makes accounts, a Pod runs as one.
    @Test func `a pod waits for its namespace's account, and is refused without one`() async throws
    {
      try await Self.serving { setting in
        let account = """
          {"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default",\
          "namespace":"other","uid":"u","creationTimestamp":"2024-01-02T03:04:05Z"}}
          """
        _ = try await setting.etcdctl.run([
          "put", "/registry/serviceaccounts/other/default", account,
        ])
        let solo = try setting.write("solo.yaml", Self.pod)
        let refused = try await setting.keelson.run(["apply", "-f", solo])
        #expect(refused.status == 1 && refused.output.isEmpty)
        #expect(
          refused.errors.contains(
            "pods \"solo\" is forbidden: error looking up service account default/default: "
              + "serviceaccount \"default\" not found"), "\(refused)")
        _ = try await setting.etcdctl.run([
          "put", "/registry/serviceaccounts/default/default",
          account.replacing("other", with: "default"),
        ])
        let applied = try await setting.keelson.run(["apply", "-f", solo])
        #expect(applied.output == "pod/solo created\n", "\(applied)")
      }
    }

    @Test func `a watch shows what changes`() async throws {
      try await Self.serving { setting in
        let file = try setting.write("solo.yaml", Self.pod)
        #expect(try await setting.keelson.run(["apply", "-f", file]).status == 0)
        let watch = try setting.keelson.start(["get", "pods", "-w"], in: setting.folder)
        try await eventually("the pod is listed") {
          try watch.output().contains("solo") ? true : nil
        }
        #expect(try await setting.keelson.run(["delete", "-f", file]).status == 0)
        try await eventually("its end is shown") {
          try watch.output().split(separator: "\n").count >= 3 ? true : nil
        }
        try await watch.kill()
      }
    }
  }
}

extension String {
  fileprivate func replacing(_ text: String, with other: String) -> String {
    guard let range = firstRange(of: text) else { return self }
    return self[..<range.lowerBound] + other + self[range.upperBound...]
  }
}
