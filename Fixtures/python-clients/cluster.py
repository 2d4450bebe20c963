"""A cluster in the folder of `keelson up`, as its administrator reaches it: standard library only."""

import asyncio
import base64
import http.client
import json
import os
import signal
import ssl
import subprocess
import threading
import time
from urllib.parse import quote


class Cluster:
    """Where its API servers are, and what proves who asks."""

    def __init__(self, folder):
        self.folder = folder
        with open(f"{folder}/cluster.json") as file:
            servers = json.load(file)["apiServers"]
        self.names = [f"apiserver-{server['number']}" for server in servers]
        self.servers = [("127.0.0.1", server["port"]) for server in servers]
        self.context = ssl.create_default_context(cafile=f"{folder}/pki/api-ca.crt")
        admin = f"{folder}/pki/api/kubernetes-admin"
        self.context.load_cert_chain(f"{admin}.crt", f"{admin}.key")

    def pid(self, server):
        """Of the process that runs now, or ran last."""
        with open(f"{self.folder}/run/{self.names[server]}.pid") as file:
            return int(file.read().split()[0])

    def kill(self, server):
        """With -9; waits until the supervisor has started another."""
        before = self.pid(server)
        os.kill(before, signal.SIGKILL)
        until(lambda: self.pid(server) != before, f"{self.names[server]} is not started again")

    def is_ready(self, server):
        try:
            connection = http.client.HTTPSConnection(
                *self.servers[server], context=self.context, timeout=5)
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False

    def await_ready(self, server):
        until(lambda: self.is_ready(server), f"{self.names[server]} does not get ready")

    def watches(self, server):
        """How many are open there, as it says itself; None of one that does not answer."""
        try:
            connection = http.client.HTTPSConnection(
                *self.servers[server], context=self.context, timeout=5)
            connection.request("GET", "/metrics")
            lines = connection.getresponse().read().decode().splitlines()
        except (OSError, http.client.HTTPException):
            return None
        return next(int(float(line.split()[1])) for line in lines
                    if line.startswith("keelson_apiserver_watches "))

    def compact(self):
        """The store forgets everything before its present revision."""
        header = json.loads(self.run_etcdctl("get", "none", "-w", "json"))["header"]
        self.run_etcdctl("compact", str(header["revision"]))

    def resident_kib(self, server):
        """What the process holds of memory now, and at most so far; nothing of one that is gone."""
        found = {}
        try:
            with open(f"/proc/{self.pid(server)}/status") as status:
                for line in status:
                    if line.startswith(("VmRSS", "VmHWM")):
                        name, size, _ = line.split()
                        found[name.rstrip(":")] = int(size)
        except (OSError, ValueError):
            return 0, 0
        return found.get("VmRSS", 0), found.get("VmHWM", 0)

    def etcdctl(self, *arguments):
        """etcd's own client, aimed at the store."""
        with open(f"{self.folder}/client.json") as file:
            client = json.load(file)
        return ["etcdctl", "--endpoints", ",".join(client["endpoints"]),
                "--cacert", client["cacert"], "--cert", client["cert"], "--key", client["key"],
                *arguments]

    def run_etcdctl(self, *arguments):
        return subprocess.run(
            self.etcdctl(*arguments), env={**os.environ, "ETCDCTL_API": "3"}, check=True,
            stdout=subprocess.PIPE).stdout


def until(holds, what):
    """Waits until `holds()` does, for 30 s at most; `what` says what is wrong else."""
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


class Library:
    """A client library: the errors in which an API server's answers come, and their status."""

    def __init__(self, refusal, status):
        self.refusal = refusal
        self.status = status

    def status_of(self, call, *args, **kwargs):
        """200 for everything that is well."""
        try:
            call(*args, **kwargs)
        except self.refusal as error:
            return self.status(error)
        return 200

    def patiently(self, call, *args, **kwargs):
        """Repeats a call while the API server is being restarted: it may have been carried out
        before."""
        deadline = time.monotonic() + 30
        while True:
            try:
                return call(*args, **kwargs)
            except self.refusal as error:
                if self.status(error) == 409:
                    return None
                if self.status(error) < 500 or time.monotonic() > deadline:
                    raise
            except Exception:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.05)

    def watches_resume(self, cluster, revision, make, watch):
        """Every change once and in order, over kill -9 of the API servers, at one after the other.

        make(server, name) makes an object at a server. watch(server, revision) gives what a watch
        there tells of such objects, from a revision on: (type, name, revision) each; of a bookmark
        the name is not looked at."""
        count = 200
        names = [f"watched-{number:03}" for number in range(count)]
        servers = len(cluster.servers)
        failure = []

        def write():
            try:
                for number, name in enumerate(names):
                    self.patiently(make, number % servers, name)
                    for server in range(servers):
                        if number == count * (server + 1) // (servers + 1):
                            cluster.kill(server)
            except Exception as error:
                failure.append(error)

        writer = threading.Thread(target=write)
        writer.start()
        seen = []
        watches = 0
        deadline = time.monotonic() + 90
        while len(seen) < count and time.monotonic() < deadline and not failure:
            watches += 1
            try:
                for kind, name, revision in watch(watches % servers, revision):
                    assert kind in ("ADDED", "BOOKMARK"), kind
                    if kind == "ADDED":
                        seen.append(name)
                    if len(seen) == count:
                        break
            except (self.refusal, AssertionError):
                raise
            except Exception:
                # A connection that was lost, in whatever words of the library.
                time.sleep(0.05)
        writer.join()
        assert not failure, failure
        assert seen == names, seen
        assert watches > 1, "no watch was lost"


