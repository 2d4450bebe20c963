public import JSON

/// Fields of an object, each named by its path (structured-merge-diff fieldpath.Set).
///
/// A path may be of the set with or without the paths below it: who owns `spec.replicas` does not
/// own `spec`.
public struct FieldSet: Hashable, Sendable {
  /// In the order of their elements; none is empty.
  private(set) var nodes: [Node]

  struct Node: Hashable, Sendable {
    var element: PathElement
    /// The path up to here is of the set itself.
    var isMember: Bool
    var children: FieldSet

    init(_ element: PathElement, isMember: Bool, children: FieldSet = FieldSet()) {
      self.element = element
      self.isMember = isMember
      self.children = children
    }

    var isEmpty: Bool { !isMember && children.isEmpty }
  }

  public init() {
    nodes = []
  }

  /// In any order; of an element that comes twice both count. Empty nodes are left out.
  init(_ nodes: [Node]) {
    var ascending = true
    var previous: Node?
    for node in nodes {
      if let previous, !(previous.element < node.element) { ascending = false }
      previous = node
    }
    guard !ascending else {
      self.nodes = nodes.contains(where: \.isEmpty) ? nodes.filter { !$0.isEmpty } : nodes
      return
    }
    self.nodes = []
    for node in nodes.sorted(by: { $0.element < $1.element }) where !node.isEmpty {
      if let last = self.nodes.last, last.element == node.element {
        self.nodes[self.nodes.count - 1].isMember = last.isMember || node.isMember
        self.nodes[self.nodes.count - 1].children = last.children.union(node.children)
      } else {
        self.nodes.append(node)
      }
    }
  }

  /// One path; it must not be empty.
  public init(path: [PathElement]) {
    precondition(!path.isEmpty, "a path leads somewhere")
    var set = FieldSet()
    for (place, element) in path.enumerated().reversed() {
      set = FieldSet([Node(element, isMember: place == path.count - 1, children: set)])
    }
    self = set
  }

  public var isEmpty: Bool { nodes.isEmpty }

  /// The node of exactly this element.
  subscript(element: PathElement) -> Node? {
    var low = 0
    var high = nodes.count
    while low < high {
      let middle = (low + high) / 2
      switch PathElement.order(nodes[middle].element, element) {
      case .same: return nodes[middle]
      case .before: low = middle + 1
      case .after: high = middle
      }
    }
    return nil
  }

  /// Every path of the set, in its order.
  public var paths: [[PathElement]] {
    nodes.flatMap { node in
      (node.isMember ? [[node.element]] : [])
        + node.children.paths.map { [node.element] + $0 }
    }
  }

  /// `.spec.template.spec.containers[name="web"].image`
  public static func text(of path: [PathElement]) -> String {
    path.map(\.pathText).joined()
  }
}

// MARK: - Set operations

extension FieldSet {
  public func union(_ other: FieldSet) -> FieldSet {
    if isEmpty { return other }
    if other.isEmpty { return self }
    return combined(with: other) { left, right in
      guard let left, let right else { return left ?? right }
      return Node(
        left.element, isMember: left.isMember || right.isMember,
        children: left.children.union(right.children))
    }
  }

  /// The paths that both have.
  public func intersection(_ other: FieldSet) -> FieldSet {
    if isEmpty || other.isEmpty { return FieldSet() }
    return combined(with: other) { left, right in
      guard let left, let right else { return nil }
      return Node(
        left.element, isMember: left.isMember && right.isMember,
        children: left.children.intersection(right.children))
    }
  }

  /// Without exactly these paths; what is below them stays.
  public func subtracting(_ other: FieldSet) -> FieldSet {
    if isEmpty || other.isEmpty { return self }
    return combined(with: other) { left, right in
      guard let left, let right else { return left }
      return Node(
        left.element, isMember: left.isMember && !right.isMember,
        children: left.children.subtracting(right.children))
    }
  }

  /// Without these paths and everything below them.
  public func removing(_ other: FieldSet) -> FieldSet {
    if isEmpty || other.isEmpty { return self }
    return combined(with: other) { left, right in
      guard let left, let right else { return left }
      guard !right.isMember else { return nil }
      return Node(
        left.element, isMember: left.isMember, children: left.children.removing(right.children))
    }
  }

  /// Only these paths and everything below them.
  public func keeping(_ other: FieldSet) -> FieldSet {
    combined(with: other) { left, right in
      guard let left, let right else { return nil }
      guard !right.isMember else { return left }
      return Node(left.element, isMember: false, children: left.children.keeping(right.children))
    }
  }

  /// One pass over both, element by element; empty nodes are left out.
  private func combined(
    with other: FieldSet, _ combine: (Node?, Node?) -> Node?
  ) -> FieldSet {
    var result: [Node] = []
    result.reserveCapacity(nodes.count)
    var left = 0
    var right = 0
    while left < nodes.count || right < other.nodes.count {
      let node: Node?
      if left == nodes.count {
        node = combine(nil, other.nodes[right])
        right += 1
      } else if right == other.nodes.count {
        node = combine(nodes[left], nil)
        left += 1
      } else {
        switch PathElement.order(nodes[left].element, other.nodes[right].element) {
        case .before:
          node = combine(nodes[left], nil)
          left += 1
        case .after:
          node = combine(nil, other.nodes[right])
          right += 1
        case .same:
          node = combine(nodes[left], other.nodes[right])
          left += 1
          right += 1
        }
      }
      if let node, !node.isEmpty { result.append(node) }
    }
    return FieldSet(ascending: result)
  }

  /// Nodes that are known to be in order and not empty.
  private init(ascending nodes: [Node]) {
    self.nodes = nodes
  }
}

// MARK: - FieldsV1

extension FieldSet {
  /// As `fieldsV1` has it (meta/v1 FieldsV1): `{"f:spec":{"f:replicas":{}}}`; `.` stands for a path
  /// that is of the set as well as paths below it.
  public var json: JSONObject { json(isMember: false) }

  private func json(isMember: Bool) -> JSONObject {
    var members: [JSONObject.Member] = []
    members.reserveCapacity(nodes.count + 1)
    if isMember && !isEmpty {
      members.append(JSONObject.Member(name: ".", value: .object(JSONObject())))
    }
    for node in nodes {
      members.append(
        JSONObject.Member(
          name: node.element.memberName,
          value: .object(node.children.json(isMember: node.isMember))))
    }
    return JSONObject(distinct: members)
  }

  /// Reads a `fieldsV1`; throws for one that Kubernetes' decoder refuses.
  public init(_ json: JSONObject) throws(FieldSetError) {
    var nodes: [Node] = []
    nodes.reserveCapacity(json.count)
    for member in json.members where member.name != "." {
      guard let element = try PathElement(memberName: member.name) else { continue }
      guard let below = member.value.object else { throw .notAnObject(member.name) }
      let children = try FieldSet(below)
      nodes.append(
        Node(
          element, isMember: below["."] != nil || children.isEmpty,
          children: children))
    }
    self.init(nodes)
  }
}
