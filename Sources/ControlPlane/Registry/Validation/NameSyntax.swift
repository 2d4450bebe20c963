/// What names, labels and ports must look like, and Kubernetes' complaints about those that do not
/// (apimachinery util/validation).
public enum NameSyntax {
  static let subdomain = """
    a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
    and must start and end with an alphanumeric character (e.g. 'example.com', regex used for \
    validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
    """
  static let label = """
    a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must \
    start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for \
    validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')
    """
  private static let qualified = """
    must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
    alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation \
    is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
    """
  static let labelValue = """
    a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', \
    and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or \
    '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')
    """
  static let percent = """
    a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or \
    '93%', regex used for validation is '[0-9]+%')
    """
  private static let configKey = """
    a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name', \
     or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')
    """

  static func tooLong(_ count: Int) -> String { "must be no more than \(count) characters" }

  // MARK: - Names

  static func subdomainComplaints(_ text: String) -> [String] {
    var complaints: [String] = []
    if text.utf8.count > 253 { complaints.append(tooLong(253)) }
    if !isSubdomain(text) { complaints.append(subdomain) }
    return complaints
  }

  public static func labelComplaints(_ text: String) -> [String] {
    var complaints: [String] = []
    if text.utf8.count > 63 { complaints.append(tooLong(63)) }
    if !isDNSLabel(text.utf8[...]) {
      complaints.append(isSubdomain(text) ? "must not contain dots" : label)
    }
    return complaints
  }

  /// The key of a label, an annotation or a resource.
  static func qualifiedNameComplaints(_ text: String) -> [String] {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count <= 2, let name = parts.last else {
      return [
        "a qualified name \(qualified) with an optional DNS subdomain prefix and '/' "
          + "(e.g. 'example.com/MyName')"
      ]
    }
    var complaints: [String] = []
    if parts.count == 2 {
      if parts[0].isEmpty { complaints.append("prefix part must be non-empty") }
      let prefix = String(parts[0]) ?? ""
      if !parts[0].isEmpty { complaints += subdomainComplaints(prefix).map { "prefix part \($0)" } }
    }
    if name.isEmpty { complaints.append("name part must be non-empty") }
    if name.count > 63 { complaints.append("name part \(tooLong(63))") }
    if !isName(name) { complaints.append("name part \(qualified)") }
    return complaints
  }

  static func labelValueComplaints(_ text: String) -> [String] {
    var complaints: [String] = []
    if text.utf8.count > 63 { complaints.append(tooLong(63)) }
    if !text.isEmpty, !isName(text.utf8[...]) { complaints.append(labelValue) }
    return complaints
  }

  /// A port's name (RFC 6335 section 5.1).
  static func portNameComplaints(_ text: String) -> [String] {
    let bytes = text.utf8
    var complaints: [String] = []
    if bytes.count > 15 { complaints.append(tooLong(15)) }
    if !bytes.allSatisfy({ isLowerOrDigit($0) || $0 == dash }) || bytes.isEmpty {
      complaints.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    }
    if !bytes.contains(where: { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }) {
      complaints.append("must contain at least one letter (a-z)")
    }
    if zip(bytes, bytes.dropFirst()).contains(where: { $0 == dash && $1 == dash }) {
      complaints.append("must not contain consecutive hyphens")
    }
    if bytes.first == dash || bytes.last == dash {
      complaints.append("must not begin or end with a hyphen")
    }
    return complaints
  }

  static func portNumberComplaints(_ number: Int64) -> [String] {
    (1...65535).contains(number) ? [] : ["must be between 1 and 65535, inclusive"]
  }

  static func environmentNameComplaints(_ text: String) -> [String] {
    let isGood =
      !text.isEmpty
      && text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") }
    return isGood
      ? []
      : [
        "a valid environment variable name must consist only of printable ASCII characters other "
          + "than '='"
      ]
  }

  /// The key of a ConfigMap or Secret.
  static func configKeyComplaints(_ text: String) -> [String] {
    var complaints: [String] = []
    if text.utf8.count > 253 { complaints.append(tooLong(253)) }
    let isGood =
      !text.isEmpty && text.utf8.allSatisfy { isLetterOrDigit($0) || isInnerPunctuation($0) }
    if !isGood { complaints.append(configKey) }
    switch text {
    case ".", "..": complaints.append("must not be '\(text)'")
    case let text where text.hasPrefix(".."): complaints.append("must not start with '..'")
    default: break
    }
    return complaints
  }

  static func isPercent(_ text: String) -> Bool {
    text.utf8.count > 1 && text.utf8.last == UInt8(ascii: "%")
      && text.utf8.dropLast().allSatisfy { (0x30...0x39).contains($0) }
  }

  // MARK: - Characters

  private static let dash = UInt8(ascii: "-")

  static func isSubdomain(_ text: String) -> Bool {
    text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .allSatisfy(isDNSLabel)
  }

  static func isDNSLabel(_ bytes: Substring.UTF8View) -> Bool {
    guard let first = bytes.first, let last = bytes.last else { return false }
    return isLowerOrDigit(first) && isLowerOrDigit(last)
      && bytes.allSatisfy { isLowerOrDigit($0) || $0 == dash }
  }

  private static func isName(_ bytes: Substring.UTF8View) -> Bool {
    guard let first = bytes.first, let last = bytes.last else { return false }
    return isLetterOrDigit(first) && isLetterOrDigit(last)
      && bytes.allSatisfy { isLetterOrDigit($0) || isInnerPunctuation($0) }
  }

  private static func isInnerPunctuation(_ byte: UInt8) -> Bool {
    byte == dash || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
  }

  static func isLowerOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    isLowerOrDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }
}
