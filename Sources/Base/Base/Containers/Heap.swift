/// A binary min-heap: the least element first. Equal elements leave in no particular order, so an
/// order that reaches an effect must be total.
public struct Heap<Element: Comparable> {
  private var elements: [Element] = []

  public init() {}

  public var count: Int { elements.count }
  public var isEmpty: Bool { elements.isEmpty }
  public var first: Element? { elements.first }

  public mutating func insert(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard elements[child] < elements[parent] else { return }
      elements.swapAt(child, parent)
      child = parent
    }
  }

  public mutating func popFirst() -> Element? {
    guard let least = elements.first else { return nil }
    let moved = elements.removeLast()
    if !elements.isEmpty {
      elements[0] = moved
      siftDown()
    }
    return least
  }

  private mutating func siftDown() {
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < elements.count && elements[child] < elements[least] {
        least = child
      }
      if least == parent { return }
      elements.swapAt(parent, least)
      parent = least
    }
  }
}

extension Heap: Sendable where Element: Sendable {}
