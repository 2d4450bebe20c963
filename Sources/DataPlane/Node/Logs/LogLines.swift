public import Base

/// Turns a container's log in the CRI format into what a client asked for, however the bytes are
/// cut.
public struct LogLines: Sendable {
  private let since: WallTime?
  private let timestamps: Bool
  private var bytesLeft: Int?
  /// A line that is not whole yet.
  private var pending: [UInt8] = []
  /// The part before was the last of its line.
  private var isLineStart = true

  /// Longer lines are none of ours: a part has 16 KiB.
  private static let lineBytesMax = 64 << 10

  public init(_ options: LogOptions) {
    since = options.since
    timestamps = options.timestamps
    bytesLeft = options.limitBytes
  }

  /// The limit is reached: nothing more comes.
  public var isDone: Bool { bytesLeft == 0 }

  /// Takes what was read of the file and writes the texts of every whole line into `output`.
  public mutating func append(_ bytes: Bytes, into output: inout ByteBuffer) {
    var start = 0
    for offset in 0..<bytes.count where bytes[offset] == UInt8(ascii: "\n") {
      if isDone { return }
      let line = bytes[start..<offset]
      start = offset + 1
      if pending.isEmpty {
        write(line, into: &output)
      } else {
        pending.append(contentsOf: line.array)
        let whole = Bytes(pending)
        pending.removeAll(keepingCapacity: true)
        write(whole, into: &output)
      }
    }
    if start < bytes.count, pending.count < Self.lineBytesMax {
      pending.append(contentsOf: bytes[start..<bytes.count].array)
    }
  }

  /// `<time> <stream> <F or P> <text>`; what is not of this form is left out, as the kubelet does.
  private mutating func write(_ line: Bytes, into output: inout ByteBuffer) {
    guard let first = Self.space(line, from: 0), let second = Self.space(line, from: first + 1),
      second + 2 <= line.count
    else { return }
    let isWhole = line[second + 1] == UInt8(ascii: "F")
    let time = line[0..<first]
    defer { isLineStart = isWhole }
    if let since {
      guard let written = WallTime(rfc3339: time.text), written >= since else { return }
    }
    if timestamps && isLineStart {
      emit(time, into: &output)
      emit(" ", into: &output)
    }
    let text = min(second + 3, line.count)
    emit(line[text..<line.count], into: &output)
    if isWhole { emit("\n", into: &output) }
  }

  private mutating func emit(_ bytes: Bytes, into output: inout ByteBuffer) {
    guard let left = bytesLeft else { return output.write(bytes) }
    let taken = bytes.prefix(min(left, bytes.count))
    output.write(taken)
    bytesLeft = left - taken.count
  }

  private static func space(_ line: Bytes, from start: Int) -> Int? {
    var offset = start
    while offset < line.count {
      if line[offset] == UInt8(ascii: " ") { return offset }
      offset += 1
    }
    return nil
  }
}
