public import Base

/// Cuts what a process writes into lines of the CRI log format (Kubernetes' container runtime
/// interface): `<RFC 3339 time> stdout F <text>`, where a line over the limit is written in parts
/// marked `P`.
public struct ContainerLog: Sendable {
  /// As the kubelet's runtimes do it: 16 KiB a part.
  public static let partBytesMax = 16 << 10

  private var pending: [UInt8] = []
  private let stream: Stream

  public enum Stream: String, Sendable {
    case output = "stdout"
    case errors = "stderr"
  }

  public init(_ stream: Stream) {
    self.stream = stream
  }

  /// Takes what was read and writes every whole line, and every full part, into `output`.
  public mutating func append(_ bytes: Bytes, time: WallTime, into output: inout ByteBuffer) {
    var start = 0
    for offset in 0..<bytes.count {
      if bytes[offset] == UInt8(ascii: "\n") {
        pending.append(contentsOf: bytes[start..<offset].array)
        flush(tag: "F", time: time, into: &output)
        start = offset + 1
      } else if pending.count + offset - start + 1 == Self.partBytesMax {
        pending.append(contentsOf: bytes[start..<offset + 1].array)
        flush(tag: "P", time: time, into: &output)
        start = offset + 1
      }
    }
    pending.append(contentsOf: bytes[start..<bytes.count].array)
  }

  /// Writes what stands without an end of line; to be called when the stream has ended.
  public mutating func finish(time: WallTime, into output: inout ByteBuffer) {
    if !pending.isEmpty { flush(tag: "F", time: time, into: &output) }
  }

  private mutating func flush(tag: String, time: WallTime, into output: inout ByteBuffer) {
    output.write("\(time.rfc3339Nano) \(stream.rawValue) \(tag) ")
    output.write(pending)
    output.write(UInt8(ascii: "\n"))
    pending.removeAll(keepingCapacity: true)
  }
}
