public import Base
internal import COpenSSL

/// Hash functions.
public enum DigestAlgorithm: Sendable {
  /// 20 bytes; for WebSocket handshakes and etcd's member identifiers, not for trust.
  case sha1
  /// 32 bytes.
  case sha256
}

/// A hash over bytes that come in parts.
@safe public final class Digest {
  // Safety: freed once, in deinit.
  private let context: OpaquePointer

  public init(_ algorithm: DigestAlgorithm) {
    guard let context = unsafe EVP_MD_CTX_new() else {
      preconditionFailure("no memory for a digest")
    }
    unsafe self.context = context
    let kind =
      switch algorithm {
      case .sha1: unsafe EVP_sha1()
      case .sha256: unsafe EVP_sha256()
      }
    let started = unsafe EVP_DigestInit_ex(context, kind, nil)
    precondition(started == 1, "OpenSSL lacks a standard digest")
  }

  deinit {
    unsafe EVP_MD_CTX_free(context)
  }

  public func update(_ bytes: Bytes) {
    // Safety: OpenSSL reads the borrowed bytes during the call.
    let updated = unsafe bytes.withUnsafeBytes {
      unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count)
    }
    precondition(updated == 1, "a digest in progress takes bytes")
  }

  /// The hash; the digest is used up.
  public func finish() -> Bytes {
    var output = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    // Safety: the buffer holds EVP_MAX_MD_SIZE bytes.
    let finished = unsafe output.withUnsafeMutableBufferPointer {
      unsafe EVP_DigestFinal_ex(context, $0.baseAddress, &count)
    }
    precondition(finished == 1, "a digest is finished once")
    return Bytes(Array(output[..<Int(count)]))
  }

  public static func hash(_ bytes: Bytes, _ algorithm: DigestAlgorithm) -> Bytes {
    let digest = Digest(algorithm)
    digest.update(bytes)
    return digest.finish()
  }
}

/// Random bytes that are fit for secrets.
public enum SecureRandom {
  public static func bytes(_ count: Int) -> Bytes {
    var output = [UInt8](repeating: 0, count: count)
    // Safety: the call fills `count` bytes.
    let filled = unsafe output.withUnsafeMutableBufferPointer {
      unsafe RAND_bytes($0.baseAddress, Int32($0.count))
    }
    precondition(filled == 1, "the system has no randomness")
    return Bytes(output)
  }
}
