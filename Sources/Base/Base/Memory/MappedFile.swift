/// A file's bytes, in memory only where they are looked at: the system may take them back at any
/// time.
///
/// The file does not change, and is not truncated, while this object lives; it may lose its name.
public protocol MappedFile: AnyObject {
  /// Valid as long as this object lives.
  @unsafe var bytes: UnsafeRawBufferPointer { get }
  /// The pages that were looked at are not in memory any more; looking again brings them back.
  func releasePages()
}
