"""Many watchers over many pods while an API server is killed: standard library only.

watchers.py --ca F --cert F --key F --server URL --server URL --pids PID,PID [--watchers 1000]
            [--pods 10000] [--namespaces 100] [--rate 200] [--seconds 30]

Makes pods for hollow nodes, waits until all run, opens watches alternately on the servers (of one
namespace, of one node by field selector, and some of everything), changes random pods at a fixed rate,
kills the first server with -9 half way, and checks that every watcher saw every change of its pods
exactly once and in order. A watcher that loses its connection goes on, from its last resourceVersion,
at the next server. Ends with 0 only if all of it was right.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import ssl
import sys
import time
from urllib.parse import quote, urlparse

parser = argparse.ArgumentParser()
parser.add_argument("--ca", required=True)
parser.add_argument("--cert", required=True)
parser.add_argument("--key", required=True)
parser.add_argument("--server", action="append", required=True)
parser.add_argument("--pids", required=True, help="of the servers, in their order")
parser.add_argument("--watchers", type=int, default=1000)
parser.add_argument("--pods", type=int, default=10_000)
parser.add_argument("--namespaces", type=int, default=100)
parser.add_argument("--rate", type=int, default=200, help="changes a second")
parser.add_argument("--seconds", type=int, default=30)
parser.add_argument("--prefix", default="crowd")
options = parser.parse_args()

context = ssl.create_default_context(cafile=options.ca)
context.load_cert_chain(options.cert, options.key)
servers = [(urlparse(url).hostname, urlparse(url).port) for url in options.server]
pids = [int(pid) for pid in options.pids.split(",")]
# The change each pod is at, and what it must be at the end.
written = {}
nodes = {}
draws = random.Random(4)


class Closed(Exception):
    """The connection ended before the answer did."""


class Connection:
    """One HTTP/1.1 connection that goes on at the next server when it is lost."""

    def __init__(self, server):
        self.server = server
        self.reader = self.writer = None

    async def open(self):
        if self.writer is None:
            host, port = servers[self.server]
            self.reader, self.writer = await asyncio.open_connection(
                host, port, ssl=context, limit=1 << 22)

    def lose(self):
        if self.writer is not None:
            self.writer.transport.abort()
        self.reader = self.writer = None
        self.server = (self.server + 1) % len(servers)

    async def send(self, method, path, body=None, kind="application/json"):
        await self.open()
        data = b"" if body is None else json.dumps(body).encode()
        head = (f"{method} {path} HTTP/1.1\r\nHost: api\r\nAccept: application/json\r\n"
                f"Content-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n")
        self.writer.write(head.encode() + data)
        await self.writer.drain()
        line = await self.reader.readline()
        if not line:
            raise Closed()
        status = int(line.split()[1])
        fields = {}
        while (line := (await self.reader.readline()).strip()):
            name, _, value = line.partition(b":")
            fields[name.lower()] = value.strip()
        return status, fields

    async def chunks(self):
        while True:
            line = await self.reader.readline()
            if not line:
                raise Closed()
            size = int(line, 16)
            data = await self.reader.readexactly(size + 2)
            if size == 0:
                return
            yield data[:-2]

    async def request(self, method, path, body=None, kind="application/json"):
        status, fields = await self.send(method, path, body, kind)
        if b"content-length" in fields:
            data = await self.reader.readexactly(int(fields[b"content-length"]))
        else:
            data = b"".join([chunk async for chunk in self.chunks()])
        return status, json.loads(data) if data else {}

    async def patiently(self, method, path, body=None, kind="application/json", exists=()):
        """Repeated over lost connections: what is sent must bear that."""
        deadline = time.monotonic() + 60
        while True:
            try:
                status, answer = await self.request(method, path, body, kind)
                if status < 300 or status in exists:
                    return answer
                if status < 500:
                    raise AssertionError(f"{method} {path}: {status} {answer}")
            except (OSError, Closed, asyncio.IncompleteReadError, ssl.SSLError):
                self.lose()
            assert time.monotonic() < deadline, f"{method} {path} took too long"
            await asyncio.sleep(0.05)


def namespace(number):
    return f"{options.prefix}-{number % options.namespaces:03}"


def pod(number):
    return {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": f"pod-{number:05}", "annotations": {"change": "0"}},
        "spec": {"containers": [{"name": "main", "image": "none"}]},
    }


async def listed(path):
    """All of a list, in pages, and the revision that it is of."""
    connection = Connection(0)
    items, token = [], ""
    while True:
        mark = f"&continue={quote(token)}" if token else ""
        sign = "&" if "?" in path else "?"
        page = await connection.patiently("GET", f"{path}{sign}limit=500{mark}")
        items += page["items"]
        token = page["metadata"].get("continue", "")
        if not token:
            connection.lose()
            return items, page["metadata"]["resourceVersion"]


async def make_pods():
    started = time.monotonic()

    async def work(first):
        connection = Connection(first % len(servers))
        for number in range(first, options.pods, 20):
            await connection.patiently(
                "POST", f"/api/v1/namespaces/{namespace(number)}/pods", pod(number), exists=(409,))
        connection.lose()

    connection = Connection(0)
    for number in range(options.namespaces):
        await connection.patiently(
            "POST", "/api/v1/namespaces", {"metadata": {"name": namespace(number)}}, exists=(409,))
    for number in range(options.namespaces):
        path = f"/api/v1/namespaces/{namespace(number)}/serviceaccounts/default"
        while (await connection.patiently("GET", path, exists=(404,))).get("code") == 404:
            await asyncio.sleep(0.05)
    await asyncio.gather(*(work(first) for first in range(20)))
    made = time.monotonic()
    print(f"{options.pods} pods made in {made - started:.1f} s", flush=True)
    deadline = made + 120
    while True:
        pending, _ = await listed("/api/v1/pods?fieldSelector=status.phase!%3DRunning")
        pending = [p for p in pending if p["metadata"]["namespace"].startswith(options.prefix)]
        if not pending:
            break
        assert time.monotonic() < deadline, f"{len(pending)} pods do not run"
        await asyncio.sleep(0.2)
    print(f"all run {time.monotonic() - made:.1f} s later", flush=True)


class Watcher:
    """Follows some pods and holds every change against the one before."""

    def __init__(self, number, path, selector):
        self.connection = Connection(number % len(servers))
        self.path = path
        self.selector = selector
        self.seen = {}
        self.resumed = 0
        self.events = 0
        self.wrong = []

    async def begin(self):
        query = f"?fieldSelector={quote(self.selector)}" if self.selector else ""
        items, self.revision = await listed(self.path + query)
        self.seen = {
            (p["metadata"]["namespace"], p["metadata"]["name"]):
                int(p["metadata"]["annotations"]["change"])
            for p in items if p["metadata"]["namespace"].startswith(options.prefix)
        }

    async def run(self):
        while True:
            try:
                await self.follow()
                self.resumed += 1
            except asyncio.CancelledError:
                raise
            except (OSError, Closed, asyncio.IncompleteReadError, ssl.SSLError):
                self.connection.lose()
                self.resumed += 1
                await asyncio.sleep(0.02)

    async def follow(self):
        selector = f"&fieldSelector={quote(self.selector)}" if self.selector else ""
        status, _ = await self.connection.send(
            "GET", f"{self.path}?watch=true&resourceVersion={self.revision}"
            f"&allowWatchBookmarks=true{selector}")
        if status >= 500:
            raise Closed()
        if status != 200:
            self.wrong.append(f"status {status}")
            return
        rest = b""
        async for chunk in self.connection.chunks():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self.take(json.loads(line))

    def take(self, event):
        found = event["object"]
        if event["type"] == "ERROR":
            self.wrong.append(f"{found.get('message')}")
            raise Closed()
        meta = found["metadata"]
        if int(meta["resourceVersion"]) <= int(self.revision) and event["type"] != "BOOKMARK":
            self.wrong.append(f"{meta['resourceVersion']} after {self.revision}")
        self.revision = meta["resourceVersion"]
        if event["type"] == "BOOKMARK" or not meta["namespace"].startswith(options.prefix):
            return
        self.events += 1
        key = (meta["namespace"], meta["name"])
        change = int(meta["annotations"]["change"])
        if event["type"] != "MODIFIED" or change != self.seen.get(key, -1) + 1:
            self.wrong.append(f"{event['type']} {key} {change} after {self.seen.get(key)}")
        self.seen[key] = change


def watchers():
    """Nine of ten of a namespace, the rest of a node, ten of everything."""
    names = sorted(set(nodes.values()))
    made = []
    for number in range(options.watchers):
        if number < min(10, options.watchers // 10):
            made.append(Watcher(number, "/api/v1/pods", ""))
        elif number % 10 == 0:
            node = names[number // 10 % len(names)]
            made.append(Watcher(number, "/api/v1/pods", f"spec.nodeName={node}"))
        else:
            made.append(Watcher(number, f"/api/v1/namespaces/{namespace(number)}/pods", ""))
    return made


async def write(total):
    """Changes, each by a compare of its own resourceVersion-free patch, at the given rate."""
    started = time.monotonic()
    keys = sorted(written)
    # A pod is changed by one lane only, so that its changes have an order.
    lanes = 16

    async def lane(number):
        connection = Connection(1 % len(servers))
        own = keys[number::lanes]
        own_draws = random.Random(number)
        for turn in range(number, total, lanes):
            pause = started + turn / options.rate - time.monotonic()
            if pause > 0:
                await asyncio.sleep(pause)
            key = own_draws.choice(own)
            written[key] += 1
            # The same patch again changes nothing: it may be repeated.
            await connection.patiently(
                "PATCH", f"/api/v1/namespaces/{key[0]}/pods/{key[1]}",
                {"metadata": {"annotations": {"change": str(written[key])}}},
                "application/merge-patch+json")
        connection.lose()

    await asyncio.gather(*(lane(number) for number in range(lanes)))
    return total / (time.monotonic() - started)


def memory(pid):
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith(("VmRSS", "VmHWM")):
                    yield " ".join(line.split())
    except OSError:
        yield "is gone"


async def main():
    await make_pods()
    items, _ = await listed("/api/v1/pods")
    for item in items:
        meta = item["metadata"]
        if meta["namespace"].startswith(options.prefix):
            key = (meta["namespace"], meta["name"])
            written[key] = int(meta["annotations"]["change"])
            nodes[key] = item["spec"]["nodeName"]
    assert len(written) == options.pods, len(written)
    crowd = watchers()
    for start in range(0, len(crowd), 20):
        await asyncio.gather(*(watcher.begin() for watcher in crowd[start:start + 20]))
    tasks = [asyncio.create_task(watcher.run()) for watcher in crowd]
    for pid in pids:
        print(f"server {pid}: {', '.join(memory(pid))}", flush=True)

    async def kill():
        await asyncio.sleep(options.seconds / 2)
        os.kill(pids[0], signal.SIGKILL)
        print("server killed", flush=True)

    killing = asyncio.create_task(kill())
    rate = await write(options.rate * options.seconds)
    await killing
    expected = [
        {key: change for key, change in written.items() if key in watcher.seen}
        for watcher in crowd
    ]
    deadline = time.monotonic() + 60
    while any(w.seen != e for w, e in zip(crowd, expected)) and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    late = sum(w.seen != e for w, e in zip(crowd, expected))
    wrong = [text for watcher in crowd for text in watcher.wrong]
    events = sum(watcher.events for watcher in crowd)
    resumed = sum(watcher.resumed > 0 for watcher in crowd)
    for pid in pids:
        print(f"server {pid}: {', '.join(memory(pid))}")
    print(f"{len(crowd)} watchers, {rate:.0f} changes/s, {events} events, {resumed} resumed, "
          f"{len(wrong)} wrong, {late} incomplete")
    for text in wrong[:10]:
        print("wrong:", text)
    return 0 if not wrong and not late and events and resumed else 1


sys.exit(asyncio.run(main()))
