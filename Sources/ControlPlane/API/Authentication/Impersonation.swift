import Base
import HTTP
import Objects
import Registry

/// Who speaks for somebody else (`kubectl --as`): RBAC's verb `impersonate` decides, for the user
/// and for each group, the uid and each extra value by itself.
enum Impersonation {
  private static let prefix: Bytes = "impersonate-"
  private static let userField: Bytes = "impersonate-user"
  private static let groupField: Bytes = "impersonate-group"
  private static let uidField: Bytes = "impersonate-uid"
  private static let extraPrefix: Bytes = "impersonate-extra-"
  private static let ownGroup = "authentication.k8s.io"

  /// Whom the request speaks for: `requester` where it names nobody.
  static func user(
    asked request: APIRequest, by requester: UserInfo, _ serving: Serving
  ) throws(APIStatus) -> UserInfo {
    let fields = request.fields
    guard fields.hasName(startingWith: prefix) else { return requester }
    let name = fields[userField]?.text ?? ""
    let groups = fields.values(of: groupField).map(\.text)
    let uid = fields[uidField]?.text ?? ""
    let extra = extra(fields)
    guard !name.isEmpty else {
      guard !groups.isEmpty || !uid.isEmpty || !extra.isEmpty else { return requester }
      let target = GoText.quoted(request.target)
      throw .text(
        500,
        "Internal Server Error: \(target): requested \(wanted(groups, uid, extra)) "
          + "without impersonating a user")
    }
    var user = UserInfo(name: name, uid: uid, groups: groups, extra: extra)
    if let account = user.serviceAccount {
      try check(
        .init(plural: "serviceaccounts", namespace: account.namespace, name: account.name),
        requester, serving)
      if groups.isEmpty { user.groups = UserInfo.serviceAccountGroups(account.namespace) }
    } else {
      try check(.init(plural: "users", name: name), requester, serving)
    }
    for group in groups { try check(.init(plural: "groups", name: group), requester, serving) }
    if !uid.isEmpty {
      try check(.init(group: ownGroup, plural: "uids", name: uid), requester, serving)
    }
    for entry in extra {
      for value in entry.values {
        let resource = AccessAttributes.Resource(
          group: ownGroup, plural: "userextras", subresource: entry.name, name: value)
        try check(resource, requester, serving)
      }
    }
    let isAnonymous = name == UserInfo.anonymous.name
    let own = isAnonymous ? UserInfo.unauthenticated : UserInfo.authenticated
    if !user.groups.contains(UserInfo.authenticated), !user.groups.contains(own) {
      if isAnonymous || !user.groups.contains(UserInfo.unauthenticated) { user.groups.append(own) }
    }
    return user
  }

  private static func check(
    _ resource: AccessAttributes.Resource, _ requester: UserInfo, _ serving: Serving
  ) throws(APIStatus) {
    let attributes = AccessAttributes(verb: "impersonate", .resource(resource))
    guard serving.access.reason(requester, may: attributes) != nil else {
      throw Authorization.forbidden(requester, attributes)
    }
  }

  /// By name: the same entry may come in several fields, percent-encoded and in any case.
  private static func extra(_ fields: HeaderFields) -> [UserInfo.Extra] {
    var values: [String: [String]] = [:]
    for field in fields where field.name.hasPrefix(extraPrefix) {
      let coded = field.name.dropFirst(extraPrefix.count).text
      let name = RequestTarget.decoded(coded[...], plusIsSpace: false) ?? coded
      values[name.lowercased(), default: []].append(field.value.text)
    }
    return values.keys.sorted().map { UserInfo.Extra(name: $0, values: values[$0] ?? []) }
  }

  /// Go's `%v` of the core/v1 ObjectReferences that would have been asked about: kind, namespace,
  /// name, uid, version, resource version and field path.
  private static func wanted(
    _ groups: [String], _ uid: String, _ extra: [UserInfo.Extra]
  ) -> String {
    var texts = groups.map { "{Group  \($0)    }" }
    for entry in extra {
      texts += entry.values.map { "{UserExtra  \($0)  \(ownGroup)/v1  \(entry.name)}" }
    }
    if !uid.isEmpty { texts.append("{UID  \(uid)  \(ownGroup)/v1  }") }
    return "[\(texts.joined(separator: " "))]"
  }
}
