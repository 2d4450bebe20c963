"""Many watchers over many pods while API servers are killed: standard library and etcdctl only.

watchers.py FOLDER [--watchers 1000] [--pods 10000] [--namespaces 100] [--rate 200]
            [--rate-min N] [--seconds 30] [--watch-seconds 8] [--kills 1] [--mute 0]
            [--memory-mib N] [--scratch FOLDER]

FOLDER is of a cluster of `keelson up --api-servers 2` with hollow nodes. Makes pods, waits until all
run, opens watches alternately on the servers (of a namespace, of a node or a label by selector, some
of everything), then changes, deletes and makes pods at a fixed rate, and kills the servers with -9 in
turn, spread over that time; the cluster's supervisor starts them again. A watch lasts some seconds;
its watcher then goes on at its own server from its last resourceVersion, and after a lost connection
at the next server.

What each watcher must have seen is computed from the store's history, which etcdctl follows: every
change of its pods, exactly once, in order, with the object as it is stored. `--mute` watchers ask for
everything and never read: the servers must cut them off. Ends with 0 only if all of it was right.
"""

import argparse
import asyncio
import json
import random
import socket
import sys
import tempfile
import time
from urllib.parse import quote

from cluster import LOST, Cluster, Connection, History

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--watchers", type=int, default=1000)
parser.add_argument("--pods", type=int, default=10_000)
parser.add_argument("--namespaces", type=int, default=100)
parser.add_argument("--rate", type=int, default=200, help="writes a second")
parser.add_argument("--rate-min", type=int, help="writes a second that must be reached")
parser.add_argument("--seconds", type=int, default=30)
parser.add_argument("--watch-seconds", type=int, default=8, help="of one watch, at most")
parser.add_argument("--kills", type=int, default=1)
parser.add_argument("--mute", type=int, default=0, help="watchers that never read")
parser.add_argument("--memory-mib", type=int, help="no API server may ever hold more")
parser.add_argument("--prefix", default="crowd")
parser.add_argument("--scratch", default=tempfile.gettempdir())
options = parser.parse_args()

cluster = Cluster(options.folder)
COLORS = ("red", "blue")
failures = []


def fail(text):
    failures.append(text)
    if len(failures) <= 10:
        print("wrong:", text[:600], flush=True)


def namespace(number):
    return f"{options.prefix}-{number % options.namespaces:03}"


def path(number):
    return f"/api/v1/namespaces/{namespace(number)}/pods"


def pod(number, change=0):
    return {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": f"pod-{number:05}", "annotations": {"change": str(change)},
            "labels": {"color": COLORS[number % 2]},
        },
        "spec": {"containers": [{"name": "main", "image": "none"}]},
    }


async def make_pods():
    started = time.monotonic()
    connection = Connection(cluster)
    for number in range(options.namespaces):
        await connection.patiently(
            "POST", "/api/v1/namespaces", {"metadata": {"name": namespace(number)}}, but=(409,))
    for number in range(options.namespaces):
        account = f"/api/v1/namespaces/{namespace(number)}/serviceaccounts/default"
        while (await connection.patiently("GET", account, but=(404,)))[0] == 404:
            await asyncio.sleep(0.05)

    async def work(first):
        connection = Connection(cluster, first)
        for number in range(first, options.pods, 20):
            await connection.patiently("POST", path(number), pod(number), but=(409,))
        connection.lose()

    await asyncio.gather(*(work(first) for first in range(20)))
    made = time.monotonic()
    print(f"{options.pods} pods made in {made - started:.1f} s", flush=True)
    await all_run(connection)
    print(f"all run {time.monotonic() - made:.1f} s later", flush=True)
    connection.lose()


async def all_run(connection):
    """Waits until every pod that there is runs: then nobody but this script changes one."""
    deadline = time.monotonic() + 180
    while True:
        pending = await connection.listed("/api/v1/pods?fieldSelector=status.phase!%3DRunning")
        count = sum(p["metadata"]["namespace"].startswith(options.prefix) for p in pending)
        if not count:
            return
        assert time.monotonic() < deadline, f"{count} pods do not run"
        await asyncio.sleep(0.2)


async def until(holds, what, seconds=60):
    """Waits. What does not hold in that time is wrong; the rest is judged all the same."""
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(holds):
        if time.monotonic() > deadline:
            return fail(what)
        await asyncio.sleep(0.05)


# MARK: - Watchers


