public import JSON

/// Amounts of the resources that pods ask for and nodes have. Sums that do not fit stop at the
/// largest number: such a pod fits nowhere.
public struct ResourceAmounts: Hashable, Sendable {
  /// Thousandths of a processor.
  public var cpuMilli: Int64 = 0
  public var memoryBytes: Int64 = 0
  public var ephemeralStorageBytes: Int64 = 0
  /// All others (`nvidia.com/gpu`, `hugepages-2Mi`), in the order of their names.
  public private(set) var others: [Named] = []

  public struct Named: Hashable, Sendable {
    public let name: String
    public var amount: Int64
  }

  public init() {}

  /// Reads a core/v1 ResourceList without `pods`; what is no quantity, or below zero, counts as
  /// absent.
  public init(_ list: JSONValue?) {
    for member in list?.object?.members ?? [] {
      guard let quantity = Quantity(json: member.value), !quantity.isNegative else { continue }
      switch member.name {
      case "cpu": cpuMilli = quantity.milliValue
      case "memory": memoryBytes = quantity.value
      case "ephemeral-storage": ephemeralStorageBytes = quantity.value
      case "pods": break
      case _: others.append(Named(name: member.name, amount: quantity.value))
      }
    }
    others.sort { $0.name < $1.name }
  }

  public mutating func add(_ other: ResourceAmounts) {
    combine(with: other) { left, right in
      let (sum, overflow) = left.addingReportingOverflow(right)
      return overflow ? .max : sum
    }
  }

  /// The larger one of each.
  public mutating func raise(to other: ResourceAmounts) {
    combine(with: other) { max($0, $1) }
  }

  /// The amount of one of `others`; 0 for a resource that is not there.
  public func amount(of name: String) -> Int64 {
    others.first { $0.name == name }?.amount ?? 0
  }

  private mutating func combine(
    with other: ResourceAmounts, _ operation: (Int64, Int64) -> Int64
  ) {
    cpuMilli = operation(cpuMilli, other.cpuMilli)
    memoryBytes = operation(memoryBytes, other.memoryBytes)
    ephemeralStorageBytes = operation(ephemeralStorageBytes, other.ephemeralStorageBytes)
    for named in other.others {
      if let place = others.firstIndex(where: { $0.name == named.name }) {
        others[place].amount = operation(others[place].amount, named.amount)
      } else {
        others.append(Named(name: named.name, amount: operation(0, named.amount)))
        others.sort { $0.name < $1.name }
      }
    }
  }
}
