import Linux
import Testing

@Suite struct `The heap` {
  /// Blocks of 1 MiB that are freed from between small ones that stay.
  private static func residentBytesAfterHoles() throws -> (full: UInt64, freed: UInt64) {
    let block = 1 << 20
    // glibc's threshold follows the first freed block of this size, where nothing keeps it.
    var blocks = [[UInt8](repeating: 1, count: block)]
    blocks.removeAll()
    var pins: [[UInt8]] = []
    for number in 0..<32 {
      blocks.append([UInt8](repeating: UInt8(number), count: block))
      pins.append([UInt8](repeating: UInt8(number), count: 64))
    }
    let full = try #require(try ProcessStatus.read(pid: Machine.processID)).residentBytes
    let sum = blocks.reduce(0) { $0 + Int($1[0]) }
    blocks.removeAll()
    let freed = try #require(try ProcessStatus.read(pid: Machine.processID)).residentBytes
    guard sum == 496, pins.count == 32 else { Machine.exit(2) }
    return (full, freed)
  }

  @Test func `gives large blocks back that are freed between small ones`() async {
    await #expect(processExitsWith: .success) {
      Machine.boundHeap()
      let (full, freed) = try Self.residentBytesAfterHoles()
      Machine.exit(full > freed + (28 << 20) ? 0 : 1)
    }
  }

  /// What `boundHeap` is for: were this to pass no more, it could go.
  @Test func `keeps them where nothing bounds it`() async {
    await #expect(processExitsWith: .exitCode(1)) {
      let (full, freed) = try Self.residentBytesAfterHoles()
      Machine.exit(full > freed + (28 << 20) ? 0 : 1)
    }
  }
}
