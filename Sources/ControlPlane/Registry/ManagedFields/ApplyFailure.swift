/// Why server-side apply refuses a configuration; kube-apiserver's codes, reasons and texts.
public enum ApplyFailure: Error, Hashable, Sendable {
  /// 400 BadRequest
  case badRequest(String)
  /// 500 without a reason: the configuration does not fit its type.
  case untyped(String)
  /// 409 Conflict: others have set what the configuration wants otherwise. In the order of the
  /// managers, then of the paths; not empty.
  case conflicts([Conflict])

  /// One field that another manager has with another value.
  public struct Conflict: Hashable, Sendable {
    public let manager: FieldManager
    public let path: [PathElement]
  }
}

extension ApplyFailure {
  public var message: String {
    switch self {
    case .badRequest(let text), .untyped(let text): return text
    case .conflicts(let conflicts):
      if conflicts.count == 1 {
        return "Apply failed with 1 conflict: \(conflicts[0].message): \(conflicts[0].field)"
      }
      var lines: [String] = []
      var manager: FieldManager?
      for conflict in conflicts {
        if conflict.manager != manager {
          manager = conflict.manager
          lines.append("conflicts with \(conflict.manager.text):")
        }
        lines.append("- \(conflict.field)")
      }
      return "Apply failed with \(conflicts.count) conflicts: \(lines.joined(separator: "\n"))"
    }
  }
}

extension ApplyFailure.Conflict {
  /// The cause's message; its type is `FieldManagerConflict`.
  public var message: String { "conflict with \(manager.text)" }

  /// `.spec.replicas`
  public var field: String { FieldSet.text(of: path) }
}

extension FieldManager {
  /// `"kubectl" with subresource "scale" using apps/v1`
  fileprivate var text: String {
    var text = GoText.quoted(name)
    if !subresource.isEmpty { text += " with subresource \(GoText.quoted(subresource))" }
    return operation == .update ? "\(text) using \(apiVersion)" : text
  }
}

extension ApplyFailure: CustomStringConvertible {
  public var description: String { message }
}
