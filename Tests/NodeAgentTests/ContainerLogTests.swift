import Base
import Testing

@testable import NodeAgent

@Suite struct `Cutting a log into lines` {
  private let time = WallTime(milliseconds: 0)
  private let stamp = "1970-01-01T00:00:00.000000000Z"

  @Test func `whole lines are written, a rest waits for its end`() {
    var log = ContainerLog(.output)
    var output = ByteBuffer()
    log.append("one\ntw", time: time, into: &output)
    #expect(output.bytes.text == "\(stamp) stdout F one\n")
    log.append("o\n\n", time: time, into: &output)
    log.append("end", time: time, into: &output)
    log.finish(time: time, into: &output)
    log.finish(time: time, into: &output)
    let expected = ["one", "two", "", "end"].map { "\(stamp) stdout F \($0)\n" }
    #expect(output.bytes.text == expected.joined())
  }

  @Test func `a long line is written in parts however it arrives`() {
    let line = [UInt8](repeating: UInt8(ascii: "x"), count: 40_000) + [UInt8(ascii: "\n")]
    for chunk in [1, 7, 16_384, 40_001] {
      var log = ContainerLog(.errors)
      var output = ByteBuffer()
      var offset = 0
      while offset < line.count {
        let end = min(line.count, offset + chunk)
        log.append(Bytes(Array(line[offset..<end])), time: time, into: &output)
        offset = end
      }
      let lines = output.bytes.text.split(separator: "\n")
      let texts = lines.map { $0.split(separator: " ")[3].count }
      #expect(texts == [16_384, 16_384, 40_000 - 32_768])
      #expect(lines.map { $0.split(separator: " ")[2] } == ["P", "P", "F"])
      #expect(lines.allSatisfy { $0.hasPrefix("\(stamp) stderr ") })
    }
  }
}
