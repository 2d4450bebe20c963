import Base
import HTTP
import JSON
import Objects
import Registry

/// `GET .../pods/<pod>/log`: who has the log, and what of it is asked for (registry/core/pod
/// LogLocation).
enum PodLogs {
  static func verdict(
    _ exchange: Exchange, _ asked: RequestInfo.ResourceRequest, _ serving: Serving
  ) throws(APIStatus) -> Verdict {
    let key = ObjectKey(.pod, namespace: asked.namespace, name: asked.name)
    guard !asked.namespace.isEmpty, asked.rest.isEmpty else { throw .noSuchPath }
    let options = try Options(exchange.info.target, pod: asked.name)
    guard let pod = serving.view[key] else {
      throw APIStatus(.notFound(.pod, name: asked.name))
    }
    let container = try container(options.container, of: pod)
    guard let node = pod.pod?.node, !node.isEmpty else {
      // Nothing runs before a node has the pod: there is no log yet.
      guard exchange.isFresh else { return .refresh }
      return .respond(APIResponse(.noContent))
    }
    let place = try place(of: node, in: serving.view)
    return .forward(
      AgentRequest(
        node: node, address: place.address, port: place.port, method: "GET",
        target: "/containerLogs/\(pod.meta.namespace)/\(pod.meta.name)/\(container)"
          + options.query))
  }

  // MARK: - Which container

  private static func container(
    _ wanted: String, of pod: StoredObject
  ) throws(APIStatus) -> String {
    let name = pod.meta.name
    let spec = pod.json["spec"]
    let main = names(spec?["containers"])
    let initial = names(spec?["initContainers"])
    guard wanted.isEmpty else {
      if (main + initial + names(spec?["ephemeralContainers"])).contains(wanted) { return wanted }
      throw .badRequest("container \(wanted) is not valid for pod \(name)")
    }
    if main.count == 1 { return main[0] }
    var text = "a container name must be specified for pod \(name)"
    if !main.isEmpty { text += ", choose one of: [\(main.joined(separator: " "))]" }
    if !initial.isEmpty {
      text += " or one of the init containers: [\(initial.joined(separator: " "))]"
    }
    throw .badRequest(text)
  }

  private static func names(_ containers: JSONValue?) -> [String] {
    (containers?.array ?? []).compactMap { $0["name"]?.string }
  }

  // MARK: - Which agent

  private static func place(
    of node: String, in view: ClusterView
  ) throws(APIStatus) -> (address: String, port: Int) {
    guard let object = view[ObjectKey(.node, namespace: "", name: node)] else {
      throw APIStatus(.notFound(.node, name: node))
    }
    let status = object.json["status"]
    let addresses = status?["addresses"]?.array ?? []
    let port = status?["daemonEndpoints"]?["kubeletEndpoint"]?["Port"]?.int64 ?? 0
    guard let address = addresses.first(where: { $0["type"]?.string == "InternalIP" })?["address"],
      let text = address.string, (1...65_535).contains(port)
    else {
      // Hollow nodes run nothing that writes.
      throw APIStatus(501, "NotImplemented", "the agent of node \"\(node)\" serves no logs")
    }
    return (text, Int(port))
  }
}

extension PodLogs {
  /// What the query asks for (core/v1 PodLogOptions).
  struct Options {
    private(set) var container = ""
    /// For the agent, from the question mark on; empty for none.
    private(set) var query = ""

    init(_ target: RequestTarget, pod: String) throws(APIStatus) {
      container = target["container"] ?? ""
      let tail = try Self.number("tailLines", target)
      let limit = try Self.number("limitBytes", target)
      let seconds = try Self.number("sinceSeconds", target)
      let time = try Self.time(target)
      let errors = Self.errors(tail, limit, seconds, hasTime: time != nil)
      if !errors.isEmpty { throw Self.invalid(errors, pod) }
      var pairs: [String] = []
      for name in ["follow", "previous", "timestamps"] where Self.flag(name, target) {
        pairs.append("\(name)=true")
      }
      let numbers = [("tailLines", tail), ("limitBytes", limit), ("sinceSeconds", seconds)]
      for (name, value) in numbers { if let value { pairs.append("\(name)=\(value)") } }
      if let time { pairs.append("sinceTime=\(time.rfc3339Micro)") }
      if !pairs.isEmpty { query = "?" + pairs.joined(separator: "&") }
    }

    /// Anything but `false` and `0` is true, also an empty value (apimachinery
    /// Convert_Slice_string_To_bool).
    private static func flag(_ name: String, _ target: RequestTarget) -> Bool {
      guard let text = target[name] else { return false }
      return text != "false" && text != "0"
    }

    private static func number(
      _ name: String, _ target: RequestTarget
    ) throws(APIStatus) -> Int64? {
      guard let text = target[name] else { return nil }
      guard let number = Int64(text) else {
        throw .badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
      }
      return number
    }

    private static func time(_ target: RequestTarget) throws(APIStatus) -> WallTime? {
      guard let text = target["sinceTime"], !text.isEmpty else { return nil }
      guard let time = WallTime(rfc3339: text) else {
        throw .badRequest(
          "parsing time \"\(text)\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\(text)\"")
      }
      return time
    }

    /// core validation ValidatePodLogOptions.
    private static func errors(
      _ tail: Int64?, _ limit: Int64?, _ seconds: Int64?, hasTime: Bool
    ) -> [FieldError] {
      var errors: [FieldError] = []
      func invalid(_ path: String, _ value: Int64, _ detail: String) {
        errors.append(
          FieldError(path: path, type: .invalid, value: "\(value)", detail: detail))
      }
      if let tail, tail < 0 {
        invalid("tailLines", tail, "must be greater than or equal to 0")
      }
      if let limit, limit < 1 { invalid("limitBytes", limit, "must be greater than 0") }
      if seconds != nil && hasTime {
        errors.append(
          FieldError(
            path: "", type: .forbidden,
            detail: "at most one of `sinceTime` or `sinceSeconds` may be specified"))
      } else if let seconds, seconds < 1 {
        invalid("sinceSeconds", seconds, "must be greater than 0")
      }
      return errors
    }

    private static func invalid(_ errors: [FieldError], _ pod: String) -> APIStatus {
      let texts = errors.map(\.description)
      let text = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
      var details = APIStatus.Details(name: pod, kind: "PodLogOptions")
      details.causes = errors.map {
        APIStatus.Cause(reason: $0.causeReason, message: $0.message, field: $0.path)
      }
      return APIStatus(422, "Invalid", "PodLogOptions \"\(pod)\" is invalid: \(text)", details)
    }
  }
}
