import Objects
import Testing

@Suite struct `Descriptions of types and fields` {
  /// The kinds that are alive end to end, and what they hold.
  private static let types: [TypeSchema] = {
    let schema = Schema.kubernetes
    let kinds: [Kind] = [
      .pod, .deployment, .replicaSet, .service, .endpointSlice, .configMap, .secret,
      .serviceAccount, .namespace, .event, .node, .lease,
    ]
    var pending = kinds.compactMap { schema.type(of: $0)?.name }
    var found: [String: TypeSchema] = [:]
    while let name = pending.popLast() {
      guard found[name] == nil, let type = schema.type(name) else { continue }
      found[name] = type
      pending += type.fields.compactMap { $0.type.named }
    }
    return found.values.sorted { $0.name < $1.name }
  }()

  @Test func `everything of the kinds that are alive is described`() {
    #expect(Self.types.count > 180)
    for type in Self.types {
      #expect(Descriptions.kubernetes.type(type.name) != nil, "\(type.name)")
      for field in type.fields {
        let sentence = Descriptions.kubernetes.field(field.name, of: type.name)
        #expect(sentence?.hasSuffix(".") == true, "\(type.name) \(field.name)")
      }
    }
  }

  @Test func `a field's own sentence, that of its name, or none`() {
    let descriptions = Descriptions.kubernetes
    #expect(
      descriptions.field("strategy", of: "apps.v1.DeploymentSpec")
        == "How old pods are replaced by new ones.")
    #expect(
      descriptions.field("metadata", of: "core.v1.Pod")
        == "Name, labels and what else every object has.")
    #expect(descriptions.field("nothing", of: "core.v1.Pod") == nil)
    // A condition's status is no object's.
    #expect(descriptions.field("status", of: "apps.v1.StatefulSetCondition") == nil)
    #expect(descriptions.type("core.v1.Nothing") == nil)
  }
}

extension ValueType {
  fileprivate var named: String? {
    switch self {
    case .object(let name): name
    case .list(let element), .map(let element): element.named
    case .string, .bytes, .int32, .int64, .double, .boolean, .any: nil
    }
  }
}
