/// Why nothing, or nothing of use, could be measured.
public enum BenchError: Error {
  case usage(String)
  case missing(String, hint: String)
  /// Numbers from a file system that keeps nothing on a disk would say nothing.
  case notADisk(String)
  case overdue(String, log: String)
  case serverEnded(String, log: String)
  /// A server answers otherwise than it must.
  case refused(String)

  /// 1 where a server did otherwise than it must, 2 where nothing could be measured.
  var exitStatus: Int32 {
    switch self {
    case .usage, .missing, .notADisk: 2
    case .overdue, .serverEnded, .refused: 1
    }
  }

  public var explanation: String {
    switch self {
    case .usage(let text): text
    case .missing(let name, let hint): "\(name) is missing; \(hint)"
    case .notADisk(let folder): "\(folder) lies in memory (tmpfs); give a folder on a disk by --dir"
    case .overdue(let what, let log): "not in time: \(what); the logs are in \(log)"
    case .serverEnded(let name, let log): "\(name) ended; its log is \(log)"
    case .refused(let text): text
    }
  }
}
