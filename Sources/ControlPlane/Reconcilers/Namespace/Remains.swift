import Objects

/// What is left in a namespace on its way out, and how its conditions say so
/// (pkg/controller/namespace/deletion).
struct Remains {
  /// By kind: how many, in the order of the kinds.
  private var counts: [(kind: Kind, count: Int)] = []
  /// By finalizer: how many objects it holds.
  private var held: [String: Int] = [:]

  init(_ contents: [(Kind, ArraySlice<StoredObject>)]) {
    for (kind, objects) in contents where !objects.isEmpty {
      counts.append((kind, objects.count))
      for object in objects {
        for finalizer in Set(object.meta.finalizers) { held[finalizer, default: 0] += 1 }
      }
    }
  }

  var isEmpty: Bool { counts.isEmpty }

  var statements: [Conditions.Statement] {
    [
      .init(
        "NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered",
        "All resources successfully discovered"),
      .init(
        "NamespaceDeletionGroupVersionParsingFailure", "False", "ParsedGroupVersions",
        "All legacy kube types successfully parsed"),
      .init(
        "NamespaceDeletionContentFailure", "False", "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization"),
      content, finalizers,
    ]
  }

  private var content: Conditions.Statement {
    guard !counts.isEmpty else {
      return .init(
        "NamespaceContentRemaining", "False", "ContentRemoved",
        "All content successfully removed")
    }
    let texts = counts.map { kind, count in
      "\(kind.plural).\(kind.group) has \(count) resource instances"
    }
    return .init(
      "NamespaceContentRemaining", "True", "SomeResourcesRemain",
      "Some resources are remaining: " + texts.sorted().joined(separator: ", "))
  }

  private var finalizers: Conditions.Statement {
    guard !held.isEmpty else {
      return .init(
        "NamespaceFinalizersRemaining", "False", "ContentHasNoFinalizers",
        "All content-preserving finalizers finished")
    }
    let texts = held.sorted { $0.key < $1.key }.map {
      "\($0.key) in \($0.value) resource instances"
    }
    return .init(
      "NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain",
      "Some content in the namespace has finalizers remaining: "
        + texts.joined(separator: ", "))
  }
}
