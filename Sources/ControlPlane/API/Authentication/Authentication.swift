/// Who asks.
enum Authentication {
  /// Sets the exchange's user; a verdict where that takes an answer from the shell.
  static func verdict(
    _ exchange: inout Exchange, _ serving: Serving
  ) throws(APIStatus) -> Verdict? {
    guard let certificate = exchange.request.certificate else {
      exchange.user = .anonymous
      return nil
    }
    exchange.user = UserInfo(
      name: certificate.commonName,
      groups: certificate.organizations + ["system:authenticated"])
    return nil
  }
}
