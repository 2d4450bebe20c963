import JSON
import Objects

/// Amounts in their canonical form, so that two objects that want the same say the same.
enum Quantities {
  /// Every amount of a map, rounded up to thousandths (SetDefaults_ResourceList); true where one
  /// was written otherwise.
  static func canonicalize(_ amounts: inout JSONObject) -> Bool {
    var isChanged = false
    for member in amounts.members {
      guard let quantity = Quantity(json: member.value) else { continue }
      let text = quantity.roundedToMilli.description
      guard member.value.string != text else { continue }
      amounts[member.name] = .string(text)
      isChanged = true
    }
    return isChanged
  }

  /// One amount.
  static func canonicalize(_ name: String, of parent: inout JSONObject) -> Bool {
    guard let value = parent[name], let quantity = Quantity(json: value),
      value.string != quantity.description
    else { return false }
    parent[name] = .string(quantity.description)
    return true
  }
}
