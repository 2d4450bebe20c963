public import Base
internal import COpenSSL

/// The half of a key that others check signatures with.
@safe public final class PublicKey: @unchecked Sendable {
  // Safety: OpenSSL counts references atomically and nothing changes the key; freed in deinit.
  let pointer: OpaquePointer

  private init(owning pointer: OpaquePointer) {
    unsafe self.pointer = pointer
  }

  deinit {
    unsafe EVP_PKEY_free(pointer)
  }

  /// Reads a `PUBLIC KEY` (RFC 7468 section 13), or takes the public half of a private key: the
  /// files that `--service-account-key-file` of Kubernetes takes.
  public convenience init(pem: Bytes) throws(CryptoError) {
    let memory = try MemoryBIO(pem)
    if let pointer = unsafe PEM_read_bio_PUBKEY(memory.pointer, nil, nil, nil) {
      unsafe self.init(owning: pointer)
      return
    }
    let reason = takeLibraryReason()
    let key: PrivateKey
    do throws(CryptoError) {
      key = try PrivateKey(pem: pem)
    } catch {
      throw .notPEM(reason: reason)
    }
    try self.init(of: key)
  }

  /// The public half of a private key.
  public convenience init(of key: PrivateKey) throws(CryptoError) {
    let der = try unsafe Self.subjectInfo(of: key.pointer)
    let bytes = der.array
    // Safety: OpenSSL reads the borrowed bytes during the call.
    let pointer = unsafe bytes.withUnsafeBufferPointer { buffer -> OpaquePointer? in
      var start = buffer.baseAddress
      return unsafe d2i_PUBKEY(nil, &start, buffer.count)
    }
    guard let pointer = unsafe pointer else { throw .library(reason: takeLibraryReason()) }
    unsafe self.init(owning: pointer)
  }

  /// SubjectPublicKeyInfo in DER (RFC 5280 section 4.1.2.7).
  public func der() throws(CryptoError) -> Bytes {
    try unsafe Self.subjectInfo(of: pointer)
  }

  public func pem() throws(CryptoError) -> Bytes {
    let memory = try MemoryBIO()
    guard unsafe PEM_write_bio_PUBKEY(memory.pointer, pointer) == 1 else {
      throw .library(reason: takeLibraryReason())
    }
    return memory.contents
  }

  /// Whether it lies on the curve P-256.
  var isP256: Bool { unsafe copenssl_is_p256(pointer) == 1 }

  private static func subjectInfo(of pointer: OpaquePointer) throws(CryptoError) -> Bytes {
    var start: UnsafeMutablePointer<UInt8>?
    let count = unsafe i2d_PUBKEY(pointer, &start)
    guard count > 0, let start = unsafe start else { throw .library(reason: takeLibraryReason()) }
    defer { unsafe copenssl_free(start) }
    // Safety: OpenSSL answers how many bytes it allocated; they are copied at once.
    return unsafe Bytes(Array(UnsafeBufferPointer(start: start, count: Int(count))))
  }
}
