/// Where each field of a document stands in its text.
public struct FieldPositions: Sendable {
  /// One value; aliases share the values of their anchors.
  struct Node: Sendable {
    var position: TextPosition
    /// In the order of the text.
    var members: [Member] = []
    var elements: [Int] = []
  }

  struct Member: Sendable {
    let name: String
    /// Of the key.
    let position: TextPosition
    let node: Int
  }

  var nodes: [Node] = []
  var root = 0

  /// The place of the field that a path such as `spec.template.spec.containers[0].name` names, else
  /// of the innermost one on the way that exists: a missing field is told of at its parent.
  ///
  /// Brackets hold an index, or a key that may have dots:
  /// `metadata.labels[app.kubernetes.io/name]`.
  public func position(of path: String) -> TextPosition {
    guard nodes.indices.contains(root) else { return TextPosition(line: 1, column: 1) }
    var node = root
    var place = nodes[root].position
    var rest = path[...]
    while !rest.isEmpty {
      guard let next = step(from: node, &rest) else { return place }
      (node, place) = next
    }
    return place
  }

  /// The positions of a list's element, as those of a document of its own.
  public func element(_ index: Int, of name: String) -> FieldPositions {
    guard nodes.indices.contains(root),
      let member = nodes[root].members.last(where: { $0.name.utf8.elementsEqual(name.utf8) }),
      nodes[member.node].elements.indices.contains(index)
    else { return self }
    var positions = self
    positions.root = nodes[member.node].elements[index]
    return positions
  }

  private func step(
    from node: Int, _ rest: inout Substring
  ) -> (node: Int, position: TextPosition)? {
    if rest.first == "[" {
      guard let end = rest.firstIndex(of: "]") else { return nil }
      let inner = rest[rest.index(after: rest.startIndex)..<end]
      rest = rest[rest.index(after: end)...]
      if rest.first == "." { rest = rest.dropFirst() }
      let elements = nodes[node].elements
      if let index = Int(inner), elements.indices.contains(index) {
        return (elements[index], nodes[elements[index]].position)
      }
      return member(of: node, named: inner)
    }
    // The longest key that fits: keys may have dots of their own.
    var end = rest.endIndex
    while true {
      if let found = member(of: node, named: rest[..<end]) {
        rest = rest[end...]
        if rest.first == "." { rest = rest.dropFirst() }
        return found
      }
      guard let shorter = rest[..<end].lastIndex(where: { $0 == "." || $0 == "[" }),
        shorter != rest.startIndex
      else { return nil }
      end = shorter
    }
  }

  private func member(
    of node: Int, named name: Substring
  ) -> (node: Int, position: TextPosition)? {
    let found = nodes[node].members.last { $0.name.utf8.elementsEqual(name.utf8) }
    return found.map { ($0.node, $0.position) }
  }
}
