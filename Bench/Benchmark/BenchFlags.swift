public import Base
import Linux

extension FlagSet {
  /// `--dir`, `--keelson` and `--help`, which every benchmark of running servers has.
  public mutating func declareServers() {
    declare("dir", .text, default: "/var/tmp", help: "folder on a disk for the data")
    declare("keelson", .text, help: "the program (default: beside this one)")
    declare("help", letter: "h", .boolean, help: "prints this")
  }

  /// What `arguments` say; nil where `--help` was all that was asked for, which is then answered.
  public func values(_ arguments: [String]) throws -> FlagValues? {
    let values = try parse(arguments)
    guard values.boolean("help") else { return values }
    say(usage)
    return nil
  }
}

extension FlagValues {
  /// The number of a flag, from `least` to 1,000,000.
  public func count(_ name: String, least: Int64) throws -> Int {
    guard integer(name) >= least, integer(name) <= 1_000_000 else {
      throw BenchError.usage("--\(name): expected \(least) to 1000000")
    }
    return Int(integer(name))
  }

  /// The path of the program that is measured.
  public func keelson() throws -> String {
    let given = text("keelson")
    guard given.isEmpty else { return given }
    let beside = try Machine.executablePath().split(separator: "/").dropLast()
    return "/" + (beside + ["keelson"]).joined(separator: "/")
  }
}
