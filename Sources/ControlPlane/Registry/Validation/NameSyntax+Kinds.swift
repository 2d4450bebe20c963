/// Names with rules of their own kind.
extension NameSyntax {
  static let label1035 = """
    a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an \
    alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', \
    regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')
    """
  static let wildcard = """
    a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which \
    must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric \
    character (e.g. '*.example.com', regex used for validation is \
    '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
    """

  /// The name of a Service, which is a label of host names (IsDNS1035Label).
  static func serviceNameComplaints(_ text: String) -> [String] {
    var complaints: [String] = []
    if text.utf8.count > 63 { complaints.append(tooLong(63)) }
    let startsWell = text.utf8.first.map { (0x61...0x7A).contains($0) } ?? false
    if !startsWell || !isDNSLabel(text.utf8[...]) { complaints.append(label1035) }
    return complaints
  }

  /// IsDNS1123Label: a name that may have dots nowhere, told without asking why.
  static func plainLabelComplaints(_ text: String) -> [String] {
    var complaints: [String] = []
    if text.utf8.count > 63 { complaints.append(tooLong(63)) }
    if !isDNSLabel(text.utf8[...]) { complaints.append(label) }
    return complaints
  }

  /// What may be one part of a path (IsValidPathSegmentName): names of RBAC's objects.
  static func pathSegmentComplaints(_ text: String) -> [String] {
    if text == "." || text == ".." { return ["may not be '\(text)'"] }
    var complaints: [String] = []
    for character in ["/", "%"] where text.contains(character) {
      complaints.append("may not contain '\(character)'")
    }
    return complaints
  }

  /// `*.example.com` (IsWildcardDNS1123Subdomain)
  static func wildcardComplaints(_ text: String) -> [String] {
    var complaints: [String] = []
    if text.utf8.count > 253 { complaints.append(tooLong(253)) }
    if !text.hasPrefix("*.") || !isSubdomain(String(text.dropFirst(2))) {
      complaints.append(wildcard)
    }
    return complaints
  }

  /// A domain of at least three parts (IsFullyQualifiedName).
  static func qualifiedDomainComplaints(_ text: String) -> [String] {
    let complaints = subdomainComplaints(text)
    guard complaints.isEmpty else { return complaints }
    let parts = text.utf8.count { $0 == UInt8(ascii: ".") } + 1
    return parts < 3 ? ["should be a domain with at least three segments separated by dots"] : []
  }

  /// `acme.io/foo` (IsDomainPrefixedPath)
  static func domainPathComplaints(_ text: String) -> [String] {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      return ["must be a domain-prefixed path (such as \"acme.io/foo\")"]
    }
    var complaints = subdomainComplaints(String(parts[0])).map { "prefix part \($0)" }
    let isPath = parts[1].utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x25 }
    if !isPath { complaints.append("Invalid path (regex used for validation is '\(pathPattern)')") }
    return complaints
  }

  private static let pathPattern = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"
}
