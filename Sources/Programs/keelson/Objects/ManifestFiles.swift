import Base
import Linux
import Registry

/// Reads the manifests that `-f` names.
enum ManifestFiles {
  private static let endings = [".json", ".yaml", ".yml"]

  /// All of them, or what is wrong with any: then nothing is to be written.
  static func read(_ values: FlagValues) throws -> [Manifest] {
    var reader = ManifestReader(
      namespace: values.text("namespace"), isNamespaceGiven: values.isGiven("namespace"))
    for path in values.repeated("filename") {
      if path == "-" {
        reader.read(try standardInput(), file: "-")
        continue
      }
      for file in try files(path, isRecursive: values.boolean("recursive")) {
        do throws(Errno) {
          reader.read(try Files.read(file), file: file)
        } catch {
          throw ObjectFailure("error: \(file): \(error)")
        }
      }
    }
    try refuse(reader.problems)
    guard !reader.manifests.isEmpty else { throw ObjectFailure("error: no objects passed") }
    return reader.manifests
  }

  static func refuse(_ problems: [ManifestProblem]) throws {
    guard !problems.isEmpty else { return }
    throw ObjectFailure(problems.map { "error: \($0)" }.joined(separator: "\n"))
  }

  /// A file as it is named; of a folder what looks like a manifest, by name.
  private static func files(_ path: String, isRecursive: Bool) throws -> [String] {
    let found: [String]
    do throws(Errno) {
      guard try Files.status(path).kind == .folder else { return [path] }
      found = try files(within: path, isRecursive: isRecursive)
    } catch {
      throw ObjectFailure("error: the path \"\(path)\" cannot be accessed: \(error)")
    }
    guard !found.isEmpty else {
      throw ObjectFailure(
        "error: \(path): no files with the endings \(endings.joined(separator: ", "))")
    }
    return found
  }

  private static func files(
    within folder: String, isRecursive: Bool
  ) throws(Errno) -> [String] {
    var found: [String] = []
    for name in try Files.list(folder).sorted() {
      let path = "\(folder)/\(name)"
      if try Files.status(path).kind == .folder {
        if isRecursive { found += try files(within: path, isRecursive: true) }
      } else if endings.contains(where: name.hasSuffix) {
        found.append(path)
      }
    }
    return found
  }

  private static func standardInput() throws -> Bytes {
    var all = ByteBuffer()
    while true {
      let part = try StandardStream.input.read(64 << 10)
      if part.isEmpty { return all.take() }
      all.write(part)
    }
  }
}
