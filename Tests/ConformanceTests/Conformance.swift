import Testing

/// Root of all tests that start programs: one after the other, so that none starves another.
/// Suites nest in extensions of it, one file each.
@Suite(.serialized, .timeLimit(.minutes(10)))
enum Conformance {}
