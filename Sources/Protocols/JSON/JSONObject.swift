import Base

/// The members of an object in their order; no name comes twice.
///
/// Equal when the same names have equal values, in any order (RFC 8259 section 4).
public struct JSONObject: Sendable {
  public struct Member: Hashable, Sendable {
    public let name: String
    public var value: JSONValue

    public init(name: String, value: JSONValue) {
      self.name = name
      self.value = value
    }

    public static func == (left: Member, right: Member) -> Bool {
      left.name.utf8.elementsEqual(right.name.utf8) && left.value == right.value
    }

    public func hash(into hasher: inout Hasher) {
      for byte in name.utf8 { hasher.combine(byte) }
      hasher.combine(value)
    }
  }

  public private(set) var members: [Member]
  /// Names to places, kept only for objects whose search would be slow: names come from peers.
  private var places: [Bytes: Int]

  /// Objects beyond this many members are searched by hash.
  private static let searchedMax = 16

  public init() {
    members = []
    places = [:]
  }

  /// A name that comes twice is a programmer error.
  public init(_ members: [Member]) {
    self.init()
    for member in members {
      precondition(append(member), "a member's name comes twice")
    }
  }

  public var count: Int { members.count }
  public var isEmpty: Bool { members.isEmpty }

  /// Setting nil removes the member; setting a new name puts it last.
  public subscript(name: String) -> JSONValue? {
    get { place(of: name).map { members[$0].value } }
    set {
      switch (place(of: name), newValue) {
      case (let place?, let value?): members[place].value = value
      case (let place?, nil): remove(at: place)
      case (nil, let value?): insert(Member(name: name, value: value))
      case (nil, nil): break
      }
    }
  }

  /// Puts the member last; false, and nothing changes, when its name is there already.
  public mutating func append(_ member: Member) -> Bool {
    guard place(of: member.name) == nil else { return false }
    insert(member)
    return true
  }

  private mutating func insert(_ member: Member) {
    members.append(member)
    if members.count > Self.searchedMax {
      if places.isEmpty { indexAll() } else { places[Bytes(member.name)] = members.count - 1 }
    }
  }

  private mutating func remove(at place: Int) {
    members.remove(at: place)
    places = [:]
    if members.count > Self.searchedMax { indexAll() }
  }

  private mutating func indexAll() {
    for (place, member) in members.enumerated() { places[Bytes(member.name)] = place }
  }

  private func place(of name: String) -> Int? {
    if !places.isEmpty { return places[Bytes(name)] }
    return members.firstIndex { $0.name.hasBytes(of: name) }
  }
}

extension JSONObject {
  /// Members whose names are known to differ: nobody searches for twins.
  public init(distinct members: [Member]) {
    self.members = members
    places = [:]
    if members.count > Self.searchedMax { indexAll() }
  }
}

extension String {
  /// Equal by UTF-8. Lengths and Swift's own comparison, which is fast for ASCII, come first: most
  /// names that are compared differ.
  @inlinable
  public func hasBytes(of other: String) -> Bool {
    utf8.count == other.utf8.count && self == other && utf8.elementsEqual(other.utf8)
  }
}

extension JSONObject: Hashable {
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.count == right.count && left.members.allSatisfy { right[$0.name] == $0.value }
  }

  public func hash(into hasher: inout Hasher) {
    // Independent of the order of the members.
    let byName = members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    hasher.combine(byName)
  }
}
