public import JSON
public import Objects

/// One thing that a reconciler, or a user's command, wants written. `ObjectRegistry` turns it into
/// values: nobody else writes API objects.
public enum Intent: Hashable, Sendable {
  /// A new object: `metadata.name` or `metadata.generateName`, and what is wanted of it. The
  /// registry gives the uid, the time and the defaults.
  case create(Kind, JSONObject)
  /// Everything but the status; refused when the object is no longer as `from` has it.
  case update(from: StoredObject, to: JSONObject)
  /// Only the status of `to` is taken.
  case updateStatus(from: StoredObject, to: JSONObject)
  /// Only what the subresource is about is taken from `to`.
  case updateSubresource(from: StoredObject, to: JSONObject, Subresource)
  /// Puts a pod on a node, and says so in its condition PodScheduled.
  case bind(pod: StoredObject, node: String)
  /// As a user's DELETE: finalizers and grace decide whether the object goes or is only marked.
  case delete(StoredObject, DeleteOptions)
  /// A key of `/nodes/`, which is no API object; `from` is nil where it must not exist yet.
  case put(StoreKey, JSONObject, from: StoredObject?)
  /// Removes a key of `/nodes/`.
  case remove(StoredObject)

  /// A part of an object that is written apart from the rest, beside its status.
  public enum Subresource: String, Hashable, Sendable {
    /// `spec.finalizers` of a Namespace.
    case finalize
    /// `spec.ephemeralContainers` of a Pod.
    case ephemeralContainers = "ephemeralcontainers"
    /// `resources` of a Pod's containers.
    case resize
    /// `status.conditions` of a CertificateSigningRequest.
    case approval
  }
}

/// meta/v1 DeleteOptions.
public struct DeleteOptions: Hashable, Sendable {
  /// Seconds from SIGTERM to SIGKILL for pods; nil takes the pod's own.
  public var graceSeconds: Int64?
  /// Nil: as the object's finalizers say already, else in the background.
  public var propagation: Propagation?

  public enum Propagation: String, Sendable {
    /// Dependents go after the object.
    case background = "Background"
    /// Dependents go first; the object waits for them.
    case foreground = "Foreground"
    /// Dependents stay, without this owner.
    case orphan = "Orphan"
  }

  public init(graceSeconds: Int64? = nil, propagation: Propagation? = nil) {
    self.graceSeconds = graceSeconds
    self.propagation = propagation
  }
}
