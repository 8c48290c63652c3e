"""A screen on a slow connection in a ward with very many open alerts."""
import json
import socket

from support.clock import now

ALERTS = 1000
RECEIVE_BUFFER_BYTES = 4096
PART_BYTES = 16384


class SlowScreen:
    """A WebSocket whose client reads a little at a time."""

    def __init__(self, stack, path):
        self.socket = socket.socket()
        # Before it connects: the window is agreed on then.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        self.socket.settimeout(20)
        self.socket.connect(("127.0.0.1", int(stack.url.rsplit(":", 1)[1])))
        self.socket.sendall((f"GET {path}?token={stack.token('infirmier')} HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
        self.data = b""
        while b"\r\n\r\n" not in self.data:
            self.read()
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head

    def read(self):
        part = self.socket.recv(PART_BYTES)
        assert part, "closed"
        self.data += part

    def frames(self):
        """The whole frames that have come, as `(opcode, payload)`."""
        while len(self.data) >= 2:
            length, start = self.data[1], {126: 4, 127: 10}.get(self.data[1], 2)
            if start > 2 and len(self.data) >= start:
                length = int.from_bytes(self.data[2:start])
            if len(self.data) < start + length:
                return
            frame = self.data[0] & 15, self.data[start:start + length]
            self.data = self.data[start + length:]
            yield frame


def test_a_ward_with_a_thousand_open_alerts_opens_on_a_slow_connection(stack, device):
    patient = device.patient
    stack.query(f"INSERT INTO alerts (patient_id, kind, message, severity, measured_at) SELECT {patient}, 'ancien:test', "
                f"repeat('x', 490), 'warning', now() FROM generate_series(1, {ALERTS})")
    try:
        for path in (f"/ws/service/{device.ward}/", f"/ws/iot/{patient}/"):
            slow = SlowScreen(stack, path)
            with stack.socket(path) as quick:
                assert sum(message["type"] == "alert" for message in quick.snapshot()) >= ALERTS
            alerts, is_ready, last = 0, False, None
            while not is_ready or last != 91:
                # What is measured meanwhile waits behind the snapshot.
                device.post({"timestamp": now(), "spo2": {"valeur": 91}})
                slow.read()
                for opcode, payload in slow.frames():
                    assert opcode != 8, payload
                    message = json.loads(payload) if opcode == 1 else {}
                    alerts += message.get("type") == "alert"
                    is_ready |= message.get("type") == "ready"
                    if is_ready and message.get("type") == "iot_data" and message["patient_id"] == patient:
                        last = message["data"]["spo2"]["valeur"]
            assert alerts >= ALERTS
            slow.socket.close()
    finally:
        stack.query("UPDATE alerts SET ended_at = now() WHERE kind = 'ancien:test'")