class Closed(Exception):
    """The connection ended before the answer did."""


LOST = (OSError, Closed, asyncio.IncompleteReadError, ssl.SSLError)


class Connection:
    """One HTTP/1.1 connection that goes on at the next server when it is lost."""

    def __init__(self, cluster, server=0):
        self.cluster = cluster
        self.server = server % len(cluster.servers)
        self.reader = self.writer = None

    def lose(self):
        if self.writer is not None:
            self.writer.transport.abort()
        self.reader = self.writer = None
        self.server = (self.server + 1) % len(self.cluster.servers)

    async def request(self, method, path, body=None, kind="application/json"):
        """The status and the answer's bytes."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(
                *self.cluster.servers[self.server], ssl=self.cluster.context, limit=1 << 22)
        data = b"" if body is None else json.dumps(body).encode()
        head = (f"{method} {path} HTTP/1.1\r\nHost: api\r\nAccept: application/json\r\n"
                f"Content-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n")
        self.writer.write(head.encode() + data)
        await self.writer.drain()
        line = await self.reader.readline()
        if not line:
            raise Closed()
        status = int(line.split()[1])
        length = None
        while line := (await self.reader.readline()).strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if length is not None:
            return status, await self.reader.readexactly(length)
        chunks = []
        while True:
            line = await self.reader.readline()
            if not line:
                raise Closed()
            data = await self.reader.readexactly(int(line, 16) + 2)
            if len(data) == 2:
                return status, b"".join(chunks)
            chunks.append(data[:-2])

    async def patiently(self, method, path, body=None, kind="application/json", but=()):
        """Repeated over lost connections: what is sent must bear that."""
        deadline = time.monotonic() + 60
        while True:
            try:
                status, answer = await self.request(method, path, body, kind)
                if status < 300 or status in but:
                    return status, json.loads(answer) if answer else {}
                if status < 500:
                    raise AssertionError(f"{method} {path}: {status} {answer}")
            except LOST:
                self.lose()
            assert time.monotonic() < deadline, f"{method} {path} took too long"
            await asyncio.sleep(0.05)

    async def listed(self, path):
        """All of a list, in pages."""
        items, token = [], ""
        while True:
            mark = f"&continue={quote(token)}" if token else ""
            sign = "&" if "?" in path else "?"
            _, page = await self.patiently("GET", f"{path}{sign}limit=500{mark}")
            items += page["items"]
            token = page["metadata"].get("continue", "")
            if not token:
                return items


class History:
    """What the store says that happened to the keys with a prefix since a revision: read with etcd's
    own client from etcd's API, apart from every API server."""

    def __init__(self, cluster, prefix, file):
        self.prefix = prefix
        header = json.loads(cluster.run_etcdctl("get", "none", "-w", "json"))["header"]
        self.start = header["revision"]
        found = json.loads(cluster.run_etcdctl(
            "get", prefix, "--prefix", "--rev", str(self.start), "-w", "json"))
        # Key: value, as they were at the start, and as they are.
        self.first = {self.key(kv): json.loads(base64.b64decode(kv["value"]))
                      for kv in found.get("kvs", [])}
        self.last = dict(self.first)
        # (revision, key, value before or None, value after or None), in their order.
        self.changes = []
        self.file = open(file, "w+b")
        self.rest = b""
        self.process = subprocess.Popen(
            cluster.etcdctl("watch", prefix, "--prefix", "--rev", str(self.start + 1), "-w", "json"),
            env={**os.environ, "ETCDCTL_API": "3"}, stdin=subprocess.DEVNULL, stdout=self.file)
        self.reader = open(file, "rb")

    def key(self, kv):
        return base64.b64decode(kv["key"]).decode()

    def read(self):
        """Takes in what has come by now."""
        *lines, self.rest = (self.rest + self.reader.read()).split(b"\n")
        for line in lines:
            for event in json.loads(line).get("Events") or []:
                kv = event["kv"]
                key = self.key(kv)
                value = None
                if event.get("type", 0) == 0:
                    value = json.loads(base64.b64decode(kv["value"]))
                old = self.last.pop(key, None)
                if value is not None:
                    self.last[key] = value
                if self.changes:
                    assert kv["mod_revision"] >= self.changes[-1][0], "the store's order"
                self.changes.append((kv["mod_revision"], key, old, value))

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.reader.close()
        self.file.close()
