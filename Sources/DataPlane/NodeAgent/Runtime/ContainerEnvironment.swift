import Node

/// The variables that a process of a pod gets: a few of the node agent's, then the pod's own.
struct ContainerEnvironment {
  private(set) var variables: [EnvironmentVariable]

  /// What a program needs to find its way on a host; nothing else of the agent's is handed on.
  private static let inherited = ["HOME", "LANG", "LC_ALL", "PATH", "TZ", "USER"]
  private static let searchPathDefault =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  /// `assignments` as a process has them: `NAME=value` each.
  init(_ assignments: [String]) {
    variables = assignments.compactMap { assignment in
      guard let equals = assignment.firstIndex(of: "=") else { return nil }
      let name = String(assignment[..<equals])
      guard Self.inherited.contains(name) else { return nil }
      return EnvironmentVariable(name, String(assignment[assignment.index(after: equals)...]))
    }
    if !variables.contains(where: { $0.name == "PATH" }) {
      variables.append(EnvironmentVariable("PATH", Self.searchPathDefault))
    }
  }

  /// Later variables replace earlier ones of the same name, in place.
  func merged(with own: [EnvironmentVariable]) -> ContainerEnvironment {
    var result = self
    for variable in own {
      if let index = result.variables.firstIndex(where: { $0.name == variable.name }) {
        result.variables[index] = variable
      } else {
        result.variables.append(variable)
      }
    }
    return result
  }

  var assignments: [String] { variables.map { "\($0.name)=\($0.value)" } }

  var searchPath: String {
    variables.first { $0.name == "PATH" }?.value ?? Self.searchPathDefault
  }
}