class Told:
    """One event as it came; the same bytes are the same event, for every watcher."""

    lines = {}

    def __init__(self, line):
        event = json.loads(line)
        self.type = event["type"]
        self.object = event["object"]
        meta = self.object.get("metadata", {})
        self.revision = int(meta.get("resourceVersion", 0))
        self.key = f"{meta.get('namespace')}/{meta.get('name')}"

    @staticmethod
    def of(line):
        told = Told.lines.get(line)
        if told is None:
            told = Told.lines[line] = Told(line)
        return told


class Watcher(asyncio.Protocol):
    """One client with one watch after the other, each from where the one before ended."""

    def __init__(self, number, where, field=None, label=None, initial=False):
        self.home = number % len(cluster.servers)
        self.where = where
        self.field = field
        self.label = label
        # Whether its first watch begins with what there is, instead of a list.
        self.initial = initial
        self.initially = {}
        self.start = 0
        self.revision = 0
        self.seen = []
        self.watches = [0] * len(cluster.servers)
        self.lost = 0
        self.transport = None
        self.isDone = False
        self.goesHome = False
        self.draws = random.Random(number)

    @property
    def selection(self):
        found = ""
        if self.field:
            found += f"&fieldSelector={quote('='.join(self.field))}"
        if self.label:
            found += f"&labelSelector={quote('='.join(self.label))}"
        return found

    @property
    def namespace(self):
        """None for one of all namespaces."""
        words = self.where.split("/")
        return words[4] if len(words) > 4 else None

    @property
    def is_at_home(self):
        return self.transport is not None and self.server == self.home

    def selects(self, value):
        if value is None:
            return False
        if self.field and value["spec"].get("nodeName") != self.field[1]:
            return False
        return not self.label or value["metadata"]["labels"].get(self.label[0]) == self.label[1]

    async def begin(self):
        if not self.initial:
            connection = Connection(cluster, self.home)
            _, page = await connection.patiently("GET", f"{self.where}?limit=1{self.selection}")
            self.start = self.revision = int(page["metadata"]["resourceVersion"])
            connection.lose()
        await self.connect(self.home)

    async def connect(self, server):
        """Tries this server first, then the others, until one takes it."""
        while not self.isDone:
            for step in range(len(cluster.servers)):
                self.server = (server + step) % len(cluster.servers)
                try:
                    await asyncio.get_running_loop().create_connection(
                        lambda: self, *cluster.servers[self.server], ssl=cluster.context)
                    return
                except LOST:
                    pass
            await asyncio.sleep(0.05)

    def ask(self):
        seconds = self.draws.randint(options.watch_seconds // 2, options.watch_seconds)
        query = f"watch=true&allowWatchBookmarks=true&timeoutSeconds={seconds}{self.selection}"
        if self.start:
            query += f"&resourceVersion={self.revision}"
        else:
            query += "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
            self.initially = {}
        self.rest = b""
        self.hasHead = False
        self.line = b""
        self.watches[self.server] += 1
        self.transport.write(
            f"GET {self.where}?{query} HTTP/1.1\r\nHost: api\r\n"
            "Accept: application/json\r\n\r\n".encode())

    def connection_made(self, transport):
        self.transport = transport
        if self.isDone:
            return transport.abort()
        self.ask()

    def connection_lost(self, error):
        self.transport = None
        if self.isDone:
            return
        if self.goesHome:
            server = self.home
        else:
            self.lost += 1
            server = self.server + 1
        self.goesHome = False
        self.connecting = asyncio.ensure_future(self.connect(server))

    def end(self):
        self.isDone = True
        if self.transport is not None:
            self.transport.abort()

    def data_received(self, data):
        self.rest += data
        if not self.hasHead and not self.take_head():
            return
        while True:
            end = self.rest.find(b"\r\n")
            if end < 0:
                return
            size = int(self.rest[:end], 16)
            if len(self.rest) < end + 4 + size:
                return
            chunk = self.rest[end + 2:end + 2 + size]
            self.rest = self.rest[end + 4 + size:]
            if size == 0:
                return self.ended()
            *lines, self.line = (self.line + chunk).split(b"\n")
            for line in lines:
                self.take(Told.of(line))

    def take_head(self):
        end = self.rest.find(b"\r\n\r\n")
        if end < 0:
            return False
        status = int(self.rest[9:12])
        if status != 200:
            if status < 500:
                fail(f"a watch of {self.where} from {self.revision} got {self.rest!r}")
            self.transport.abort()
            return False
        self.rest = self.rest[end + 4:]
        self.hasHead = True
        return True

    def ended(self):
        """The watch's time is over. At another server than its own, it goes home."""
        if self.line:
            fail(f"half an event: {self.line!r}")
        if self.server == self.home:
            self.ask()
        else:
            self.goesHome = True
            self.transport.abort()

    def take(self, told):
        if told.type == "BOOKMARK":
            if told.revision < self.revision:
                fail(f"a bookmark at {told.revision} after {self.revision}")
            if not self.start:
                annotations = told.object["metadata"].get("annotations", {})
                if annotations.get("k8s.io/initial-events-end") == "true":
                    self.start = told.revision
            if self.start:
                self.revision = told.revision
        elif told.type == "ERROR":
            fail(f"{self.where} from {self.revision}: {told.object}")
            self.end()
        elif not self.start:
            if told.type != "ADDED" or told.key in self.initially:
                fail(f"{told.type} {told.key} before the initial events' end")
            self.initially[told.key] = told
        elif told.key.startswith(options.prefix):
            self.seen.append(told)
            self.revision = told.revision


def make_watchers(nodes):
    """Of ten: seven of a namespace, one of a label there, one of a node, one that begins with what
    there is; and ten of everything."""
    made = []
    for number in range(options.watchers):
        # The servers take turns among those of a kind.
        turn = number // 10
        match number % 10:
            case 0:
                made.append(Watcher(
                    turn, "/api/v1/pods", field=("spec.nodeName", nodes[turn % len(nodes)])))
            case 1:
                made.append(Watcher(turn, path(turn), label=("color", COLORS[turn // 2 % 2])))
            case 2:
                made.append(Watcher(turn, path(turn), initial=True))
            case 3 if turn < 10:
                made.append(Watcher(turn, "/api/v1/pods"))
            case _:
                made.append(Watcher(number, path(number)))
    return made


class Mute:
    """Asks for everything there is and will be, and does not read."""

    def __init__(self, number):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 10)
        self.socket.settimeout(10)
        self.socket.connect(cluster.servers[number % len(cluster.servers)])
        self.tls = cluster.context.wrap_socket(self.socket, server_hostname="127.0.0.1")
        self.tls.sendall(b"GET /api/v1/pods?watch=true HTTP/1.1\r\nHost: api\r\n\r\n")

    def was_cut_off(self):
        """Whether less than the whole was sent, and then no more."""
        read = 0
        try:
            while data := self.tls.recv(1 << 20):
                read += len(data)
        except TimeoutError:
            return False
        except OSError:
            pass
        return read < options.pods * 1000


# MARK: - Writing


class Writer:
    """Changes, deletes and makes pods. A pod is of one lane only."""

    lanes = 64

    def __init__(self):
        self.seconds = []

    async def write(self, total):
        self.started = time.monotonic()
        await asyncio.gather(*(self.lane(number, total) for number in range(self.lanes)))
        return total / (time.monotonic() - self.started)

    async def lane(self, number, total):
        connection = Connection(cluster, number)
        draws = random.Random(number)
        there = list(range(number, options.pods, self.lanes))
        away = []
        for turn in range(number, total, self.lanes):
            pause = self.started + turn / options.rate - time.monotonic()
            if pause > 0:
                await asyncio.sleep(pause)
            draw = draws.random()
            begun = time.monotonic()
            place = draws.randrange(len(there))
            one = there[place]
            if away and draw < 0.05:
                one = away.pop()
                there.append(one)
                await connection.patiently("POST", path(one), pod(one, turn), but=(409,))
            elif len(there) > 1 and draw < 0.1:
                there[place] = there[-1]
                there.pop()
                away.append(one)
                # At once: there is a pod of that name again before long.
                await connection.patiently(
                    "DELETE", f"{path(one)}/pod-{one:05}?gracePeriodSeconds=0", but=(404,))
            else:
                change = {"annotations": {"change": str(turn)}}
                if draw < 0.3:
                    change["labels"] = {"color": draws.choice(COLORS)}
                # The same patch again changes nothing: it may be repeated.
                await connection.patiently(
                    "PATCH", f"{path(one)}/pod-{one:05}", {"metadata": change},
                    "application/merge-patch+json")
            self.seconds.append(time.monotonic() - begun)
        connection.lose()


async def make_last_changes(watchers):
    """Changes, when all runs, for each watcher a pod that it selects, if there is one. The revision
    of the last change."""
    connection = Connection(cluster)
    await all_run(connection)
    pods = {}
    for value in await connection.listed("/api/v1/pods"):
        if value["metadata"]["namespace"].startswith(options.prefix):
            pods.setdefault(None, []).append(value)
            pods.setdefault(value["metadata"]["namespace"], []).append(value)
    changed = {}
    end = 0
    for watcher in watchers:
        if any(map(watcher.selects, changed.get(watcher.namespace, []))):
            continue
        value = next(filter(watcher.selects, pods.get(watcher.namespace, [])), None)
        if value is None:
            continue
        meta = value["metadata"]
        for name in (None, meta["namespace"]):
            changed.setdefault(name, []).append(value)
        _, answer = await connection.patiently(
            "PATCH", f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}",
            {"metadata": {"annotations": {"change": "last"}}}, "application/merge-patch+json")
        end = max(end, int(answer["metadata"]["resourceVersion"]))
    connection.lose()
    return end


async def kill(number):
    """Kills a server in its time, and waits until another process serves in its place."""
    server = number % len(cluster.servers)
    await asyncio.sleep(options.seconds * (number + 1) / (options.kills + 1))
    killed = time.monotonic()
    await asyncio.to_thread(cluster.kill, server)
    await asyncio.to_thread(cluster.await_ready, server)
    print(f"{cluster.names[server]} killed, ready again {time.monotonic() - killed:.2f} s later",
          flush=True)


# MARK: - Judging


def stored(told):
    """The object as the store has it: without what every answer adds."""
    found = {name: value for name, value in told.object.items()
             if name not in ("kind", "apiVersion")}
    found["metadata"] = {name: value for name, value in found["metadata"].items()
                         if name != "resourceVersion"}
    return found


def kept(value):
    return {name: part for name, part in value.items() if name not in ("kind", "apiVersion")}


def expected(watcher, changes, end):
    """What a watcher must have been told up to a revision, by its scope: (type, revision, key,
    object) each."""
    found = []
    for revision, key, old, new in changes:
        if not watcher.start < revision <= end:
            continue
        was, now = watcher.selects(old), watcher.selects(new)
        if was or now:
            kind = "MODIFIED" if was and now else "ADDED" if now else "DELETED"
            found.append((kind, revision, key, new if now else old))
    return found


class Judge:
    def __init__(self, history):
        self.history = history
        self.byNamespace = {}
        self.taken = 0
        # The revision of the last change; what each watcher must have been told by then.
        self.end = 0
        self.expected = {}

    def read(self):
        self.history.read()
        for revision, key, old, new in self.history.changes[self.taken:]:
            short = key.removeprefix("/registry/pods/")
            change = (revision, short, old, new)
            self.byNamespace.setdefault(None, []).append(change)
            self.byNamespace.setdefault(short.split("/")[0], []).append(change)
        self.taken = len(self.history.changes)

    async def finish(self, watchers):
        """Makes a last change in the scope of each watcher, and waits until the history has them
        all and each watcher was told of its own."""
        self.end = await make_last_changes(watchers)
        await until(self.has_end, "the store's history does not reach its end")
        self.expected = {
            watcher: expected(watcher, self.byNamespace.get(watcher.namespace, []), self.end)
            for watcher in watchers}
        await until(lambda: all(map(self.was_told_last, watchers)), "some are not told the last")

    def has_end(self):
        self.read()
        return bool(self.history.changes) and self.history.changes[-1][0] >= self.end

    def was_told_last(self, watcher):
        wanted = self.expected[watcher]
        return not wanted or bool(watcher.seen) and watcher.seen[-1].revision >= wanted[-1][1]

    def judge(self, watcher):
        wanted = self.expected[watcher]
        seen = [t for t in watcher.seen if t.revision <= self.end]
        told = [(t.type, t.revision, t.key) for t in seen]
        should = [(kind, revision, key) for kind, revision, key, _ in wanted]
        if told != should:
            place = next((i for i, (a, b) in enumerate(zip(told, should)) if a != b),
                         min(len(told), len(should)))
            fail(f"{watcher.where}{watcher.selection} from {watcher.start}: {len(told)} events, "
                 f"not {len(should)}; at {place} {told[place:place + 2]} "
                 f"not {should[place:place + 2]}")
            return False
        for one, (_, _, key, value) in zip(seen, wanted):
            if stored(one) != kept(value):
                fail(f"{key} was told as {one.object}, and is stored as {value}")
                return False
        return self.judge_initially(watcher)

    def judge_initially(self, watcher):
        if not watcher.initial:
            return True
        state = {key.removeprefix("/registry/pods/"): value
                 for key, value in self.history.first.items()}
        for revision, key, _, new in self.byNamespace.get(None, []):
            if revision > watcher.start:
                break
            if new is None:
                state.pop(key, None)
            else:
                state[key] = new
        wanted = {key: kept(value) for key, value in state.items()
                  if key.startswith(watcher.namespace + "/")}
        if {key: stored(told) for key, told in watcher.initially.items()} != wanted:
            fail(f"{watcher.where} did not begin with what there was at {watcher.start}")
            return False
        return True


# MARK: - Memory


class Memory:
    """What each server's processes hold, in MiB."""

    def __init__(self):
        self.peak = [0] * len(cluster.servers)

    def now(self):
        sizes = [cluster.resident_kib(server) for server in range(len(cluster.servers))]
        self.peak = [max(peak, most // 1024) for peak, (_, most) in zip(self.peak, sizes)]
        return [size // 1024 for size, _ in sizes]

    async def watch(self):
        while True:
            self.now()
            await asyncio.sleep(0.25)


async def main():
    await make_pods()
    scratch = tempfile.TemporaryDirectory(dir=options.scratch)
    history = History(
        cluster, f"/registry/pods/{options.prefix}-", f"{scratch.name}/history")
    memory = Memory()
    print(f"memory before: {memory.now()} MiB", flush=True)
    nodes = sorted({value["spec"]["nodeName"] for value in history.first.values()})
    watchers = make_watchers(nodes)
    opened = time.monotonic()
    for start in range(0, len(watchers), 20):
        await asyncio.gather(*(watcher.begin() for watcher in watchers[start:start + 20]))
    mutes = [Mute(number) for number in range(options.mute)]
    print(f"{len(watchers)} watchers came in {time.monotonic() - opened:.1f} s; memory: "
          f"{memory.now()} MiB", flush=True)
    watching = asyncio.ensure_future(memory.watch())
    writer = Writer()
    killing = [asyncio.ensure_future(kill(number)) for number in range(options.kills)]
    rate = await writer.write(options.rate * options.seconds)
    await asyncio.gather(*killing)
    # Everybody's present watch ends, and the next one is at home: a server that comes back tells
    # what was written while it was away.
    before = [watcher.watches[watcher.home] for watcher in watchers]
    await until(
        lambda: all(watcher.is_at_home and watcher.watches[watcher.home] > count
                    for watcher, count in zip(watchers, before)),
        "some do not come home", 30 + 2 * options.watch_seconds)
    writer.seconds.sort()
    print(f"writes took {writer.seconds[len(writer.seconds) // 2] * 1000:.1f} ms (median), "
          f"{writer.seconds[len(writer.seconds) * 99 // 100] * 1000:.0f} ms (99%), "
          f"{writer.seconds[-1] * 1000:.0f} ms (longest)", flush=True)
    judge = Judge(history)
    await judge.finish(watchers)
    at_home = [sum(w.is_at_home and w.home == server for w in watchers)
               for server in range(len(cluster.servers))]
    print(f"memory at the end: {memory.now()} MiB", flush=True)
    for watcher in watchers:
        watcher.end()
    # A server notes it for those that do not read when it has waited for them long enough.
    await until(
        lambda: all(cluster.watches(server) == 0 for server in range(len(cluster.servers))),
        "the servers do not end all watches")
    if mutes:
        uncut = sum(not mute.was_cut_off() for mute in mutes)
        print(f"{len(mutes) - uncut} of {len(mutes)} that did not read were cut off")
        if uncut:
            fail(f"{uncut} watchers that did not read were not cut off")
    history.close()
    right = sum(judge.judge(watcher) for watcher in watchers)
    watching.cancel()
    print(f"memory without watchers: {memory.now()} MiB; at most: {memory.peak} MiB")
    events = sum(len(watcher.seen) for watcher in watchers)
    print(f"{len(watchers)} watchers, {rate:.0f} writes/s, {judge.taken} changes of "
          f"{len(history.last)} pods, {events} events, "
          f"{sum(sum(w.watches) for w in watchers)} watches, {sum(w.lost for w in watchers)} "
          f"connections lost, at home at the end: {at_home}, {right} saw every change once and in "
          "order")
    check(rate, right, at_home, watchers, judge, memory)
    return 1 if failures else 0


def check(rate, right, at_home, watchers, judge, memory):
    """That there was something to judge."""
    if options.rate_min and rate < options.rate_min:
        fail(f"only {rate:.0f} writes/s")
    if right != len(watchers):
        fail(f"{len(watchers) - right} watchers saw something else than what happened")
    if sum(at_home) != len(watchers) or not all(at_home):
        fail(f"at home are {at_home}")
    if judge.taken < options.rate * options.seconds * 0.9:
        fail(f"only {judge.taken} changes")
    if options.kills and sum(any(w.watches[s] for s in range(len(w.watches)) if s != w.home)
                             for w in watchers) < len(watchers) / 4:
        fail("few watchers had to go on at another server")
    if options.memory_mib and max(memory.peak) > options.memory_mib:
        fail(f"more than {options.memory_mib} MiB of memory")


sys.exit(asyncio.run(main()))
