"""FastCGI requests as nginx sends them, to a daemon's socket: for what nginx keeps away from it."""
import json
import socket
import struct

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6
RESPONDER = 1
TIMEOUT_SECONDS = 20


def record(kind, content):
    return struct.pack("!BBHHBB", 1, kind, 1, len(content), 0, 0) + content


def pairs(parameters):
    data = b""
    for name, value in parameters.items():
        name, value = name.encode(), value.encode()
        data += b"".join(struct.pack("!I", len(part) | 0x80000000) for part in (name, value)) + name + value
    return data


def begin(path):
    """A connection with a request on it that does not go on: it holds a thread."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(TIMEOUT_SECONDS)
    connection.connect(path)
    connection.sendall(record(BEGIN, struct.pack("!HB5x", RESPONDER, 0)))
    return connection


def request(socket_path, method, path, body=None, **parameters):
    """`(status, answer)` of a request; `parameters` are more of nginx's."""
    body = b"" if body is None else json.dumps(body).encode()
    parameters = {"REQUEST_METHOD": method, "DOCUMENT_URI": path, "QUERY_STRING": "", "CONTENT_LENGTH": str(len(body)),
                  "CONTENT_TYPE": "application/json", **parameters}
    with begin(socket_path) as connection:
        connection.sendall(record(PARAMS, pairs(parameters)) + record(PARAMS, b"") + (record(STDIN, body) if body else b"") + record(STDIN, b""))
        answer = b""
        with connection.makefile("rb") as stream:
            while header := stream.read(8):
                _, kind, _, length, padding, _ = struct.unpack("!BBHHBB", header)
                content = stream.read(length)
                stream.read(padding)
                if kind == STDOUT:
                    answer += content
                if kind == END:
                    break
    head, _, rest = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(rest) if rest else None
