/// Whether rules allow all that other rules allow: nobody grants what he does not hold, and nothing
/// is added that is there already (apiserver rbac/validation).
extension PolicyRule {
  /// A rule is taken apart into at most this many; one that has more counts as not covered.
  static let partsMax = 2_000

  /// What `held` does not cover of `wanted`, in small rules: one group, resource and name, or one
  /// path, each with the verbs that are missing.
  public static func missing(from held: [PolicyRule], of wanted: [PolicyRule]) -> [PolicyRule] {
    var missing: [PolicyRule] = []
    for rule in wanted where !held.contains(where: { $0.covers(rule) }) {
      guard let parts = rule.parts else {
        missing.append(rule)
        continue
      }
      missing += parts.filter { part in !held.contains { $0.covers(part) } }
    }
    return joined(missing)
  }

  /// Whether everything that `rule` allows is allowed by this one alone.
  func covers(_ rule: PolicyRule) -> Bool {
    guard Self.all(rule.verbs, in: verbs) else { return false }
    if !rule.paths.isEmpty {
      return rule.resources.isEmpty
        && rule.paths.allSatisfy { path in paths.contains { Self.path($0, covers: path) } }
    }
    return Self.all(rule.groups, in: groups)
      && (resources.contains("*") || rule.resources.allSatisfy(hasResource))
      && (names.isEmpty || !rule.names.isEmpty && rule.names.allSatisfy(names.contains))
  }

  private static func all(_ texts: [String], in list: [String]) -> Bool {
    list.contains("*") || texts.allSatisfy(list.contains)
  }

  private func hasResource(_ text: String) -> Bool {
    if resources.contains(text) { return true }
    guard let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")) else { return false }
    return resources.contains("*\(text[slash...])")
  }

  /// Nil where there are too many.
  private var parts: [PolicyRule]? {
    let names = names.isEmpty ? [[]] : names.map { [$0] }
    var count = verbs.count
    for factor in [groups.count, resources.count, names.count] {
      count = count.multipliedReportingOverflow(by: factor).partialValue
      // Each list comes from a body of bounded size: the product of two is far from overflow.
      guard count <= Self.partsMax else { return nil }
    }
    guard verbs.count * paths.count <= Self.partsMax else { return nil }
    var parts: [PolicyRule] = []
    for group in groups {
      for resource in resources {
        for name in names {
          for verb in verbs {
            parts.append(
              PolicyRule(verbs: [verb], groups: [group], resources: [resource], names: name))
          }
        }
      }
    }
    for path in paths {
      for verb in verbs { parts.append(PolicyRule(verbs: [verb], paths: [path])) }
    }
    return parts
  }

  /// Parts that differ only in their verb as one rule, where the first of them stood.
  private static func joined(_ parts: [PolicyRule]) -> [PolicyRule] {
    var joined: [PolicyRule] = []
    var places: [PolicyRule: Int] = [:]
    for part in parts {
      guard part.paths.isEmpty, part.verbs.count == 1 else {
        joined.append(part)
        continue
      }
      var subject = part
      subject.verbs = []
      if let place = places[subject] {
        if !joined[place].verbs.contains(part.verbs[0]) { joined[place].verbs += part.verbs }
      } else {
        places[subject] = joined.count
        joined.append(part)
      }
    }
    return joined
  }

  /// As messages show a rule: `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`.
  public var text: String {
    let lists = [
      ("APIGroups", groups), ("Resources", resources), ("NonResourceURLs", paths),
      ("ResourceNames", names), ("Verbs", verbs),
    ]
    let parts = lists.filter { !$0.1.isEmpty }.map { name, texts in
      "\(name):[\(texts.map(GoText.quoted).joined(separator: " "))]"
    }
    return "{\(parts.joined(separator: ", "))}"
  }
}
