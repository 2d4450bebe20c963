import Base
import Testing

@Suite struct `Durations in nanoseconds` {
  @Test(arguments: [
    0, 1, 999, 1_000_000_000, 60_000_000_000, 9_444_000_000_000, 9_445_000_000_000,
    86_400_000_000_000, Int64.max, -1, -60_000_000_000, Int64.min,
  ])
  func `are what they were made of`(_ count: Int64) {
    #expect(Duration.nanoseconds(count).nanoseconds == count)
  }

  @Test func `are cut towards zero`() {
    let almostTwo = Duration(secondsComponent: 0, attosecondsComponent: 1_999_999_999)
    #expect(almostTwo.nanoseconds == 1)
    #expect((Duration.zero - almostTwo).nanoseconds == -1)
    #expect((Duration.seconds(10_000) + almostTwo).nanoseconds == 10_000_000_000_001)
  }

  @Test func `are clamped to 64 bits`() {
    #expect(Duration.seconds(Int64.max).nanoseconds == .max)
    #expect(Duration.seconds(Int64.min).nanoseconds == .min)
  }
}
