public import Base
internal import COpenSSL

/// What a certificate says.
public struct CertificateProfile: Hashable, Sendable {
  public enum Usage: Hashable, Sendable { case client, server, both }

  public var commonName: String
  public var organizations: [String]
  public var usage: Usage
  /// Subject alternative names: `DNS:` entries for host names.
  public var hostNames: [String]
  /// Subject alternative names: addresses as text, IPv4 or IPv6.
  public var addresses: [String]
  public var notBefore: WallTime
  public var notAfter: WallTime

  /// Valid from an hour before `now`, since clocks of hosts differ, for `validity` from now.
  public init(
    commonName: String, organizations: [String] = [], usage: Usage, hostNames: [String] = [],
    addresses: [String] = [], now: WallTime, validity: Duration
  ) {
    self.commonName = commonName
    self.organizations = organizations
    self.usage = usage
    self.hostNames = hostNames
    self.addresses = addresses
    notBefore = WallTime(milliseconds: now.milliseconds - 3_600_000)
    notAfter = WallTime(milliseconds: now.milliseconds + validity.milliseconds)
  }
}

/// A certificate with its private key.
public struct CertifiedKey: Sendable {
  public let certificate: Certificate
  public let key: PrivateKey

  public init(certificate: Certificate, key: PrivateKey) {
    self.certificate = certificate
    self.key = key
  }
}

/// Signs certificates.
public struct CertificateAuthority: Sendable {
  public let certificate: Certificate
  public let key: PrivateKey

  public init(certificate: Certificate, key: PrivateKey) {
    self.certificate = certificate
    self.key = key
  }

  /// A new authority with a self-signed certificate that may sign end certificates only.
  public static func make(
    commonName: String, now: WallTime, validity: Duration
  ) throws(CryptoError) -> CertificateAuthority {
    let profile = CertificateProfile(
      commonName: commonName, usage: .both, now: now, validity: validity)
    let key = try PrivateKey.generate()
    let certificate = try unsigned(profile, key: key)
    try setIssuer(certificate, certificate)
    try extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0")
    try extend(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign")
    try extend(certificate, certificate, NID_subject_key_identifier, "hash")
    try sign(certificate, with: key)
    return CertificateAuthority(certificate: certificate, key: key)
  }

  /// A new key with a certificate for it.
  public func issue(_ profile: CertificateProfile) throws(CryptoError) -> CertifiedKey {
    let key = try PrivateKey.generate()
    let leaf = try CertificateAuthority.unsigned(profile, key: key)
    try CertificateAuthority.setIssuer(leaf, certificate)
    let extend = { (kind: Int32, text: String) throws(CryptoError) in
      try CertificateAuthority.extend(leaf, certificate, kind, text)
    }
    try extend(NID_basic_constraints, "critical,CA:FALSE")
    try extend(NID_key_usage, "critical,digitalSignature")
    try extend(NID_ext_key_usage, profile.usage.text)
    try extend(NID_subject_key_identifier, "hash")
    try extend(NID_authority_key_identifier, "keyid:always")
    let names = try profile.alternativeNames()
    if !names.isEmpty { try extend(NID_subject_alt_name, names) }
    try CertificateAuthority.sign(leaf, with: self.key)
    return CertifiedKey(certificate: leaf, key: key)
  }

  private static func unsigned(
    _ profile: CertificateProfile, key: PrivateKey
  ) throws(CryptoError) -> Certificate {
    // Safety: the certificate owns what OpenSSL gave, and every call below borrows it.
    guard let pointer = unsafe X509_new() else { throw .library(reason: takeLibraryReason()) }
    let certificate = unsafe Certificate(owning: pointer)
    // X.509 version 3 is written as 2 (RFC 5280 section 4.1.2.1).
    guard unsafe X509_set_version(pointer, 2) == 1,
      unsafe X509_set_pubkey(pointer, key.pointer) == 1,
      unsafe copenssl_set_validity(
        pointer, profile.notBefore.milliseconds / 1000, profile.notAfter.milliseconds / 1000) == 1
    else { throw .library(reason: takeLibraryReason()) }
    try setSerialNumber(certificate)
    guard let subject = unsafe X509_get_subject_name(pointer) else {
      throw .library(reason: takeLibraryReason())
    }
    for organization in profile.organizations { try unsafe addName(subject, "O", organization) }
    try unsafe addName(subject, "CN", profile.commonName)
    return certificate
  }

  /// 128 random bits, positive (RFC 5280 section 4.1.2.2).
  private static func setSerialNumber(_ certificate: Certificate) throws(CryptoError) {
    guard let number = unsafe BN_new() else { throw .library(reason: takeLibraryReason()) }
    defer { unsafe BN_free(number) }
    // The top bit is set, so that the number is never zero.
    guard unsafe BN_rand(number, 127, 0, 0) == 1,
      unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.pointer)) != nil
    else { throw .library(reason: takeLibraryReason()) }
  }

  private static func addName(
    _ subject: OpaquePointer, _ field: String, _ text: String
  ) throws(CryptoError) {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, !bytes.contains(0) else {
      throw .invalidProfile(reason: "\(field) is empty or holds a zero byte")
    }
    let added = unsafe X509_NAME_add_entry_by_txt(
      subject, field, MBSTRING_UTF8, bytes, Int32(clamping: bytes.count), -1, 0)
    // X.520 bounds CN and O to 64 characters.
    guard added == 1 else { throw .invalidProfile(reason: "\(field): \(takeLibraryReason())") }
  }

  private static func setIssuer(_ leaf: Certificate, _ issuer: Certificate) throws(CryptoError) {
    guard unsafe X509_set_issuer_name(leaf.pointer, X509_get_subject_name(issuer.pointer)) == 1
    else { throw .library(reason: takeLibraryReason()) }
  }

  private static func extend(
    _ leaf: Certificate, _ issuer: Certificate, _ kind: Int32, _ text: String
  ) throws(CryptoError) {
    guard unsafe copenssl_add_extension(leaf.pointer, issuer.pointer, kind, text) == 1 else {
      throw .invalidProfile(reason: "\(text): \(takeLibraryReason())")
    }
  }

  private static func sign(_ leaf: Certificate, with key: PrivateKey) throws(CryptoError) {
    guard unsafe copenssl_sign(leaf.pointer, key.pointer) > 0 else {
      throw .library(reason: takeLibraryReason())
    }
  }
}

extension CertificateProfile.Usage {
  fileprivate var text: String {
    switch self {
    case .client: "clientAuth"
    case .server: "serverAuth"
    case .both: "serverAuth,clientAuth"
    }
  }
}

extension CertificateProfile {
  /// The extension's text, in which a comma would begin another name.
  fileprivate func alternativeNames() throws(CryptoError) -> String {
    let names = hostNames.map { "DNS:" + $0 } + addresses.map { "IP:" + $0 }
    for name in names {
      let isClean = name.utf8.allSatisfy { byte in
        (48...58).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
          || [42, 45, 46, 95].contains(byte)
      }
      guard isClean else { throw .invalidProfile(reason: "\(name) is no host name or address") }
    }
    return names.joined(separator: ",")
  }
}
