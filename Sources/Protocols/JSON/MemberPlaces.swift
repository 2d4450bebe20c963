import Base

/// Finds a name among the members that were read of an object, by hash where there are many: names
/// come from peers.
struct MemberPlaces {
  private static let searchedMax = 16
  private var places: [Bytes: Int] = [:]

  /// `members`: the same as before, and those that were appended since.
  mutating func place(of name: String, in members: ArraySlice<JSONObject.Member>) -> Int? {
    guard members.count > Self.searchedMax else {
      return members.firstIndex { $0.name.hasBytes(of: name) }
    }
    for place in members.startIndex + places.count..<members.endIndex {
      places[Bytes(members[place].name)] = place
    }
    return places[Bytes(name)]
  }
}
