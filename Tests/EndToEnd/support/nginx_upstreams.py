"""What stands behind nginx in test_nginx.py: a FastCGI responder that answers with what it was sent, and a server that
accepts every WebSocket handshake and keeps what it saw. They exist to look at nginx's side of the wire."""
import json
import os
import socketserver
import struct
import threading

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, path, handler):
        super().__init__(path, handler)
        os.chmod(path, 0o666)
        self.seen = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def end(self):
        self.shutdown()
        self.server_close()
        os.unlink(self.server_address)


class EchoFastCGI(socketserver.StreamRequestHandler):
    """Answers 200 with {"parameters", "body"}; `?status=N` chooses another status, 0 none: it goes away after reading the request."""

    def handle(self):
        streams = {PARAMS: b"", STDIN: b""}
        while True:
            header = self.rfile.read(8)
            if len(header) < 8:
                return
            _, kind, _, length, padding, _ = struct.unpack("!BBHHBB", header)
            content = self.rfile.read(length)
            self.rfile.read(padding)
            if kind in streams:
                streams[kind] += content
            if kind == STDIN and not content:
                break
        parameters = self.pairs(streams[PARAMS])
        self.server.seen.append(parameters)
        status = dict(part.split("=", 1) for part in parameters["QUERY_STRING"].split("&") if "=" in part).get("status", "200")
        if status == "0":
            return
        body = json.dumps({"parameters": parameters, "body": streams[STDIN].decode()}).encode()
        answer = f"Status: {status} Chosen\r\nContent-Type: application/json\r\n\r\n".encode() + body
        for start in range(0, len(answer), 0x8000):
            self.record(STDOUT, answer[start:start + 0x8000])
        self.record(STDOUT, b"")
        self.record(END, bytes(8))

    def record(self, kind, content):
        self.wfile.write(struct.pack("!BBHHBB", 1, kind, 1, len(content), 0, 0) + content)

    @staticmethod
    def pairs(data):
        found, at = {}, 0
        while at < len(data):
            lengths = []
            for _ in range(2):
                if data[at] < 128:
                    lengths.append(data[at])
                    at += 1
                else:
                    lengths.append(struct.unpack("!I", data[at:at + 4])[0] & 0x7FFFFFFF)
                    at += 4
            name = data[at:at + lengths[0]].decode()
            found[name] = data[at + lengths[0]:at + sum(lengths)].decode()
            at += sum(lengths)
        return found


class AcceptHandshake(socketserver.StreamRequestHandler):
    """Keeps the request's head, answers 101 and one byte that no buffer must hold back."""

    def handle(self):
        head = b""
        while b"\r\n\r\n" not in head:
            byte = self.rfile.read(1)
            if not byte:
                return
            head += byte
        self.server.seen.append(head.decode())
        self.wfile.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n!")
        self.rfile.read(1)
