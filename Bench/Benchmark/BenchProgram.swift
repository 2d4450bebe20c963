import Base
import Linux

/// Runs a benchmark as a program and ends it: 0 where everything went as it should, 1 where a check
/// failed, 2 where nothing could be measured.
public func runBenchmark(_ name: String, _ body: ([String]) throws -> Int32) -> Never {
  do {
    Machine.exit(try body(Array(CommandLine.arguments.dropFirst())))
  } catch let error as BenchError {
    say("\(name): \(error.explanation)")
    Machine.exit(error.exitStatus)
  } catch {
    say("\(name): \(error)")
    Machine.exit(2)
  }
}

/// Prints a line.
public func say(_ text: String) {
  do {
    try StandardStream.output.write(Bytes(text + "\n"))
  } catch {
    // The reader is gone, as behind `| head`.
    Machine.exit(0)
  }
}
