public import Base

/// Status codes of gRPC (grpc/doc/statuscodes.md).
public enum GRPCStatusCode: UInt32, CaseIterable, Sendable {
  case ok, cancelled, unknown, invalidArgument, deadlineExceeded, notFound, alreadyExists
  case permissionDenied, resourceExhausted, failedPrecondition, aborted, outOfRange
  case unimplemented, internalError, unavailable, dataLoss, unauthenticated
}

/// How a call ended.
public struct GRPCStatus: Error, Hashable, Sendable {
  /// A number, not a `GRPCStatusCode`: peers may send others, which count as `.unknown`.
  public let code: UInt32
  /// Plain text; percent-encoded on the wire.
  public let message: String

  public init(code: UInt32, message: String = "") {
    self.code = code
    self.message = message
  }

  public init(_ code: GRPCStatusCode, _ message: String = "") {
    self.init(code: code.rawValue, message: message)
  }

  public static let ok = GRPCStatus(.ok)

  /// The status in a response's trailers, or in its only header section.
  ///
  /// Without a valid `grpc-status` the HTTP status is mapped
  /// (grpc/doc/http-grpc-status-mapping.md).
  public init(trailers: HeaderFields, httpStatus: Bytes?) {
    if let text = trailers[FieldName.grpcStatus], let code = decimal(text),
      code <= UInt64(UInt32.max)
    {
      let message = trailers[FieldName.grpcMessage].map { PercentCoding.decode($0).text } ?? ""
      self.init(code: UInt32(code), message: message)
      return
    }
    let code: GRPCStatusCode =
      switch httpStatus {
      case "400": .internalError
      case "401": .unauthenticated
      case "403": .permissionDenied
      case "404": .unimplemented
      case "429", "502", "503", "504": .unavailable
      default: .unknown
      }
    let status = httpStatus?.text ?? "none"
    self.init(code, "no grpc-status in the response; HTTP status \(status)")
  }

  /// The trailers that carry this status.
  public var trailers: HeaderFields {
    var fields: HeaderFields = ["grpc-status": Bytes(String(code))]
    if !message.isEmpty {
      fields.append("grpc-message", PercentCoding.encode(Bytes(message)))
    }
    return fields
  }
}

/// `grpc-message` coding: printable ASCII but "%" stays, all else becomes %XX (PROTOCOL-HTTP2.md).
enum PercentCoding {
  static func encode(_ bytes: Bytes) -> Bytes {
    let digits = Array("0123456789ABCDEF".utf8)
    var coded = ByteBuffer(capacity: bytes.count)
    for offset in 0..<bytes.count {
      let byte = bytes[offset]
      if (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "%") {
        coded.write(byte)
      } else {
        coded.write(UInt8(ascii: "%"))
        coded.write(digits[Int(byte >> 4)])
        coded.write(digits[Int(byte & 15)])
      }
    }
    return coded.take()
  }

  /// Invalid escapes stay as they are, as the protocol asks.
  static func decode(_ bytes: Bytes) -> Bytes {
    var plain = ByteBuffer(capacity: bytes.count)
    var offset = 0
    while offset < bytes.count {
      if bytes[offset] == UInt8(ascii: "%"), offset + 2 < bytes.count,
        let high = hexDigit(bytes[offset + 1]), let low = hexDigit(bytes[offset + 2])
      {
        plain.write(high << 4 | low)
        offset += 3
      } else {
        plain.write(bytes[offset])
        offset += 1
      }
    }
    return plain.take()
  }
}
