public import JSON

/// The priority classes that every cluster has.
public enum SystemClasses {
  /// As they are made: names, values and descriptions.
  public static let manifests: [(name: String, json: JSONObject)] = PodClasses.system.map { known in
    (
      known.name,
      JSONObject([
        .init(name: "metadata", value: ["name": .string(known.name)]),
        .init(name: "value", value: .number(known.value)),
        .init(name: "description", value: .string(known.description)),
      ])
    )
  }
}
