/// Guesses what a user meant to type.
public enum Spelling {
  /// The candidate that the fewest changed letters turn `word` into, or nil where none is near. Of
  /// equally near ones the first wins.
  public static func nearest(to word: String, among candidates: [String]) -> String? {
    var best: (distance: Int, candidate: String)?
    for candidate in candidates {
      let distance = editDistance(Array(word.utf8), Array(candidate.utf8))
      if distance <= max(2, candidate.utf8.count / 4), distance < best?.distance ?? .max {
        best = (distance, candidate)
      }
    }
    return best?.candidate
  }

  /// Levenshtein's distance: insertions, deletions and replacements of one byte.
  private static func editDistance(_ source: [UInt8], _ target: [UInt8]) -> Int {
    var row = Array(0...target.count)
    for (sourceOffset, byte) in source.enumerated() {
      var diagonal = row[0]
      row[0] = sourceOffset + 1
      for column in 0..<target.count {
        let replaced = diagonal + (byte == target[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(replaced, min(row[column], diagonal) + 1)
      }
    }
    return row[target.count]
  }
}
