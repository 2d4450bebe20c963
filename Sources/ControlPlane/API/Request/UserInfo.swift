/// Who asks (authentication/v1 UserInfo).
public struct UserInfo: Hashable, Sendable {
  public var name: String
  public var uid: String
  public var groups: [String]
  /// In the order of their names.
  public var extra: [Extra]

  public struct Extra: Hashable, Sendable {
    public let name: String
    public let values: [String]

    public init(name: String, values: [String]) {
      self.name = name
      self.values = values
    }
  }

  public init(name: String, uid: String = "", groups: [String] = [], extra: [Extra] = []) {
    self.name = name
    self.uid = uid
    self.groups = groups
    self.extra = extra
  }

  /// Who shows nothing.
  public static let anonymous = UserInfo(
    name: "system:anonymous", groups: ["system:unauthenticated"])
}
