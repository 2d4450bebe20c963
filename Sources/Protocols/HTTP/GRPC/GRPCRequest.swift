public import Base

/// Why a request is no gRPC call.
public enum GRPCRequestError: Error, Equatable, Sendable {
  /// Not POST: answer with HTTP status 405.
  case notPost
  /// Not `application/grpc`: answer with HTTP status 415 (PROTOCOL-HTTP2.md).
  case notGRPC
  /// The call's status; a `grpc-timeout` that is none, or an encoding that we lack.
  case refused(GRPCStatus)
}

/// The header section of a gRPC call (grpc/doc/PROTOCOL-HTTP2.md).
public struct GRPCRequest: Equatable, Sendable {
  /// `/package.Service/Method`.
  public let path: Bytes
  /// From `grpc-timeout`; nil: no deadline.
  public let timeoutNanoseconds: UInt64?
  /// The header section as it came: the call's metadata.
  public let fields: HeaderFields

  public init(_ fields: HeaderFields) throws(GRPCRequestError) {
    guard fields[FieldName.method] == FieldName.post else { throw .notPost }
    guard let type = fields[FieldName.contentType], Self.isGRPC(type) else { throw .notGRPC }
    if let coding = fields[FieldName.grpcEncoding], coding != FieldName.identity {
      let text = "grpc: Decompressor is not installed for grpc-encoding \"\(coding.text)\""
      throw .refused(GRPCStatus(.unimplemented, text))
    }
    self.fields = fields
    path = fields[FieldName.path] ?? Bytes()
    if let text = fields[FieldName.grpcTimeout] {
      guard let timeout = Self.nanoseconds(timeout: text) else {
        let status = GRPCStatus(.internalError, "malformed grpc-timeout: \(text.text)")
        throw .refused(status)
      }
      timeoutNanoseconds = timeout
    } else {
      timeoutNanoseconds = nil
    }
  }

  /// `application/grpc`, or that with "+subtype" or ";parameters" behind it.
  static func isGRPC(_ contentType: Bytes) -> Bool {
    let base = FieldName.applicationGRPC
    guard contentType.hasPrefix(base) else { return false }
    if contentType.count == base.count { return true }
    let next = contentType[base.count]
    return next == UInt8(ascii: "+") || next == UInt8(ascii: ";")
  }

  /// 1...8 digits and a unit: H, M, S, m, u or n. Saturates.
  public static func nanoseconds(timeout text: Bytes) -> UInt64? {
    guard (2...9).contains(text.count), let value = decimal(text.prefix(text.count - 1)) else {
      return nil
    }
    let unit: UInt64
    switch text[text.count - 1] {
    case UInt8(ascii: "H"): unit = 3_600_000_000_000
    case UInt8(ascii: "M"): unit = 60_000_000_000
    case UInt8(ascii: "S"): unit = 1_000_000_000
    case UInt8(ascii: "m"): unit = 1_000_000
    case UInt8(ascii: "u"): unit = 1_000
    case UInt8(ascii: "n"): unit = 1
    default: return nil
    }
    let (product, overflow) = value.multipliedReportingOverflow(by: unit)
    return overflow ? .max : product
  }

  /// The value of `grpc-timeout` for a deadline so far away, rounded up to at most 8 digits.
  public static func timeoutValue(nanoseconds: UInt64) -> Bytes {
    var value = nanoseconds
    for (factor, unit) in [(1, "n"), (1000, "u"), (1000, "m"), (1000, "S"), (60, "M"), (60, "H")] {
      let factor = UInt64(factor)
      value = value / factor + (value % factor == 0 ? 0 : 1)
      if value <= 99_999_999 { return Bytes("\(value)\(unit)") }
    }
    return "99999999H"
  }

  /// The header section of a call by a client.
  ///
  /// - Parameters:
  ///   - path: `/package.Service/Method`.
  ///   - authority: host and port as dialled.
  ///   - scheme: `http` or `https`.
  /// - Returns: what goes before the messages.
  public static func headers(path: Bytes, authority: Bytes, scheme: Bytes) -> HeaderFields {
    [
      FieldName.method: FieldName.post, FieldName.scheme: scheme, FieldName.path: path,
      FieldName.authority: authority, FieldName.contentType: FieldName.applicationGRPC,
      FieldName.te: FieldName.trailers,
    ]
  }
}
