import JSON
import Objects

/// core/v1 Probe and Lifecycle.
extension Validator {
  mutating func probes(of container: JSONObject) {
    for field in ["livenessProbe", "readinessProbe", "startupProbe"] {
      ifObject(field, of: container) { validator, probe in
        validator.handler(probe)
        for number in [
          "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold",
          "failureThreshold",
        ] {
          validator.nonnegative(number, of: probe)
        }
        if field == "readinessProbe" {
          if let grace = probe["terminationGracePeriodSeconds"]?.int64 {
            validator.invalid(
              "terminationGracePeriodSeconds", grace, "must not be set for readinessProbes")
          }
          return
        }
        if let grace = probe["terminationGracePeriodSeconds"]?.int64, grace <= 0 {
          validator.invalid("terminationGracePeriodSeconds", grace, "must be greater than 0")
        }
        let threshold = probe["successThreshold"]?.int64 ?? 0
        if threshold != 1 { validator.invalid("successThreshold", threshold, "must be 1") }
      }
    }
  }

  mutating func lifecycle(of container: JSONObject) {
    ifObject("lifecycle", of: container) { validator, lifecycle in
      for field in ["postStart", "preStop"] {
        validator.ifObject(field, of: lifecycle) { $0.handler($1) }
      }
    }
  }

  private static let handlers = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"]

  /// Exactly one way to ask or to tell.
  private mutating func handler(_ handler: JSONObject) {
    var count = 0
    for field in Self.handlers {
      guard let action = handler[field]?.object else { continue }
      count += 1
      guard count == 1 else {
        forbidden(field, "may not specify more than 1 handler type")
        continue
      }
      within(field) { validator in
        switch field {
        case "exec":
          if (action["command"]?.array ?? []).isEmpty { validator.required("command") }
        case "httpGet": validator.httpGet(action)
        case "sleep": break
        default: validator.port("port", of: action)
        }
      }
    }
    if count == 0 { required(nil, "must specify a handler type") }
  }

  private mutating func httpGet(_ action: JSONObject) {
    if (action["path"]?.string ?? "").isEmpty { required("path") }
    port("port", of: action)
    let scheme = action["scheme"]?.string ?? ""
    let supported = ["HTTP", "HTTPS"]
    if !supported.contains(scheme) { unsupported("scheme", scheme, supported) }
  }

  /// A port's number, or its name.
  private mutating func port(_ field: String, of parent: JSONObject) {
    switch IntOrString(json: parent[field]) {
    case .string(let name): invalid(field, name, NameSyntax.portNameComplaints(name))
    case .int(let number): portNumber(field, Int64(number))
    case nil: portNumber(field, 0)
    }
  }
}
