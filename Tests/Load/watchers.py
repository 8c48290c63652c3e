"""Many WebSocket clients in one thread: as much of RFC 6455 as a watcher needs that only listens.

Written by hand because at 50,000 messages a second a client library on asyncio uses up the core that the daemon needs.
"""
import base64
import os
import select
import socket
import struct

from hospital import Failed

# Handshakes at once: as browsers come back after a restart, and under every listen backlog.
AT_ONCE = 64
TIMEOUT_SECONDS = 20
RECEIVE_BYTES = 65536
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
MASK = b"\0\0\0\0"  # allowed, and leaves a payload as it is


class Watchers:
    """A context: `count` sockets that have had their snapshots; `patients` are given out in turn."""

    def __init__(self, address, token, patients, count):
        self.address = address
        self.token = token
        self.epoll = select.epoll()
        self.sockets = {}
        self.rests = {}
        try:
            while len(self.sockets) < count:
                number = len(self.sockets)
                self._open([patients[place % len(patients)] for place in range(number, min(number + AT_ONCE, count))])
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __len__(self):
        return len(self.sockets)

    def close(self):
        for watcher in self.sockets.values():
            watcher.close()
        self.epoll.close()

    def read(self, descriptor, take):
        """What has come on a socket that epoll named: `take(payload)` for each text. Pings are answered."""
        watcher = self.sockets[descriptor]
        data = watcher.recv(RECEIVE_BYTES)
        if not data:
            raise Failed("the push daemon closed a watcher's socket")
        rest = self.rests.pop(descriptor, None)
        rest = self._frames(watcher, rest + data if rest else data, take)
        if rest:
            self.rests[descriptor] = rest

    @staticmethod
    def _frames(watcher, data, take):
        """Returns what is not yet a whole frame."""
        place, end = 0, len(data)
        while end - place >= 2:
            length, start = data[place + 1], place + 2
            if length == 126:
                start += 2
                length = int.from_bytes(data[place + 2:start], "big")
            elif length == 127:
                start += 8
                length = int.from_bytes(data[place + 2:start], "big")
            if end - start < length:
                break
            kind = data[place] & 15
            place = start + length
            if kind == TEXT:
                take(data[start:place])
            elif kind == PING:
                watcher.sendall(bytes((0x80 | PONG, 0x80 | length)) + MASK + data[start:place])
            elif kind == CLOSE:
                code = struct.unpack(">H", data[start:start + 2])[0] if length >= 2 else "none"
                raise Failed(f"the push daemon closed a watcher's socket with code {code}")
        return data[place:]

    def _open(self, patients):
        opened = []
        for patient in patients:
            family = socket.AF_UNIX if isinstance(self.address, str) else socket.AF_INET
            watcher = socket.socket(family)
            self.sockets[watcher.fileno()] = watcher
            watcher.settimeout(TIMEOUT_SECONDS)
            watcher.connect(self.address)
            key = base64.b64encode(os.urandom(16)).decode()
            watcher.sendall((f"GET /ws/iot/{patient}/ HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                             f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
                             f"Sec-WebSocket-Protocol: fajma, bearer.{self.token}\r\n\r\n").encode())
            opened.append(watcher)
        for watcher in opened:
            self._greet(watcher)
            self.epoll.register(watcher, select.EPOLLIN)

    def _greet(self, watcher):
        """Reads the answer to the handshake and the snapshot, to its end."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._receive(watcher)
        head, rest = data.split(b"\r\n\r\n", 1)
        status = head.split(b"\r\n", 1)[0].decode("latin-1")
        if " 101 " not in status + " ":
            raise Failed(f"a watcher was not let in: {status}")
        seen = []
        rest = self._frames(watcher, rest, seen.append)
        while not any(b'"ready"' in payload for payload in seen):
            rest = self._frames(watcher, rest + self._receive(watcher), seen.append)
        if rest:
            self.rests[watcher.fileno()] = rest

    @staticmethod
    def _receive(watcher):
        data = watcher.recv(RECEIVE_BYTES)
        if not data:
            raise Failed("the push daemon closed a watcher's socket")
        return data
