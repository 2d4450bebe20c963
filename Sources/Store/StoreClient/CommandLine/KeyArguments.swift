import Base
import EtcdAPI

/// The flags of `get`, `put` and `del`, and the requests that they make: also those of
/// transactions.
enum KeyArguments {
  /// A range and how much of its answer to show.
  struct Get: Hashable, Sendable {
    var request: RangeRequest
    var valueOnly: Bool
  }

  // MARK: - get

  static let getFlags = flags("get", operands: "<key> [range_end]", declareGet)

  static func declareGet(_ flags: inout FlagSet) {
    flags.declare(
      "consistency", .text, default: "l", help: "Linearizable(l) or Serializable(s)")
    flags.declare("order", .text, help: "Order of results; ASCEND or DESCEND")
    flags.declare(
      "sort-by", .text, help: "Sort target; CREATE, KEY, MODIFY, VALUE, or VERSION")
    flags.declare("limit", .integer, default: "0", help: "Maximum number of results")
    flags.declare("prefix", .boolean, help: "Get keys with matching prefix")
    flags.declare(
      "from-key", .boolean, help: "Get keys greater than or equal to the given key by bytes")
    flags.declare("rev", .integer, default: "0", help: "The revision to read at")
    flags.declare("keys-only", .boolean, help: "Get only the keys")
    flags.declare("count-only", .boolean, help: "Get only the count")
    flags.declare(
      "print-value-only", .boolean, help: "Only write values in the \"simple\" output format")
  }

  static func range(_ values: FlagValues) throws(CommandFailure) -> Get {
    let (key, end) = try keyRange(values, command: "get", extraOperands: true)
    var request = RangeRequest(key: key, rangeEnd: end)
    request.limit = values.integer("limit")
    request.revision = values.integer("rev")
    request.keysOnly = values.boolean("keys-only")
    request.countOnly = values.boolean("count-only")
    switch values.text("consistency") {
    case "l": break
    case "s": request.serializable = true
    case let other:
      throw CommandFailure(.badFeature, "unknown consistency flag \(GoText.quoted(other))")
    }
    try sort(&request, values)
    if request.keysOnly && request.countOnly {
      throw CommandFailure(
        .badArguments,
        "`--keys-only` and `--count-only` cannot be set at the same time, choose one")
    }
    return Get(request: request, valueOnly: values.boolean("print-value-only"))
  }

  private static func sort(
    _ request: inout RangeRequest, _ values: FlagValues
  ) throws(CommandFailure) {
    let (order, target) = (values.text("order"), values.text("sort-by"))
    switch order.uppercased() {
    case "": break
    case "ASCEND": request.sortOrder = .ascend
    case "DESCEND": request.sortOrder = .descend
    default: throw CommandFailure(.badFeature, "bad sort order \(order)")
    }
    switch target.uppercased() {
    case "", "KEY": request.sortTarget = .key
    case "CREATE": request.sortTarget = .create
    case "MODIFY": request.sortTarget = .mod
    case "VALUE": request.sortTarget = .value
    case "VERSION": request.sortTarget = .version
    default: throw CommandFailure(.badFeature, "bad sort target \(target)")
    }
    // Keys come in ascending order by themselves (clientv3 WithSort).
    if request.sortTarget == .key && request.sortOrder == .ascend { request.sortOrder = .none }
  }

  // MARK: - put

  static let putFlags = flags("put", operands: "<key> <value>", declarePut)

  static func declarePut(_ flags: inout FlagSet) {
    flags.declare("lease", .text, default: "0", help: "Lease ID (hexadecimal) to attach")
    flags.declare("prev-kv", .boolean, help: "Return the previous key-value pair")
    flags.declare("ignore-value", .boolean, help: "Update the key using its current value")
    flags.declare("ignore-lease", .boolean, help: "Update the key using its current lease")
  }

  /// `input`: standard input to its end, asked for where the value is not given; nil where there is
  /// none to read.
  static func put(
    _ values: FlagValues, input: () throws(CommandFailure) -> Bytes?
  ) throws(CommandFailure) -> PutRequest {
    let operands = values.operands
    let wrongCount = CommandFailure(
      .badArguments, "put command needs 1 argument and input from stdin or 2 arguments")
    guard let key = operands.first else { throw wrongCount }
    var request = PutRequest(key: ArgumentText.bytes(key))
    request.prevKv = values.boolean("prev-kv")
    request.ignoreValue = values.boolean("ignore-value")
    request.ignoreLease = values.boolean("ignore-lease")
    if request.ignoreValue {
      guard operands.count == 1 else {
        throw CommandFailure(
          .badArguments, "put command needs only 1 argument when 'ignore-value' is set")
      }
    } else if operands.count > 1 {
      request.value = ArgumentText.bytes(operands[1])
    } else {
      guard let value = try input(), !value.isEmpty else { throw wrongCount }
      request.value = value
    }
    let lease = values.text("lease")
    guard let id = Int64(lease, radix: 16) else {
      throw CommandFailure(
        .badArguments,
        "bad lease ID (\(GoText.parseComplaint(lease))), expecting ID in Hex")
    }
    request.lease = id
    return request
  }

  // MARK: - del

  static let deleteFlags = flags("del", operands: "<key> [range_end]", declareDelete)

  static func declareDelete(_ flags: inout FlagSet) {
    flags.declare("prefix", .boolean, help: "Delete keys with matching prefix")
    flags.declare("prev-kv", .boolean, help: "Return the deleted key-value pairs")
    flags.declare(
      "from-key", .boolean, help: "Delete keys greater than or equal to the given key by bytes")
  }

  static func delete(_ values: FlagValues) throws(CommandFailure) -> DeleteRangeRequest {
    let (key, end) = try keyRange(values, command: "del", extraOperands: false)
    return DeleteRangeRequest(key: key, rangeEnd: end, prevKv: values.boolean("prev-kv"))
  }

  // MARK: - Ranges

  /// The key and range end that operands, `--prefix` and `--from-key` name. `extraOperands`:
  /// whether etcdctl overlooks operands behind the second.
  static func keyRange(
    _ values: FlagValues, command: String, extraOperands: Bool
  ) throws(CommandFailure) -> (key: Bytes, end: Bytes) {
    let (isPrefix, isFromKey) = (values.boolean("prefix"), values.boolean("from-key"))
    if isPrefix && isFromKey {
      throw CommandFailure(
        .badArguments, "`--prefix` and `--from-key` cannot be set at the same time, choose one")
    }
    guard let first = values.operands.first, extraOperands || values.operands.count <= 2 else {
      throw CommandFailure(
        .badArguments,
        "\(command) command needs one argument as key and an optional argument as range_end")
    }
    let key = ArgumentText.bytes(first)
    if values.operands.count > 1 {
      if isPrefix || isFromKey {
        throw CommandFailure(
          .badArguments,
          "too many arguments, only accept one argument when `--prefix` or `--from-key` is set")
      }
      return (key, ArgumentText.bytes(values.operands[1]))
    }
    if isPrefix {
      let request = RangeRequest(prefix: key)
      return (request.key, request.rangeEnd)
    }
    if isFromKey { return (key.isEmpty ? KeyRanges.unbounded : key, KeyRanges.unbounded) }
    return (key, Bytes())
  }

  private static func flags(
    _ name: String, operands: String, _ declare: (inout FlagSet) -> Void
  ) -> FlagSet {
    var flags = FlagSet(command: name, operands: operands)
    declare(&flags)
    return flags
  }
}
