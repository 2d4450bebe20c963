import Base
import Foundation
import JSON
import Objects
import Testing

/// How kubectl 1.32.4 printed random quantities, as Fixtures/quantities/record.py recorded it.
@Suite struct `Quantities beside kubectl` {
  /// kubectl prints some texts as they were written, without bringing them into canonical form. It
  /// takes a text without a number, such as "+" or "-E8", as zero, which is refused here; and it
  /// loses the suffix of 10^21 and more ("1000E" becomes "1"), which stays here.
  @Test func `canonical forms and refusals`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let data = try Data(contentsOf: root.appending(path: "Fixtures/quantities/kubectl.json"))
    let pairs = try #require(try JSONValue(parsing: Bytes(Array(data))).array)
    let largest = try #require(Quantity("999E"))
    let smallest = try #require(Quantity("-999E"))
    var compared = 0
    for pair in pairs {
      let text = try #require(pair[0]?.string)
      let quantity = Quantity(text)
      let ours = quantity?.description
      guard let form = pair[1]?.string else {
        #expect(ours == nil, "\(text)")
        continue
      }
      let number = text.prefix { !$0.isLetter }
      if !number.contains(where: \.isNumber) { continue }
      if let quantity, quantity > largest || quantity < smallest { continue }
      if form != text {
        compared += 1
        #expect(ours == form, "\(text)")
      } else {
        #expect(ours != nil, "\(text)")
      }
    }
    #expect(compared > 300)
  }
}
