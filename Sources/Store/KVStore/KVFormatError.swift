import Base

/// Why bytes from the log, a file or a peer are not what they should be.
public enum KVFormatError: Error, Hashable, Sendable {
  case wrongMagic
  case unknownVersion(UInt8)
  case unknownKind(UInt8)
  case invalidFlags(UInt8)
  case trailingBytes(count: Int)
  /// A count or length that the bytes left cannot hold.
  case outOfRange(UInt64, offset: Int)
  case truncated(offset: Int)
  case checksumMismatch(expected: UInt32, actual: UInt32)
  /// A segment is not the one that its name says.
  case wrongSegment(SegmentID)
  /// Records that contradict each other or the manifest.
  case inconsistentRecord(offset: Int)
  case certificateRoles(CertificateRolesError)
}

/// Reads our own formats: a `ByteReader` with this target's errors.
struct FormatReader {
  private var reader: ByteReader

  init(_ bytes: Bytes) {
    reader = ByteReader(bytes)
  }

  var offset: Int { reader.offset }
  var remaining: Int { reader.remaining }
  var isAtEnd: Bool { reader.isAtEnd }

  mutating func readUInt8() throws(KVFormatError) -> UInt8 {
    do throws(ByteReaderError) { return try reader.readUInt8() } catch { throw translate(error) }
  }

  mutating func readVarint() throws(KVFormatError) -> UInt64 {
    do throws(ByteReaderError) { return try reader.readVarint() } catch { throw translate(error) }
  }

  mutating func readInteger<Value: FixedWidthInteger>(
    _ type: Value.Type
  ) throws(KVFormatError) -> Value {
    do throws(ByteReaderError) {
      return try reader.readInteger(littleEndian: type)
    } catch {
      throw translate(error)
    }
  }

  mutating func readPrefixed() throws(KVFormatError) -> Bytes {
    do throws(ByteReaderError) { return try reader.readPrefixed() } catch {
      throw translate(error)
    }
  }

  mutating func readBytes(_ count: Int) throws(KVFormatError) -> Bytes {
    do throws(ByteReaderError) { return try reader.readBytes(count) } catch {
      throw translate(error)
    }
  }

  /// A count of items that take at least `itemBytesMin` bytes each.
  mutating func readCount(itemBytesMin: Int) throws(KVFormatError) -> Int {
    let count = try readVarint()
    guard count <= UInt64(remaining / itemBytesMin) else {
      throw .outOfRange(count, offset: offset)
    }
    return Int(count)
  }

  private func translate(_ error: ByteReaderError) -> KVFormatError {
    switch error {
    case .truncated(let offset, _): .truncated(offset: offset)
    case .varintTooLong(let offset): .outOfRange(.max, offset: offset)
    }
  }
}
