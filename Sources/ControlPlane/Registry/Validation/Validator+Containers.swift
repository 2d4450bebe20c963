import JSON
import Objects

/// core/v1 Container.
extension Validator {
  /// `volumes`: the names that mounts may use.
  mutating func containers(of spec: JSONObject, volumes: Set<String>) {
    if (spec["containers"]?.array ?? []).isEmpty { required("containers") }
    var names: Set<String> = []
    var hostPorts: Set<String> = []
    each("containers", of: spec) { validator, container, _ in
      validator.container(container, volumes: volumes)
      let name = container["name"]?.string ?? ""
      if !names.insert(name).inserted { validator.duplicate("name", name) }
      validator.lifecycle(of: container)
      validator.probes(of: container)
      if container["restartPolicy"]?.string != nil {
        validator.forbidden("restartPolicy", "may not be set for non-init containers")
      }
      validator.hostPorts(of: container, seen: &hostPorts)
    }
    initContainers(of: spec, volumes: volumes, names: &names)
  }

  private mutating func initContainers(
    of spec: JSONObject, volumes: Set<String>, names: inout Set<String>
  ) {
    guard spec["initContainers"] != nil else { return }
    var seen = names
    each("initContainers", of: spec) { validator, container, _ in
      validator.container(container, volumes: volumes)
      let name = container["name"]?.string ?? ""
      if !name.isEmpty, !seen.insert(name).inserted { validator.duplicate("name", name) }
      let policy = container["restartPolicy"]?.string
      if let policy, policy != "Always" {
        validator.unsupported("restartPolicy", policy, ["Always"])
      }
      if policy == "Always" {
        validator.lifecycle(of: container)
        validator.probes(of: container)
        return
      }
      for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"]
      where container[field]?.object != nil {
        validator.forbidden(
          field, "may not be set for init containers without restartPolicy=Always")
      }
    }
    names = seen
  }

  mutating func container(_ container: JSONObject, volumes: Set<String>) {
    let name = container["name"]?.string ?? ""
    if name.isEmpty {
      required("name")
    } else {
      invalid("name", name, NameSyntax.labelComplaints(name))
    }
    if (container["image"]?.string ?? "").isEmpty { required("image") }
    oneOf(["File", "FallbackToLogsOnError"], "terminationMessagePolicy", of: container)
    ports(of: container)
    environment(of: container)
    mounts(of: container, volumes: volumes)
    requiredOneOf(["Always", "IfNotPresent", "Never"], "imagePullPolicy", of: container)
    ifObject("resources", of: container) { $0.resources($1) }
    resizePolicy(of: container)
    securityContext(of: container)
  }

  private mutating func ports(of container: JSONObject) {
    guard container["ports"] != nil else { return }
    var names: Set<String> = []
    each("ports", of: container) { validator, port, _ in
      if let name = port["name"]?.string, !name.isEmpty {
        let complaints = NameSyntax.portNameComplaints(name)
        validator.invalid("name", name, complaints)
        if complaints.isEmpty, !names.insert(name).inserted { validator.duplicate("name", name) }
      }
      let number = port["containerPort"]?.int64 ?? 0
      if number == 0 {
        validator.required("containerPort")
      } else {
        validator.portNumber("containerPort", number)
      }
      if let hostPort = port["hostPort"]?.int64, hostPort != 0 {
        validator.portNumber("hostPort", hostPort)
      }
      validator.requiredOneOf(["SCTP", "TCP", "UDP"], "protocol", of: port)
    }
  }

  mutating func portNumber(_ field: String, _ number: Int64) {
    for complaint in NameSyntax.portNumberComplaints(number) { invalid(field, number, complaint) }
  }

  /// No two containers want the same port of the host.
  private mutating func hostPorts(of container: JSONObject, seen: inout Set<String>) {
    guard case .array(let ports)? = container["ports"] else { return }
    for (place, port) in ports.enumerated() {
      guard let number = port["hostPort"]?.int64, number != 0 else { continue }
      let text =
        "\(port["protocol"]?.string ?? "")/\(port["hostIP"]?.string ?? "")/\(number)"
      if !seen.insert(text).inserted { duplicate("ports[\(place)].hostPort", text) }
    }
  }

  // MARK: - Environment

  private static let environmentFields: Set<String> = [
    "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName",
    "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP",
    "status.podIPs",
  ]
  /// What the downward API knows, for variables or for volumes.
  private static let knownFields: Set<String> = environmentFields.union([
    "metadata.annotations", "metadata.labels", "spec.restartPolicy", "spec.schedulerName",
    "status.phase",
  ])
  private static let sources = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef"]

  private mutating func environment(of container: JSONObject) {
    each("env", of: container) { validator, variable, _ in
      let name = variable["name"]?.string ?? ""
      if name.isEmpty {
        validator.required("name")
      } else {
        validator.invalid("name", name, NameSyntax.environmentNameComplaints(name))
      }
      validator.valueFrom(of: variable)
    }
    each("envFrom", of: container) { validator, source, _ in
      if let prefix = source["prefix"]?.string, !prefix.isEmpty {
        validator.invalid("prefix", prefix, NameSyntax.environmentNameComplaints(prefix))
      }
      for field in ["configMapRef", "secretRef"] {
        validator.ifObject(field, of: source) { $0.referencedName(of: $1) }
      }
    }
    // Kubernetes names the list, not the element.
    for source in container["envFrom"]?.array ?? [] {
      let count = ["configMapRef", "secretRef"].count { source[$0]?.object != nil }
      if count == 0 {
        invalid("envFrom", "", "must specify one of: `configMapRef` or `secretRef`")
      } else if count > 1 {
        invalid("envFrom", "", "may not have more than one field specified at a time")
      }
    }
  }

