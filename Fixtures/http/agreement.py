#!/usr/bin/env python3
"""The foreign side of HTTPTests: PyPI's `h2` and `hpack` against Keelson's HTTP/2.

Usage: agreement.py VENV encode|decode|client|server SEED

`encode` prints header blocks of one encoder beside their fields, `decode` reads blocks from stdin
and prints their fields, `client` and `server` speak HTTP/2 over stdin and stdout and exit with 1
where the other side breaks what was agreed. VENV is created when it is missing (python3-venv).
"""

import fcntl
import os
import random
import selectors
import subprocess
import sys

PACKAGES = ["h2==4.4.1", "hpack==4.2.0"]


def enter(venv):
    """Goes on inside the virtual environment that has the foreign libraries."""
    if os.path.abspath(sys.prefix) == venv:
        return
    python = os.path.join(venv, "bin", "python")
    os.makedirs(os.path.dirname(venv), exist_ok=True)
    with open(venv + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(os.path.join(venv, "complete")):
            make = [sys.executable, "-m", "venv", "--clear", venv]
            install = [python, "-m", "pip", "install", "--quiet", *PACKAGES]
            for command in (make, install):
                if subprocess.run(command, stdout=sys.stderr).returncode != 0:
                    sys.exit(
                        "cannot get h2 and hpack; run: apt-get install python3-venv && "
                        + " && ".join(" ".join(each) for each in (make, install))
                    )
            open(os.path.join(venv, "complete"), "w").close()
    os.execv(python, [python, *sys.argv])


def text(rng, length):
    """Visible characters, with inner spaces."""
    letters = "".join(chr(code) for code in range(0x21, 0x7F))
    body = "".join(rng.choice(letters + " ") for _ in range(length))
    return body.strip()


def extra_fields(rng):
    fields = []
    for _ in range(rng.randrange(12)):
        name = "x-" + "".join(rng.choice("abcdefgh-0123") for _ in range(rng.randrange(1, 20)))
        length = rng.choice([0, 1, 8, 30, 30, 30, 200])
        fields.append((name, text(rng, length)))
    if rng.random() < 0.05:
        fields += [("x-long", text(rng, 9000)) for _ in range(3)]
    return fields


def line(fields):
    hexed = lambda part: (part if isinstance(part, bytes) else part.encode()).hex()
    return " ".join(f"{hexed(name)}:{hexed(value)}" for name, value in fields)


def encode(seed):
    from hpack import Encoder, NeverIndexedHeaderTuple

    rng = random.Random(seed)
    encoder = Encoder()
    pool = extra_fields(rng) + extra_fields(rng) + [("cache-control", "no-cache"), ("age", "1")]
    for _ in range(300):
        if rng.random() < 0.05:
            encoder.header_table_size = rng.choice([0, 64, 256, 1024, 4096])
        fields = [(":method", "POST"), (":scheme", "http"), (":path", "/" + text(rng, 9))]
        fields += [rng.choice(pool) if rng.random() < 0.8 else f for f in extra_fields(rng)]
        if rng.random() < 0.2:
            fields.append(NeverIndexedHeaderTuple("authorization", text(rng, 20)))
        print(encoder.encode(fields, huffman=rng.random() < 0.7).hex(), line(fields))


def decode():
    from hpack import Decoder

    decoder = Decoder()
    for block in sys.stdin:
        print(line(decoder.decode(bytes.fromhex(block.strip()), raw=True)))


class Peer:
    """An `h2` connection over stdin and stdout that never blocks on either."""

    def __init__(self, seed, client):
        import h2.config
        import h2.connection
        import h2.settings

        self.rng = random.Random(seed)
        config = h2.config.H2Configuration(client_side=client, header_encoding="utf-8")
        self.h2 = h2.connection.H2Connection(config)
        self.window = self.rng.choice([1, 100, 65535])
        self.h2.local_settings = h2.settings.Settings(client, {4: self.window})
        self.h2.initiate_connection()
        self.h2.update_settings({1: self.rng.choice([0, 100, 4096])})
        self.out = b""
        self.outgoing = {}  # stream -> bytes still to send, then its end
        os.set_blocking(0, False)
        os.set_blocking(1, False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(0, selectors.EVENT_READ)

    def turn(self, handle):
        """Sends what may be sent, then waits for something to read or for room to write."""
        self.pump()
        self.out += self.h2.data_to_send()
        wanted = selectors.EVENT_WRITE if self.out else 0
        if wanted and 1 not in self.selector.get_map():
            self.selector.register(1, selectors.EVENT_WRITE)
        if not wanted and 1 in self.selector.get_map():
            self.selector.unregister(1)
        for key, _ in self.selector.select(timeout=20) or sys.exit("nothing came for 20 s"):
            if key.fd == 1:
                self.out = self.out[os.write(1, self.out[: self.rng.randrange(1, 60000)]) :]
            else:
                data = os.read(0, self.rng.randrange(1, 60000))
                if not data:
                    sys.exit("the other side closed early")
                events = self.h2.receive_data(data)
                for event in events:
                    handle(event, events)

    def pump(self):
        import h2.exceptions

        for stream, (body, finish) in list(self.outgoing.items()):
            while body:
                window = self.h2.local_flow_control_window(stream)
                room = min(window, self.h2.max_outbound_frame_size)
                padding = self.rng.choice([None, None, None, 0, 17])
                room -= 0 if padding is None else padding + 1
                if room <= 0:
                    break
                part = body[: self.rng.randrange(1, room + 1) if self.rng.random() < 0.3 else room]
                self.h2.send_data(stream, part, pad_length=padding)
                body = body[len(part) :]
            self.outgoing[stream] = (body, finish)
            if not body and finish is not None:
                finish()
                del self.outgoing[stream]

    def widen(self):
        """Raises the initial window: h2 credits no stream whose window a smaller one closed."""
        self.window += self.rng.choice([1, 1000, 65535])
        self.h2.update_settings({4: self.window, 1: self.rng.choice([0, 4096])})

    def drop(self, stream):
        self.outgoing.pop(stream, None)


def client(seed):
    """Sends requests whose bodies must come back, with the extra fields and the length behind."""
    import h2.errors
    import h2.events

    peer = Peer(seed, client=True)
    rng = peer.rng
    left, expected, got, done = 40, {}, {}, 0

    def start():
        stream = peer.h2.get_next_available_stream_id()
        body = rng.randbytes(rng.choice([0, 1, 300, 300, 20000, 150000]))
        fields = extra_fields(rng)
        head = [(":method", "POST"), (":scheme", "http"), (":authority", "a"), (":path", "/echo")]
        peer.h2.send_headers(stream, head + fields, end_stream=False)
        expected[stream] = (fields, body)
        got[stream] = [None, b"", None]
        finish = (
            (lambda: peer.h2.end_stream(stream))
            if rng.random() < 0.7
            else (lambda: peer.h2.send_headers(stream, [("x-trailer", "1")], end_stream=True))
        )
        peer.outgoing[stream] = (body, finish)

    def ends(stream, batch):
        ended = (event for event in batch if isinstance(event, h2.events.StreamEnded))
        return any(event.stream_id == stream for event in ended)

    def cancel(stream):
        nonlocal done
        peer.h2.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
        peer.drop(stream)
        del expected[stream]
        done += 1

    def handle(event, batch):
        nonlocal done
        if isinstance(event, h2.events.ConnectionTerminated):
            sys.exit(f"GOAWAY {event.error_code} {event.additional_data}")
        stream = getattr(event, "stream_id", None)
        if isinstance(event, h2.events.StreamReset):
            sys.exit(f"stream {stream} was reset: {event.error_code}")
        if stream not in expected:
            return
        if isinstance(event, h2.events.ResponseReceived):
            got[stream][0] = list(event.headers)
        elif isinstance(event, h2.events.DataReceived):
            got[stream][1] += event.data
            peer.h2.acknowledge_received_data(event.flow_controlled_length, stream)
            if rng.random() < 0.02 and not ends(stream, batch):
                cancel(stream)
        elif isinstance(event, h2.events.TrailersReceived):
            got[stream][2] = list(event.headers)
        elif isinstance(event, h2.events.StreamEnded):
            fields, body = expected.pop(stream)
            assert got[stream][0] == [(":status", "200")] + fields, (got[stream][0], fields)
            assert got[stream][1] == body, f"stream {stream}: another body"
            assert got[stream][2] == [("x-bytes", str(len(body)))], got[stream][2]
            done += 1

    pings = 0
    while done < 40:
        while left and len(expected) < 8:
            start()
            left -= 1
        if rng.random() < 0.05 and pings < 50:
            peer.h2.ping(rng.randbytes(8))
            pings += 1
        if rng.random() < 0.02:
            peer.widen()
        peer.turn(handle)
    print(f"client: {done} streams agreed", file=sys.stderr)


def server(seed):
    """Gives every request's body back, with its extra fields; ends when the client says GOAWAY."""
    import h2.events

    peer = Peer(seed, client=False)
    over = False

    def handle(event, batch):
        nonlocal over
        stream = getattr(event, "stream_id", None)
        if isinstance(event, h2.events.RequestReceived):
            fields = [(n, v) for n, v in event.headers if n.startswith("x-")]
            if peer.rng.random() < 0.2:
                peer.h2.send_headers(stream, [(":status", "103")])
            peer.h2.send_headers(stream, [(":status", "200")] + fields)
            peer.outgoing[stream] = (b"", None)
        elif isinstance(event, h2.events.DataReceived):
            body, _ = peer.outgoing[stream]
            peer.outgoing[stream] = (body + event.data, None)
            peer.h2.acknowledge_received_data(event.flow_controlled_length, stream)
        elif isinstance(event, h2.events.StreamEnded):
            body, _ = peer.outgoing[stream]
            trailers = [("x-end", "yes")]
            finish = lambda: peer.h2.send_headers(stream, trailers, end_stream=True)
            peer.outgoing[stream] = (body, finish)
        elif isinstance(event, h2.events.StreamReset):
            peer.drop(stream)
        elif isinstance(event, h2.events.ConnectionTerminated):
            assert event.error_code == 0, f"GOAWAY {event.error_code}"
            over = True

    while not over:
        if peer.rng.random() < 0.02:
            peer.widen()
        peer.turn(handle)


if __name__ == "__main__":
    enter(os.path.abspath(sys.argv[1]))
    seed = int(sys.argv[3])
    match sys.argv[2]:
        case "encode":
            encode(seed)
        case "decode":
            decode()
        case "client":
            client(seed)
        case "server":
            server(seed)
