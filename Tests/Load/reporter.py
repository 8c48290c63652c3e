"""A device that posts on connections which it keeps open, without waiting for the answers."""
import datetime
import re
import select
import socket
import time

from hospital import Failed

# Enough for the rates of the bench: an answer takes milliseconds.
CONNECTIONS = 8
TIMEOUT_SECONDS = 20
RECEIVE_BYTES = 65536
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CLOSING = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
READING = '{{"type_donnee":"{}","valeur":{},"unite":"{}","timestamp":"{}"}}'
WELL = (("spo2", 97.0, "%"), ("heart_rate", 72.5, "bpm"), ("temperature", 36.8, "°C"))


class Reporter:
    """Registers its connections with an epoll, whose owner calls `read` for them."""

    def __init__(self, hospital, epoll, device=None, connections=CONNECTIONS):
        self.port = hospital.port
        self.epoll = epoll
        self.device = device or hospital.devices[0]
        self.connections = connections
        self.answers = {}
        self.sockets = {}
        self.free = []
        self.accepted = 0
        self.last_ms = 0
        for _ in range(connections):
            self._open()

    @property
    def waiting(self):
        """How many answers have not come yet."""
        return self.connections - len(self.free)

    def send(self, readings=WELL):
        """Posts one report; returns its instant as the sockets will show it, and when it was sent.

        None: every connection waits for an answer.
        """
        if not self.free:
            return None
        self.last_ms = max(int(time.time() * 1000), self.last_ms + 1)
        instant = datetime.datetime.fromtimestamp(self.last_ms / 1000, datetime.UTC)
        text = instant.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.last_ms % 1000:03}Z"
        measured = ",".join(READING.format(*reading, text) for reading in readings)
        body = f'{{"dispositif":{self.device["dispositif"]},"mesures":[{measured}]}}'.encode()
        request = (f"POST /api/iot/data/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.device['cle']}\r\n"
                   f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body
        connection = self.free.pop()
        self.answers[connection.fileno()] = b""
        sent = time.perf_counter()
        connection.sendall(request)
        return text.encode(), sent

    def read(self, descriptor):
        """What has come on a connection that epoll named."""
        data = self.sockets[descriptor].recv(RECEIVE_BYTES)
        answer = self.answers.get(descriptor, b"") + data
        self.answers[descriptor] = answer
        head, separator, body = answer.partition(b"\r\n\r\n")
        length = LENGTH.search(head) if separator else None
        if not data or (separator and not (length and head.startswith(b"HTTP/1.1 201"))):
            raise Failed(f"a report was not answered 201: {head[:60].decode('latin-1')!r}")
        if length and len(body) >= int(length.group(1)):
            del self.answers[descriptor]
            self.accepted += 1
            # nginx ends a connection after a thousand requests, and says so.
            if CLOSING.search(head):
                self._close(descriptor)
                self._open()
            else:
                self.free.append(self.sockets[descriptor])

    def _open(self):
        connection = socket.create_connection(("127.0.0.1", self.port), TIMEOUT_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sockets[connection.fileno()] = connection
        self.free.append(connection)
        self.epoll.register(connection, select.EPOLLIN)

    def _close(self, descriptor):
        connection = self.sockets.pop(descriptor)
        self.epoll.unregister(connection)
        connection.close()

    def close(self):
        for connection in self.sockets.values():
            connection.close()