  private mutating func valueFrom(of variable: JSONObject) {
    guard let source = variable["valueFrom"]?.object else { return }
    within("valueFrom") { validator in
      validator.ifObject("fieldRef", of: source) { $0.fieldReference($1) }
      validator.ifObject("resourceFieldRef", of: source) { $0.resourceReference($1) }
      for field in ["configMapKeyRef", "secretKeyRef"] {
        validator.ifObject(field, of: source) { validator, reference in
          validator.referencedName(of: reference)
          let key = reference["key"]?.string ?? ""
          if key.isEmpty {
            validator.required("key")
          } else {
            validator.invalid("key", key, NameSyntax.configKeyComplaints(key))
          }
        }
      }
      let count = Self.sources.count { source[$0]?.object != nil }
      if count == 0 {
        validator.invalid(
          nil, "",
          "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or "
            + "`secretKeyRef`")
      } else if !(variable["value"]?.string ?? "").isEmpty {
        validator.invalid(nil, "", "may not be specified when `value` is not empty")
      } else if count > 1 {
        validator.invalid(nil, "", "may not have more than one field specified at a time")
      }
    }
  }

  private mutating func referencedName(of reference: JSONObject) {
    let name = reference["name"]?.string ?? ""
    invalid("name", name, NameSyntax.subdomainComplaints(name))
  }

  private mutating func fieldReference(_ reference: JSONObject) {
    if (reference["apiVersion"]?.string ?? "").isEmpty { required("apiVersion") }
    let path = reference["fieldPath"]?.string ?? ""
    guard !path.isEmpty else { return required("fieldPath") }
    // One label or annotation: metadata.labels['a'].
    if path.hasPrefix("metadata.labels['") || path.hasPrefix("metadata.annotations['") { return }
    if !Self.knownFields.contains(path) {
      invalid(
        "fieldPath", path, "error converting fieldPath: field label not supported: \(path)")
    } else if !Self.environmentFields.contains(path) {
      unsupported("fieldPath", path, Self.environmentFields.sorted())
    }
  }

  private static let resourceFields = [
    "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu",
    "requests.ephemeral-storage", "requests.memory",
  ]

  mutating func resourceReference(_ reference: JSONObject) {
    let resource = reference["resource"]?.string ?? ""
    if resource.isEmpty {
      required("resource")
    } else if !Self.resourceFields.contains(resource), !resource.contains("hugepages-") {
      unsupported("resource", resource, Self.resourceFields)
    }
  }

  // MARK: - Mounts

  private mutating func mounts(of container: JSONObject, volumes: Set<String>) {
    guard container["volumeMounts"] != nil else { return }
    var paths: Set<String> = []
    each("volumeMounts", of: container) { validator, mount, _ in
      let name = mount["name"]?.string ?? ""
      if name.isEmpty { validator.required("name") }
      if !volumes.contains(name) {
        validator.report(.notFound, "name", value: GoText.quoted(name))
      }
      let path = mount["mountPath"]?.string ?? ""
      if path.isEmpty { validator.required("mountPath") }
      if !paths.insert(path).inserted { validator.invalid("mountPath", path, "must be unique") }
      if let expression = mount["subPathExpr"]?.string, !expression.isEmpty,
        !(mount["subPath"]?.string ?? "").isEmpty
      {
        validator.invalid(
          "subPathExpr", expression, "subPathExpr and subPath are mutually exclusive")
      }
    }
    // Kubernetes names the list, not the element.
    within("volumeMounts") { validator in
      for mount in container["volumeMounts"]?.array ?? [] {
        for field in ["subPath", "subPathExpr"] {
          if let path = mount[field]?.string, !path.isEmpty {
            validator.descendingPath(field, path)
          }
        }
        validator.propagation(of: mount, in: container)
      }
    }
  }

  private mutating func propagation(of mount: JSONValue, in container: JSONObject) {
    guard let mode = mount["mountPropagation"]?.string else { return }
    let supported = ["Bidirectional", "HostToContainer", "None"]
    if !supported.contains(mode) { unsupported("mountPropagation", mode, supported) }
    if mode == "Bidirectional", container["securityContext"]?["privileged"]?.bool != true {
      forbidden(
        "mountPropagation",
        "Bidirectional mount propagation is available only to privileged containers")
    }
  }

  /// A path that stays below where it begins (validateLocalDescendingPath).
  mutating func descendingPath(_ field: String, _ path: String) {
    if path.hasPrefix("/") { invalid(field, path, "must be a relative path") }
    noBacksteps(field, path)
  }

  mutating func noBacksteps(_ field: String, _ path: String) {
    if path.split(separator: "/").contains("..") {
      invalid(field, path, "must not contain '..'")
    }
  }

  // MARK: - Security

  private mutating func securityContext(of container: JSONObject) {
    guard let context = container["securityContext"]?.object else { return }
    within("securityContext") { validator in
      validator.identifier("runAsUser", of: context)
      validator.identifier("runAsGroup", of: context)
      validator.oneOf(["Default", "Unmasked"], "procMount", of: context)
      validator.profiles(of: context)
      guard context["allowPrivilegeEscalation"]?.bool == false else { return }
      let dump = GoText.structure("core.SecurityContext", .object(context))
      if context["privileged"]?.bool == true {
        validator.report(
          .invalid, value: dump,
          "cannot set `allowPrivilegeEscalation` to false and `privileged` to true")
      }
      if context["capabilities"]?["add"]?.array?.contains("CAP_SYS_ADMIN") == true {
        validator.report(
          .invalid, value: dump,
          "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN")
      }
    }
  }
}
