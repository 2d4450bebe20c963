import Base
import Testing

@testable import Node

@Suite struct `Texts of pods` {
  /// core/v1 Container.command: "$(VAR_NAME)" expanded, unresolved kept, "$$" one "$".
  @Test(arguments: [
    ("$(NAME)", "value"), ("a-$(NAME)-b", "a-value-b"), ("$(OTHER)", "$(OTHER)"),
    ("$$(NAME)", "$(NAME)"), ("$$$(NAME)", "$value"), ("$NAME", "$NAME"), ("$(NAME", "$(NAME"),
    ("100$", "100$"), ("$()", "$()"),
  ])
  func `a variable in a command`(text: String, expanded: String) {
    let variables = [EnvironmentVariable("NAME", "value")]
    #expect(expandVariables(in: text, with: variables) == expanded)
  }

  /// Expected by `date -u -d @SECONDS +%FT%TZ`.
  @Test(arguments: [
    (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"),
    (1_795_368_600, "2026-11-22T17:30:00Z"), (4_102_444_799, "2099-12-31T23:59:59Z"),
    (-1, "1969-12-31T23:59:59Z"), (1_709_164_800, "2024-02-29T00:00:00Z"),
  ])
  func `a civil time`(seconds: Int64, text: String) {
    #expect(WallTime(milliseconds: seconds * 1000).rfc3339 == text)
  }

  @Test func `a civil time with nanoseconds`() {
    #expect(WallTime(milliseconds: 7).rfc3339Nano == "1970-01-01T00:00:00.007000000Z")
  }
}
