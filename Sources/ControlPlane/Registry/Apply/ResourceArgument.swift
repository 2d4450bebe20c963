public import Objects

/// Objects as a command line names them: `pods`, `deploy/web`, `deploy web db`, `pods,rs`.
public struct ResourceArgument: Hashable, Sendable {
  public let kinds: [Kind]
  /// Empty for all of the kinds.
  public let objects: [Named]

  public struct Named: Hashable, Sendable {
    public let kind: Kind
    public let name: String
  }

  public enum Failure: Error, Hashable, Sendable {
    case nothing
    case unknown(String)
    /// A kind of Kubernetes that this cluster does not keep.
    case notKept(Kind)
    /// `deploy/web` beside `pods`.
    case mixed
    case noName(String)
    /// Several kinds and names behind them.
    case ambiguous
  }

  public init(_ operands: [String]) throws(Failure) {
    guard let first = operands.first else { throw .nothing }
    if first.contains("/") {
      var objects: [Named] = []
      for operand in operands {
        let parts = operand.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 1 else { throw .mixed }
        guard parts.count == 2, !parts[1].isEmpty else { throw .noName(operand) }
        objects.append(Named(kind: try Self.kind(String(parts[0])), name: String(parts[1])))
      }
      self.objects = objects
      var seen: Set<Kind> = []
      kinds = objects.map(\.kind).filter { seen.insert($0).inserted }
      return
    }
    var kinds: [Kind] = []
    for name in first.split(separator: ",") {
      let found = name == "all" ? Self.everything : [try Self.kind(String(name))]
      for kind in found where !kinds.contains(kind) { kinds.append(kind) }
    }
    guard let kind = kinds.first else { throw .nothing }
    let names = operands.dropFirst()
    if names.contains(where: { $0.contains("/") }) { throw .mixed }
    guard kinds.count == 1 || names.isEmpty else { throw .ambiguous }
    self.kinds = kinds
    objects = names.map { Named(kind: kind, name: $0) }
  }

  /// The category `all`, of what is kept.
  private static let everything = ResourceTable.kubernetes.resources
    .filter { $0.isKept && $0.categories.contains("all") }.map(\.kind)

  private static func kind(_ name: String) throws(Failure) -> Kind {
    guard let resource = ResourceTable.kubernetes.resource(named: name) else {
      throw .unknown(name)
    }
    guard resource.isKept else { throw .notKept(resource.kind) }
    return resource.kind
  }
}

extension ResourceArgument.Failure: CustomStringConvertible {
  /// As kubectl words it.
  public var description: String {
    switch self {
    case .nothing: "You must specify the type of resource. Use one of: \(Self.kept)"
    case .unknown(let name): "the server doesn't have a resource type \"\(name)\""
    case .notKept(let kind): "this cluster keeps no \(kind.plural) yet; it keeps \(Self.kept)"
    case .mixed:
      "there is no need to specify a resource type as a separate argument when passing arguments "
        + "in resource/name form (e.g. 'get resource/<resource_name>' instead of 'get resource "
        + "resource/<resource_name>')"
    case .noName(let operand):
      "arguments in resource/name form may not have more than one slash, and need a name: "
        + "\"\(operand)\""
    case .ambiguous:
      "you may only name objects of one type at a time; use the form resource/name for several"
    }
  }

  private static var kept: String { Kind.all.map(\.plural).joined(separator: ", ") }
}

extension Kind {
  /// As kubectl prints objects: `deployment.apps`, `pod`.
  public var printedName: String { qualified(name.lowercased()) }

  /// As the API names the collection in errors: `deployments.apps`, `pods`.
  public var qualifiedPlural: String { qualified(plural) }

  /// As errors about invalid objects name it: `Deployment.apps`, `Pod`.
  public var qualifiedName: String { qualified(name) }

  private func qualified(_ text: String) -> String { group.isEmpty ? text : "\(text).\(group)" }
}
