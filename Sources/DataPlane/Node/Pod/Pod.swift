/// What a node is asked to run: the part of a Kubernetes Pod (core/v1) that the process runtime
/// understands. Everything else in the object is ignored here.
public struct Pod: Hashable, Sendable {
  public var name: String
  public var namespace: String
  /// Names the pod for ever; also its folder on the node and its key in the store.
  public var uid: String
  public var containers: [ContainerSpec]
  public var restartPolicy: RestartPolicy
  /// From SIGTERM to SIGKILL, whole seconds; Kubernetes' default is 30.
  public var gracePeriodSeconds: Int
  /// `metadata.deletionTimestamp` is set: the pod is to be stopped and its end reported.
  public var isDeleted: Bool

  /// Kubernetes' `terminationGracePeriodSeconds` where the object names none.
  public static let graceSecondsDefault = 30

  public init(
    name: String, namespace: String, uid: String, containers: [ContainerSpec],
    restartPolicy: RestartPolicy = .always, gracePeriodSeconds: Int = graceSecondsDefault,
    isDeleted: Bool = false
  ) {
    self.name = name
    self.namespace = namespace
    self.uid = uid
    self.containers = containers
    self.restartPolicy = restartPolicy
    self.gracePeriodSeconds = gracePeriodSeconds
    self.isDeleted = isDeleted
  }

  /// `spec.restartPolicy`, spelled as Kubernetes spells it.
  public enum RestartPolicy: String, Sendable {
    case always = "Always"
    case onFailure = "OnFailure"
    case never = "Never"

    /// Whether a container that ended so is started again.
    func restarts(after exit: ContainerExit) -> Bool {
      switch self {
      case .always: true
      case .onFailure: exit.isFailure
      case .never: false
      }
    }
  }
}

/// One process to run: everything that its start needs, variables already expanded.
public struct ContainerSpec: Hashable, Sendable {
  public var name: String
  /// `command` followed by `args`; at least one element.
  public var arguments: [String]
  public var environment: [EnvironmentVariable]
  public var workingFolder: String?
  public var limits: ResourceLimits

  public init(
    name: String, arguments: [String], environment: [EnvironmentVariable] = [],
    workingFolder: String? = nil, limits: ResourceLimits = ResourceLimits()
  ) {
    self.name = name
    self.arguments = arguments
    self.environment = environment
    self.workingFolder = workingFolder
    self.limits = limits
  }
}

public struct EnvironmentVariable: Hashable, Sendable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// `resources.limits` of one container; nil is without limit.
public struct ResourceLimits: Hashable, Sendable {
  /// Thousandths of a core.
  public var cpuMillicores: Int64?
  public var memoryBytes: Int64?

  public init(cpuMillicores: Int64? = nil, memoryBytes: Int64? = nil) {
    self.cpuMillicores = cpuMillicores
    self.memoryBytes = memoryBytes
  }
}

/// Why a desired value cannot be run on this node; the text goes into the pod's status.
public enum PodError: Error, Hashable, Sendable {
  case notJSON(String)
  case missing(field: String)
  case invalid(field: String, expected: String)
  /// The uid in the object is not the one in its key.
  case uidMismatch(key: String, object: String)

  public var message: String {
    switch self {
    case .notJSON(let text): "not JSON: \(text)"
    case .missing(let field): "\(field) is missing"
    case .invalid(let field, let expected): "\(field): expected \(expected)"
    case .uidMismatch(let key, let object):
      "metadata.uid is \(object), but the key names \(key)"
    }
  }
}
