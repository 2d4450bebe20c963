/// Whether the user may do it.
enum Authorization {
  /// Marks the exchange as authorized, or throws 403.
  static func verdict(
    _ exchange: inout Exchange, _ serving: Serving
  ) throws(APIStatus) -> Verdict? {
    guard exchange.user?.groups.contains("system:masters") == true else {
      throw APIStatus(403, "Forbidden", "forbidden")
    }
    exchange.isAuthorized = true
    return nil
  }
}
