import Base
import EtcdAPI
import Objects
import Registry

/// Lists, watches, and the keys that follow from what they bring.
extension ControlComponent {
  mutating func list(_ index: Int) {
    call(.range(informers[index].beginListing()), for: .list(index))
  }

  mutating func listed(_ index: Int, _ answer: StoreAnswer) {
    guard case .range(let page) = answer else {
      if case .refused(let status) = answer {
        note("list refused", [["collection", name(index)], ["status", status.text]])
      }
      if answer == .refused(.compacted) {
        // The pages' revision is gone: from the first one again.
        list(index)
      } else {
        informers[index].listFailed(now: now.instant, random: &random)
      }
      return
    }
    switch informers[index].take(page, now: now.instant) {
    case .ignored: return
    case .next(let request): call(.range(request), for: .list(index))
    case .complete(let found):
      let known = view.objects(in: informers[index].collection)
      apply(Informer.changes(found, against: known), to: index)
      let watch = watchID()
      informerOfWatch[watch] = index
      emit(.store(.watch(watch, informers[index].follow(watch))))
      moved(index)
    }
  }

  mutating func delivered(_ watch: StoreWatchID, _ delivery: StoreDelivery) {
    guard let index = informerOfWatch[watch] else { return }
    switch delivery {
    case .events(let revision, let events):
      storeRevision = max(storeRevision, revision)
      let changes = informers[index].take(events: events, upTo: revision, now: now.instant)
      apply(changes, to: index)
      moved(index)
    case .compacted:
      informerOfWatch[watch] = nil
      note("watch compacted; listing anew", warning: false, [["collection", name(index)]])
      list(index)
    case .ended(let status):
      informerOfWatch[watch] = nil
      note("watch ended", [["collection", name(index)], ["status", status.text]])
      informers[index].watchEnded(now: now.instant, random: &random)
    }
  }

  private func name(_ index: Int) -> String { informers[index].collection.prefix.text }

  /// The informer has reached another revision.
  private mutating func moved(_ index: Int) {
    let revision = informers[index].revision
    for reader in hosted.indices { hosted[reader].queue.advance(informer: index, to: revision) }
    if informers[index].collection == .candidates { judgeElections() }
    for reader in hosted.indices where hosted[reader].informers.contains(index) {
      beginIfFresh(reader)
    }
  }

  /// An informer that is behind is asked to catch up.
  mutating func want(_ index: Int, _ revision: Int64) {
    informers[index].want(revision)
    if let watch = informers[index].progressDue(now: now.instant) {
      emit(.store(.requestProgress(watch)))
    }
  }

  // MARK: - Changes

  private mutating func apply(_ changes: [Informer.Change], to index: Int) {
    let isStandby = isStandby
    for change in changes {
      #if PLANTED_BUGS
        if configuration.plantedBug == .lostWatchEvent,
          informers[index].collection != .candidates, random.chance(Ratio(1, in: 20))
        {
          continue
        }
      #endif
      let (old, new) = apply(change)
      if old == nil && new == nil { continue }
      for reader in readers[index] where hosted[reader].isActing {
        for key in hosted[reader].reconciler.keys(old: old, new: new, in: view) {
          if isStandby && !hosted[reader].electsLeader {
            hosted[reader].queue.add(key, at: now.instant + configuration.standbyDelay)
          } else {
            hosted[reader].queue.add(key)
          }
        }
      }
    }
  }

  /// Every copy of a reconciler without a leader may act, but one is enough: a process that leads
  /// nothing of what it stands for gives another one time to act first.
  private var isStandby: Bool {
    let candidacies = hosted.compactMap(\.candidacy)
    return !candidacies.isEmpty && !candidacies.contains(where: \.isLeading)
  }

  /// Kinds of which there are many, and of which reconcilers ask what `ObjectMeta` says.
  private static let kindsAsText: Set<Kind> = [.configMap, .event, .secret]

  /// What cannot be decoded counts as absent.
  private mutating func apply(
    _ change: Informer.Change
  ) -> (old: StoredObject?, new: StoredObject?) {
    if let value = change.value {
      do throws(UndecodableObject) {
        let new = try StoredObject(
          decoding: value, asText: Self.kindsAsText, sharing: &subtrees)
        return (view.put(new), new)
      } catch {
        note("undecodable object skipped", [["key", change.key.text], ["reason", "\(error)"]])
      }
    }
    guard let key = StoreKey(change.key) else { return (nil, nil) }
    return (view.remove(key), nil)
  }

  // MARK: - Beginning to act

  /// A reconciler acts once its informers are listed and, for a leader, fresh.
  mutating func beginIfFresh(_ index: Int) {
    guard !hosted[index].isActing else { return }
    let own = hosted[index].informers
    guard own.allSatisfy({ informers[$0].isListed }) else { return }
    switch hosted[index].candidacy {
    case nil: break
    case .catchingUp(let created, let until):
      guard own.allSatisfy({ informers[$0].revision >= until }) else { return }
      hosted[index].candidacy = .acting(created)
    case .waiting, .campaigning, .standing, .reading, .acting, .resigning: return
    }
    hosted[index].beginActing()
    let reconciler = hosted[index].reconciler
    note("acting", warning: false, [["reconciler", reconciler.name]])
    hosted[index].queue.add(.everything)
    for collection in reconciler.collections.sorted() {
      for object in view.objects(in: collection) {
        for key in reconciler.keys(old: nil, new: object, in: view) {
          hosted[index].queue.add(key)
        }
      }
    }
  }
}
