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


def begin_request(socket_path, method, path, length=0, **parameters):
    """A connection with a request on it of which only the body is missing; `parameters` are more of nginx's."""
    parameters = {"REQUEST_METHOD": method, "DOCUMENT_URI": path, "QUERY_STRING": "", "CONTENT_LENGTH": str(length),
                  "CONTENT_TYPE": "application/json", **parameters}
    connection = begin(socket_path)
    connection.sendall(record(PARAMS, pairs(parameters)) + record(PARAMS, b""))
    return connection


def send_body(connection, part, is_last=True):
    """A part of the body."""
    connection.sendall((record(STDIN, part) if part else b"") + (record(STDIN, b"") if is_last else b""))


def read_answer(connection):
    """`(status, answer)`; closes the connection."""
    answer = b""
    with connection, connection.makefile("rb") as stream:
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


def request(socket_path, method, path, body=None, **parameters):
    """`(status, answer)` of a request; `parameters` are more of nginx's."""
    body = b"" if body is None else json.dumps(body).encode()
    connection = begin_request(socket_path, method, path, len(body), **parameters)
    send_body(connection, body)
    return read_answer(connection)
