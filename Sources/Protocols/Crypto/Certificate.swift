public import Base
internal import COpenSSL

/// Who a certificate speaks for, as Kubernetes and etcd read it: user is the CN, groups are the O.
public struct CertificateIdentity: Hashable, Sendable {
  public let commonName: String
  /// In the certificate's order.
  public let organizations: [String]

  public init(commonName: String, organizations: [String]) {
    self.commonName = commonName
    self.organizations = organizations
  }
}

/// A private key. Its PEM is a secret.
@safe public final class PrivateKey: @unchecked Sendable {
  // Safety: OpenSSL counts references atomically and nothing changes the key; freed in deinit.
  let pointer: OpaquePointer

  private init(owning pointer: OpaquePointer) {
    unsafe self.pointer = pointer
  }

  deinit {
    unsafe EVP_PKEY_free(pointer)
  }

  /// On the curve P-256: a handshake costs less than with RSA and all clients know it.
  public static func generate() throws(CryptoError) -> PrivateKey {
    guard let pointer = unsafe copenssl_make_p256_key() else {
      throw .library(reason: takeLibraryReason())
    }
    return unsafe PrivateKey(owning: pointer)
  }

  /// Reads an unencrypted key.
  public convenience init(pem: Bytes) throws(CryptoError) {
    let memory = try MemoryBIO(pem)
    guard let pointer = unsafe PEM_read_bio_PrivateKey(memory.pointer, nil, refusePassword, nil)
    else { throw .notPEM(reason: takeLibraryReason()) }
    unsafe self.init(owning: pointer)
  }

  /// PKCS #8, unencrypted.
  public func pem() throws(CryptoError) -> Bytes {
    let memory = try MemoryBIO()
    let written = unsafe PEM_write_bio_PKCS8PrivateKey(
      memory.pointer, pointer, nil, nil, 0, nil, nil)
    guard written == 1 else { throw .library(reason: takeLibraryReason()) }
    return memory.contents
  }
}

/// An X.509 certificate.
@safe public final class Certificate: @unchecked Sendable {
  // Safety: OpenSSL counts references atomically and nothing changes the certificate once it is
  // signed; freed in deinit.
  let pointer: OpaquePointer

  init(owning pointer: OpaquePointer) {
    unsafe self.pointer = pointer
  }

  deinit {
    unsafe X509_free(pointer)
  }

  /// Reads the first certificate.
  public convenience init(pem: Bytes) throws(CryptoError) {
    let memory = try MemoryBIO(pem)
    guard let pointer = unsafe PEM_read_bio_X509(memory.pointer, nil, refusePassword, nil) else {
      throw .notPEM(reason: takeLibraryReason())
    }
    unsafe self.init(owning: pointer)
  }

  public func pem() throws(CryptoError) -> Bytes {
    let memory = try MemoryBIO()
    guard unsafe PEM_write_bio_X509(memory.pointer, pointer) == 1 else {
      throw .library(reason: takeLibraryReason())
    }
    return memory.contents
  }

  /// The end of its validity.
  public var notAfter: WallTime {
    WallTime(milliseconds: unsafe copenssl_not_after(pointer) * 1000)
  }

  /// Nil where the subject has no CN, or text with a zero byte, which is only there to deceive.
  public var identity: CertificateIdentity? {
    guard let commonName = texts(NID_commonName)?.last,
      let organizations = texts(NID_organizationName)
    else { return nil }
    return CertificateIdentity(commonName: commonName, organizations: organizations)
  }

  private func texts(_ kind: Int32) -> [String]? {
    guard let subject = unsafe X509_get_subject_name(pointer) else { return nil }
    var texts: [String] = []
    var position: Int32 = -1
    while true {
      position = unsafe X509_NAME_get_index_by_NID(subject, kind, position)
      if position < 0 { return texts }
      guard let entry = unsafe X509_NAME_get_entry(subject, position),
        let text = unsafe text(of: X509_NAME_ENTRY_get_data(entry))
      else { return nil }
      texts.append(text)
    }
  }

  private func text(of string: UnsafePointer<ASN1_STRING>?) -> String? {
    var utf8: UnsafeMutablePointer<UInt8>?
    let count = unsafe ASN1_STRING_to_UTF8(&utf8, string)
    guard count >= 0, let start = unsafe utf8 else { return nil }
    defer { unsafe copenssl_free(start) }
    // Safety: OpenSSL answers how many bytes it allocated.
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
    guard !bytes.contains(0) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }
}

/// A password prompt would block a server on a terminal that it does not have.
private let refusePassword:
  @convention(c) (
    UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?
  ) -> Int32 = { _, _, _, _ in -1 }

/// OpenSSL's growing buffer.
@safe final class MemoryBIO {
  // Safety: freed once, in deinit.
  let pointer: OpaquePointer

  init() throws(CryptoError) {
    guard let pointer = unsafe BIO_new(BIO_s_mem()) else {
      throw .library(reason: takeLibraryReason())
    }
    unsafe self.pointer = pointer
  }

  convenience init(_ bytes: Bytes) throws(CryptoError) {
    try self.init()
    // Safety: OpenSSL copies the borrowed bytes during the call.
    let written = unsafe bytes.withUnsafeBytes {
      unsafe BIO_write(pointer, $0.baseAddress, Int32(clamping: $0.count))
    }
    guard written == bytes.count else { throw .library(reason: takeLibraryReason()) }
  }

  deinit {
    unsafe BIO_free(pointer)
  }

  var contents: Bytes {
    var start: UnsafePointer<CChar>?
    let count = unsafe copenssl_memory(pointer, &start)
    guard count > 0, let start = unsafe start else { return Bytes() }
    // Safety: OpenSSL answers how many bytes lie there; they are copied at once.
    return unsafe Bytes(Array(UnsafeRawBufferPointer(start: start, count: count)))
  }
}
