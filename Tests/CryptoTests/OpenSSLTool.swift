import Base
import Crypto
import Linux
import Testing

/// The openssl program, for a second opinion, with files in a folder of its own.
final class OpenSSLTool {
  let folder: String
  private let program: String

  struct Missing: Error, CustomStringConvertible {
    let description = "openssl is missing: apt-get install openssl"
  }

  init() throws {
    let path = Machine.environmentValue("PATH") ?? "/usr/bin:/bin"
    guard let program = Process.find("openssl", path: path) else { throw Missing() }
    self.program = program
    folder = "/tmp/keelson-crypto-\(Machine.processID)-\(Machine.randomWord())"
    try Files.makeFolder(folder)
  }

  deinit {
    do {
      try Files.removeTree(folder)
    } catch {
      // A left-over folder under /tmp harms no test.
      return
    }
  }

  func path(_ name: String) -> String { folder + "/" + name }

  func write(_ name: String, _ bytes: Bytes) throws -> String {
    try Files.replace(path(name), with: bytes)
    return path(name)
  }

  func run(_ arguments: [String]) throws -> (output: String, code: Int32) {
    let pipe = try Pipe()
    var specification = ProcessSpecification(program, arguments)
    specification.descriptors = [nil, pipe.writer.rawValue, pipe.writer.rawValue]
    specification.folder = folder
    let process = try Process.spawn(specification)
    let output = try pipe.takeReader().readToEnd()
    return (output.text, try process.wait().shellCode)
  }
}
