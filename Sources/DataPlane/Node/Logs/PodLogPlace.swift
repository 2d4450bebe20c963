/// Where a pod's logs are, and which of them there are.
public struct PodLogPlace: Hashable, Sendable {
  public let uid: String
  /// The containers' names.
  public let containers: [String]
  /// Nil before the first container has run.
  public let record: PodRecord?

  public init(uid: String, containers: [String], record: PodRecord?) {
    self.uid = uid
    self.containers = containers
    self.record = record
  }

  /// Why there is no log, in the kubelet's words (kubelet validateContainerLogStatus).
  public enum Refusal: Error, Hashable, Sendable {
    /// 404.
    case notFound(String)
    /// 400.
    case badRequest(String)
  }

  /// The attempt of a container whose log is asked for.
  public func attempt(
    _ container: String, previous: Bool, of pod: String
  ) throws(Refusal) -> Int {
    guard containers.contains(container) else {
      throw .notFound("container \"\(container)\" not found in pod \"\(pod)\"")
    }
    let known = record?[container]
    if previous {
      guard let exit = known?.previous else {
        throw .badRequest(
          "previous terminated container \"\(container)\" in pod \"\(pod)\" not found")
      }
      return exit.attempt
    }
    guard let known else {
      throw .badRequest(
        "container \"\(container)\" in pod \"\(pod)\" is waiting to start: ContainerCreating")
    }
    return known.attempt
  }

  /// Whether more may be written to the attempt's log.
  public func isRunning(_ container: String, attempt: Int) -> Bool {
    guard case .running(let process)? = record?[container]?.state else { return false }
    return process.attempt == attempt
  }
}

extension AgentCore {
  /// The pod of that name; of several, as while one is replaced by its namesake, the one that is
  /// not on its way out. Nil where the node has none.
  public func logPlace(namespace: String, name: String) -> PodLogPlace? {
    var found: PodLogPlace?
    for uid in pods.keys.sorted() {
      guard let place = pods[uid]?.logPlace(namespace: namespace, name: name) else { continue }
      if found == nil || !place.isEnding { found = place.place }
    }
    return found
  }

  public func logPlace(uid: String) -> PodLogPlace? {
    pods[uid]?.logPlace
  }
}

extension AgentPod {
  var logPlace: PodLogPlace? {
    pod.map { PodLogPlace(uid: uid, containers: $0.containers.map(\.name), record: record) }
  }

  fileprivate func logPlace(
    namespace: String, name: String
  ) -> (place: PodLogPlace, isEnding: Bool)? {
    guard let pod, pod.namespace == namespace, pod.name == name, let place = logPlace else {
      return nil
    }
    return (place, pod.isDeleted || desired?.isGone == true)
  }
}
