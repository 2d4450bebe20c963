/// A double-ended queue in a ring: push and pop at both ends without moving the rest.
public struct Deque<Element> {
  @usableFromInline var slots: [Element?]
  @usableFromInline var head = 0
  public private(set) var count = 0

  @inlinable
  public init() {
    slots = []
  }

  public var isEmpty: Bool { count == 0 }
  public var first: Element? { isEmpty ? nil : slots[head] }
  public var last: Element? { isEmpty ? nil : slots[slot(count - 1)] }

  /// The element at `position` from the front, 0..<count.
  public subscript(position: Int) -> Element {
    get {
      precondition(position >= 0 && position < count, "position out of range")
      guard let element = slots[slot(position)] else { preconditionFailure("empty slot in use") }
      return element
    }
    set {
      precondition(position >= 0 && position < count, "position out of range")
      slots[slot(position)] = newValue
    }
  }

  public mutating func append(_ element: Element) {
    growIfFull()
    slots[slot(count)] = element
    count += 1
  }

  public mutating func prepend(_ element: Element) {
    growIfFull()
    head = head == 0 ? slots.count - 1 : head - 1
    slots[head] = element
    count += 1
  }

  public mutating func popFirst() -> Element? {
    guard count > 0 else { return nil }
    let element = slots[head]
    slots[head] = nil
    head = slot(1)
    count -= 1
    return element
  }

  public mutating func popLast() -> Element? {
    guard count > 0 else { return nil }
    let position = slot(count - 1)
    let element = slots[position]
    slots[position] = nil
    count -= 1
    return element
  }

  public mutating func removeAll() {
    slots = []
    head = 0
    count = 0
  }

  private func slot(_ position: Int) -> Int {
    let raw = head + position
    return raw < slots.count ? raw : raw - slots.count
  }

  private mutating func growIfFull() {
    guard count == slots.count else { return }
    var grown: [Element?] = []
    grown.reserveCapacity(max(8, count * 2))
    for position in 0..<count { grown.append(slots[slot(position)]) }
    grown += Array(repeating: nil, count: max(8, count * 2) - count)
    slots = grown
    head = 0
  }
}

extension Deque: Sendable where Element: Sendable {}
