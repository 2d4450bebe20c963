import Base
import EtcdAPI
import HTTP
import Objects
import Registry

/// What a list has read of an old revision so far, page by page.
struct ListProgress: Sendable {
  var found: [ObjectState] = []
  /// Where the next page begins.
  var from: Bytes
}

/// Lists: from the view, or at an older revision from the store.
extension Reading {
  static func list(
    _ scope: ObjectScope, _ options: ListOptions, _ exchange: inout Exchange, _ serving: Serving
  ) throws(APIStatus) -> Verdict {
    let representation = try Representation(exchange, of: .list)
    let list = ListPlan(scope: scope, representation: representation, limit: max(0, options.limit))
    if !options.continueText.isEmpty {
      return try goOn(list, options, &exchange, serving)
    }
    switch options.revision {
    case .latest:
      guard exchange.isFresh else { return .refresh }
      return list.verdict(serving, after: nil)
    case .any:
      guard serving.isReady else { return .refresh }
      // Of whatever is at hand, kube-apiserver gives all.
      return list.unlimited.verdict(serving, after: nil)
    case .at(let revision):
      if let verdict = try reach(revision, exchange, serving) { return verdict }
      let isExact = options.match == .exact || options.match == nil && options.limit > 0
      guard isExact, revision != serving.revision else {
        return list.verdict(serving, after: nil)
      }
      return try list.read(revision, after: nil, &exchange, serving)
    }
  }

  private static func goOn(
    _ list: ListPlan, _ options: ListOptions, _ exchange: inout Exchange, _ serving: Serving
  ) throws(APIStatus) -> Verdict {
    if case .at = options.revision {
      throw .badRequest("specifying resource version is not allowed when using continue")
    }
    guard let token = ContinueToken(options.continueText) else {
      throw .badRequest("invalid continue token: continue key is not valid")
    }
    guard let revision = token.revision else {
      guard exchange.isFresh else { return .refresh }
      return list.verdict(serving, after: token.last)
    }
    return try list.read(revision, after: token.last, &exchange, serving)
  }
}

/// One list: what, how much of it, and for whom.
struct ListPlan: Sendable {
  let scope: ObjectScope
  let representation: Representation
  /// 0: all.
  var limit: Int64

  /// Keys in one page of the store.
  private static let pageKeysMax: Int64 = 500

  var unlimited: ListPlan {
    var all = self
    all.limit = 0
    return all
  }

  /// From the view.
  fileprivate func verdict(_ serving: Serving, after last: String?) -> Verdict {
    let candidates = scope.candidates(in: serving.view, after: last)
    var metadata = ListMetadata(revision: serving.revision)
    if scope.selector.isEverything {
      guard limit > 0, candidates.count > limit else {
        return stream(.objects(candidates), metadata, serving)
      }
      let page = candidates.prefix(Int(limit))
      metadata.remainingItemCount = Int64(candidates.count - page.count)
      metadata.continueToken = token(serving.revision, last: page.last?.objectKey)
      return stream(.objects(page), metadata, serving)
    }
    var found: [StoredObject] = []
    for object in candidates where scope.selector.matches(object) {
      if limit > 0, found.count == limit {
        metadata.continueToken = token(serving.revision, last: found.last?.objectKey)
        break
      }
      found.append(object)
    }
    return stream(.objects(found[...]), metadata, serving)
  }

  /// From the store, at a revision, in as many pages as it takes.
  fileprivate func read(
    _ revision: Int64, after last: String?, _ exchange: inout Exchange, _ serving: Serving
  ) throws(APIStatus) -> Verdict {
    var progress =
      exchange.list ?? ListProgress(from: last.map(position(behind:)) ?? Bytes(scope.prefix))
    switch exchange.answer {
    case .range(let page):
      exchange.answer = nil
      if let verdict = take(page, at: revision, &progress, serving) { return verdict }
    case .compacted:
      // No fresher view brings it back.
      let status = last.map { APIStatus.expiredContinue(ContinueToken(revision: nil, last: $0)) }
      return .respond((status ?? .expiredList).response)
    case .shell, .committed, nil: break
    }
    exchange.list = progress
    var request = RangeRequest(prefix: Bytes(scope.prefix))
    request.key = progress.from
    request.revision = revision
    request.limit = Self.pageKeysMax
    if limit > 0, scope.selector.isEverything {
      request.limit = min(request.limit, limit - Int64(progress.found.count))
    }
    return .read(request)
  }

  /// Nil: another page is needed.
  private func take(
    _ page: RangeResponse, at revision: Int64, _ progress: inout ListProgress, _ serving: Serving
  ) -> Verdict? {
    var metadata = ListMetadata(revision: revision)
    for (place, value) in page.kvs.enumerated() {
      progress.from = Bytes(value.key.array + [0])
      guard case .object(let key)? = StoreKey(value.key) else { continue }
      guard let state = Reading.state(value, key, serving.view) else { continue }
      if !scope.selector.isEverything {
        guard let object = state.object, scope.selector.matches(object) else { continue }
      }
      progress.found.append(state)
      let isLast = place == page.kvs.count - 1 && !page.more
      guard limit > 0, progress.found.count == limit, !isLast else { continue }
      metadata.continueToken = token(revision, last: key)
      if scope.selector.isEverything {
        metadata.remainingItemCount = page.count - Int64(place) - 1
      }
      return stream(.states(progress.found[...]), metadata, serving)
    }
    guard !page.more || page.kvs.isEmpty else { return nil }
    return stream(.states(progress.found[...]), metadata, serving)
  }

  private func position(behind last: String) -> Bytes {
    Bytes((scope.prefix + last).utf8 + [0])
  }

  private func token(_ revision: Int64, last: ObjectKey?) -> String? {
    guard let last else { return nil }
    let isWithinNamespace = scope.namespace != nil || last.namespace.isEmpty
    return ContinueToken(
      revision: revision, last: isWithinNamespace ? last.name : "\(last.namespace)/\(last.name)"
    ).text
  }

  private func stream(
    _ items: ListItems, _ metadata: ListMetadata, _ serving: Serving
  ) -> Verdict {
    .list(ListStream(self, items, metadata, now: serving.now))
  }
}
