/// Who a write's fields belong to afterwards (meta/v1 ManagedFieldsEntry).
public struct FieldManager: Hashable, Sendable {
  /// `kubectl-create`, `kube-controller-manager`; at most 128 bytes.
  public var name: String
  public var operation: Operation
  /// `status`, `scale`; empty for the object itself.
  public var subresource: String
  /// The version that the writer speaks: `apps/v1`.
  public var apiVersion: String

  public enum Operation: String, Hashable, Sendable {
    /// Server-side apply.
    case apply = "Apply"
    case update = "Update"
  }

  public init(
    name: String, operation: Operation, apiVersion: String, subresource: String = ""
  ) {
    self.name = name
    self.operation = operation
    self.apiVersion = apiVersion
    self.subresource = subresource
  }
}
