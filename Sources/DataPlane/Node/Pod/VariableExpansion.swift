/// Replaces `$(NAME)` by the variable's value, as Kubernetes does in commands, arguments and values
/// of variables (core/v1 Container.command): an unknown reference stays as it is, `$$` is one `$`,
/// so that `$$(NAME)` stays unexpanded.
func expandVariables(in text: String, with variables: [EnvironmentVariable]) -> String {
  var output = ""
  var rest = text[...]
  while let dollar = rest.firstIndex(of: "$") {
    output += rest[..<dollar]
    rest = rest[rest.index(after: dollar)...]
    switch rest.first {
    case "$":
      output += "$"
      rest = rest.dropFirst()
    case "(":
      guard let end = rest.firstIndex(of: ")") else {
        output += "$"
        continue
      }
      let name = rest[rest.index(after: rest.startIndex)..<end]
      // The last variable of a name wins, as in a process's environment.
      let value = variables.last { $0.name == name }?.value
      output += value ?? "$(\(name))"
      rest = rest[rest.index(after: end)...]
    case _:
      output += "$"
    }
  }
  return output + rest
}
