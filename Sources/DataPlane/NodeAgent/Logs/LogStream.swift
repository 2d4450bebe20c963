import Base
import Linux
import Node

/// One client's way through one log.
final class LogStream {
  private let source: Source
  private let follow: Bool
  private var reader: LogFileReader?
  private var lines: LogLines
  /// Of the folder that the log is in, where it is followed.
  var watch: FolderWatch.Token?

  /// The log of one attempt.
  struct Source {
    let uid: String
    let container: String
    let attempt: Int
    let path: String
  }

  enum Next {
    case bytes(Bytes)
    /// Nothing now; more may come.
    case nothing
    case end
    case failed(Errno)
  }

  init(_ source: Source, _ options: LogOptions) throws(Errno) {
    self.source = source
    follow = options.follow
    reader = try LogFileReader(path: source.path, tailLines: options.tailLines)
    lines = LogLines(options)
  }

  var path: String { source.path }

  func close() { reader = nil }

  /// The next part of the answer.
  func next(_ places: any LogPlaces) -> Next {
    // The question first: what is written before a container's end is then read.
    let isRunning =
      follow
      && places.logPlace(uid: source.uid)?
        .isRunning(source.container, attempt: source.attempt) == true
    var output = ByteBuffer()
    do throws(Errno) {
      while output.isEmpty, !lines.isDone {
        guard let bytes = try reader?.read(), !bytes.isEmpty else {
          return isRunning ? .nothing : .end
        }
        lines.append(bytes, into: &output)
      }
    } catch {
      return .failed(error)
    }
    return output.isEmpty ? .end : .bytes(output.take())
  }
}
