internal import CLinux

/// A failed system call's number, as errno(3) lists them.
public struct Errno: Error, Hashable, Sendable {
  public let rawValue: Int32

  public init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  public static let notPermitted = Errno(rawValue: 1)
  public static let notFound = Errno(rawValue: 2)
  public static let noProcess = Errno(rawValue: 3)
  public static let interrupted = Errno(rawValue: 4)
  public static let inputOutput = Errno(rawValue: 5)
  public static let badDescriptor = Errno(rawValue: 9)
  public static let noChild = Errno(rawValue: 10)
  public static let wouldBlock = Errno(rawValue: 11)
  public static let outOfMemory = Errno(rawValue: 12)
  public static let accessDenied = Errno(rawValue: 13)
  public static let exists = Errno(rawValue: 17)
  public static let notFolder = Errno(rawValue: 20)
  public static let isFolder = Errno(rawValue: 21)
  public static let invalid = Errno(rawValue: 22)
  public static let tooManyOpenFiles = Errno(rawValue: 24)
  public static let tooManyOpenFilesInSystem = Errno(rawValue: 23)
  public static let noSpace = Errno(rawValue: 28)
  public static let brokenPipe = Errno(rawValue: 32)
  public static let folderNotEmpty = Errno(rawValue: 39)
  public static let addressFamilyUnsupported = Errno(rawValue: 97)
  public static let addressInUse = Errno(rawValue: 98)
  public static let addressUnavailable = Errno(rawValue: 99)
  public static let notSupported = Errno(rawValue: 95)
  public static let networkUnreachable = Errno(rawValue: 101)
  public static let connectionReset = Errno(rawValue: 104)
  public static let timedOut = Errno(rawValue: 110)
  public static let connectionRefused = Errno(rawValue: 111)
  public static let inProgress = Errno(rawValue: 115)
  public static let quotaExceeded = Errno(rawValue: 122)
}

extension Errno: CustomStringConvertible {
  /// The C library's text, such as `No such file or directory`.
  public var description: String {
    var buffer = [CChar](repeating: 0, count: 128)
    // Safety: the call writes at most `count` bytes and ends them with a zero.
    unsafe buffer.withUnsafeMutableBufferPointer { pointer in
      unsafe clinux_error_text(rawValue, pointer.baseAddress, pointer.count)
    }
    return text(ofCString: buffer)
  }
}

/// The text before the first zero byte.
func text(ofCString characters: [CChar]) -> String {
  let end = characters.firstIndex(of: 0) ?? characters.count
  return String(decoding: characters[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// The value of a CLinux call, which answers a negated errno where it failed.
@inline(__always)
func check<Value: SignedInteger & FixedWidthInteger>(_ value: Value) throws(Errno) -> Value {
  guard value >= 0 else { throw Errno(rawValue: Int32(-value)) }
  return value
}
