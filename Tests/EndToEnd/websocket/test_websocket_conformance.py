"""RFC 6455, tried from outside on `ws-echo`, which runs on the push daemon's own socket code.

The cases are numbered as the sections of the Autobahn test suite that they answer (1 to 7 and 10), so that a reader can
compare; each stands for one case there, with its strict outcome. Bytes are put on a plain socket by hand, because a
WebSocket library would refuse to send what must be refused.
"""

import socket
import struct
import subprocess

import pytest

from support.paths import program

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
NORMAL, PROTOCOL_ERROR, INVALID_TEXT = 1000, 1002, 1007
PATIENCE_SECONDS = 5


@pytest.fixture(scope="module")
def port():
    server = subprocess.Popen([program("ws-echo"), "0"], stdout=subprocess.PIPE, text=True)
    yield int(server.stdout.readline().rsplit(":", 1)[1])
    server.terminate()
    assert server.wait(timeout=PATIENCE_SECONDS) == 0


@pytest.fixture
def client(port):
    with Client(port) as client:
        yield client


class Client:
    """The client's half of one connection, byte by byte."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.unread = b""
        self.socket.sendall(
            b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        while b"\r\n\r\n" not in self.unread:
            self.unread += self._receive()
        head, self.unread = self.unread.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 101 ")
        assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head  # the example of RFC 6455, section 1.3

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def _receive(self):
        received = self.socket.recv(65536)
        assert received, "the server hung up without a close frame"
        return received

    def _exactly(self, count):
        while len(self.unread) < count:
            self.unread += self._receive()
        taken, self.unread = self.unread[:count], self.unread[count:]
        return taken

    def send(self, *frames, chop=None):
        """All in one write, or `chop` bytes a write. A server that hung up early has made up its mind: no error."""
        data = b"".join(frames)
        try:
            for start in range(0, len(data), chop or max(len(data), 1)):
                self.socket.sendall(data[start : start + (chop or len(data))])
        except (BrokenPipeError, ConnectionResetError):
            pass

    def receive(self):
        """The next whole frame as (opcode, payload); a server's frames are final, unmasked and without reserved bits."""
        first, second = self._exactly(2)
        assert first & 0xF0 == 0x80 and second & 0x80 == 0
        length = second
        if length == 126:
            (length,) = struct.unpack(">H", self._exactly(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self._exactly(8))
        return first & 0x0F, self._exactly(length)

    def hung_up(self):
        try:
            return self.unread == b"" and self.socket.recv(1) == b""
        except ConnectionResetError:
            return False


def frame(opcode, payload=b"", *, final=True, reserved=0, mask=b"\x37\xfa\x21\x3d", length=None):
    """One frame of a client. `length` lies about the payload's length (its start is sent, the rest follows later)."""
    count = len(payload) if length is None else length
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    bit = 0x80 if mask else 0
    if count < 126:
        head += bytes([bit | count])
    elif count < 65536:
        head += struct.pack(">BH", bit | 126, count)
    else:
        head += struct.pack(">BQ", bit | 127, count)
    return head + (mask + masked(payload, mask) if mask else payload)


def masked(payload, mask, start=0):
    return bytes(byte ^ mask[(start + index) % 4] for index, byte in enumerate(payload))


def close(code=None, reason=b""):
    return frame(CLOSE, b"" if code is None else struct.pack(">H", code) + reason)


def fragments(opcode, pieces):
    last = len(pieces) - 1
    return [frame(CONTINUATION if i else opcode, piece, final=i == last) for i, piece in enumerate(pieces)]


def assert_clean_close(client, before=(), code=NORMAL):
    """What was asked for comes, then our close is answered with its own code, and the server hangs up."""
    client.send(close(code))
    assert_closed(client, code, before)


def assert_closed(client, code, before=()):
    for expected in before:
        assert client.receive() == expected
    opcode, payload = client.receive()
    assert opcode == CLOSE
    assert payload[:2] == (b"" if code is None else struct.pack(">H", code))
    assert client.hung_up()


def cases(table):
    return pytest.mark.parametrize("case", [pytest.param(value, id=name) for name, value in table.items()])


# 1: lengths ---------------------------------------------------------------------------------------------------------

LENGTHS = [(0, None), (125, None), (126, None), (127, None), (128, None), (65535, None), (65536, None), (65536, 997)]


@pytest.mark.parametrize("opcode,octet", [pytest.param(TEXT, b"*", id="1.1"), pytest.param(BINARY, b"\xfe", id="1.2")])
@pytest.mark.parametrize("length,chop", LENGTHS)
def test_a_message_of_any_length_comes_back(client, opcode, octet, length, chop):
    client.send(frame(opcode, octet * length), chop=chop)
    assert_clean_close(client, [(opcode, octet * length)])


# 2: pings and pongs -------------------------------------------------------------------------------------------------

TEN = [b"payload-%d" % i for i in range(10)]


@cases({
    "2.1": ([b""], None),
    "2.2": ([b"Hello, world!"], None),
    "2.3": ([b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"], None),
    "2.4": ([b"\xfe" * 125], None),
    "2.6": ([b"\xfe" * 125], 1),
    "2.10": (TEN, None),
    "2.11": (TEN, 1),
})
def test_every_ping_is_answered_with_its_payload(client, case):
    payloads, chop = case
    client.send(*[frame(PING, payload) for payload in payloads], chop=chop)
    assert_clean_close(client, [(PONG, payload) for payload in payloads])


def test_2_5_a_ping_of_126_bytes_is_refused(client):
    client.send(frame(PING, b"\xfe" * 126))
    assert_closed(client, PROTOCOL_ERROR)


@cases({"2.7": b"", "2.8": b"unsolicited"})
def test_a_pong_that_nobody_asked_for_is_ignored(client, case):
    client.send(frame(PONG, case))
    assert_clean_close(client)


def test_2_9_a_ping_after_an_unsolicited_pong_is_answered(client):
    client.send(frame(PONG, b"unsolicited"), frame(PING, b"ping"))
    assert_clean_close(client, [(PONG, b"ping")])


# 3 and 4: reserved bits and opcodes ---------------------------------------------------------------------------------

HELLO = frame(TEXT, b"Hello, world!")
ECHO = (TEXT, b"Hello, world!")


@cases({
    "3.1": ([frame(TEXT, b"Hello", reserved=1)], [], None),
    "3.2": ([HELLO, frame(TEXT, b"Hello", reserved=2), frame(PING)], [ECHO], None),
    "3.3": ([HELLO, frame(TEXT, b"Hello", reserved=3), frame(PING)], [ECHO], 19),
    "3.4": ([HELLO, frame(TEXT, b"Hello", reserved=4), frame(PING)], [ECHO], 1),
    "3.5": ([frame(BINARY, b"\x00\xff\xfe", reserved=5)], [], None),
    "3.6": ([frame(PING, b"Hello", reserved=6)], [], None),
    "3.7": ([frame(CLOSE, reserved=7)], [], None),
    "4.1.1": ([frame(3)], [], None),
    "4.1.2": ([frame(4, b"reserved")], [], None),
    "4.1.3": ([HELLO, frame(5), frame(PING)], [ECHO], None),
    "4.1.4": ([HELLO, frame(6, b"Hello"), frame(PING)], [ECHO], None),
    "4.1.5": ([HELLO, frame(7, b"Hello"), frame(PING)], [ECHO], 1),
    "4.2.1": ([frame(11)], [], None),
    "4.2.2": ([frame(12, b"reserved")], [], None),
    "4.2.3": ([HELLO, frame(13), frame(PING)], [ECHO], None),
    "4.2.4": ([HELLO, frame(14, b"Hello"), frame(PING)], [ECHO], None),
    "4.2.5": ([HELLO, frame(15, b"Hello"), frame(PING)], [ECHO], 1),
})
def test_reserved_bits_and_opcodes_are_refused_after_what_came_before_was_answered(client, case):
    frames, before, chop = case
    client.send(*frames, chop=chop)
    assert_closed(client, PROTOCOL_ERROR, before)


# 5: fragments -------------------------------------------------------------------------------------------------------

TWO = fragments(TEXT, [b"fragment1", b"fragment2"])
WHOLE = (TEXT, b"fragment1fragment2")
ALONE = frame(CONTINUATION, b"nothing to continue")
ALONE_OPEN = frame(CONTINUATION, b"nothing to continue", final=False)


@cases({
    "5.1": ([frame(PING, b"1", final=False), frame(CONTINUATION, b"2")], [], None),
    "5.2": ([frame(PONG, b"1", final=False), frame(CONTINUATION, b"2")], [], None),
    "5.9": ([ALONE, HELLO], [], None),
    "5.10": ([ALONE, HELLO], [], 25),
    "5.11": ([ALONE, HELLO], [], 1),
    "5.12": ([ALONE_OPEN, HELLO], [], None),
    "5.13": ([ALONE_OPEN, HELLO], [], 25),
    "5.14": ([ALONE_OPEN, HELLO], [], 1),
    "5.15": ([*TWO, ALONE_OPEN, HELLO], [WHOLE], None),
    "5.16": ([ALONE_OPEN, *TWO] * 2, [], None),
    "5.17": ([ALONE, *TWO] * 2, [], None),
    "5.18": ([TWO[0], frame(TEXT, b"fragment2")], [], None),
})
def test_fragments_that_do_not_fit_are_refused(client, case):
    frames, before, chop = case
    client.send(*frames, chop=chop)
    assert_closed(client, PROTOCOL_ERROR, before)


@cases({
    "5.3": (TWO, [WHOLE], None),
    "5.4": (TWO, [WHOLE], 15),
    "5.5": (TWO, [WHOLE], 1),
    "5.6": ([TWO[0], frame(PING, b"ping"), TWO[1]], [(PONG, b"ping"), WHOLE], None),
    "5.7": ([TWO[0], frame(PING, b"ping"), TWO[1]], [(PONG, b"ping"), WHOLE], 15),
    "5.8": ([TWO[0], frame(PING, b"ping"), TWO[1]], [(PONG, b"ping"), WHOLE], 1),
})
def test_fragments_become_one_message_whatever_lies_between(client, case):
    frames, answers, chop = case
    client.send(*frames, chop=chop)
    assert_clean_close(client, answers)


@cases({"5.19": None, "5.20": 7})
def test_pings_between_fragments_are_answered_before_the_message_has_ended(client, case):
    pieces = [b"fragment%d" % i for i in range(1, 6)]
    parts = fragments(TEXT, pieces)
    client.send(*parts[:2], frame(PING, b"1"), chop=case)
    assert client.receive() == (PONG, b"1")
    client.send(*parts[2:4], frame(PING, b"2"), chop=case)
    assert client.receive() == (PONG, b"2")
    client.send(parts[4], chop=case)
    assert_clean_close(client, [(TEXT, b"".join(pieces))])


# 6: UTF-8 -----------------------------------------------------------------------------------------------------------

GREEK = "κόσμε".encode()
MIXED = "Hello-µ@ßöäüàá-UTF-8!!".encode()
BEYOND = b"\xf4\x90\x80\x80"  # U+110000; wrong at its second byte


def octets(payload):
    return [payload[i : i + 1] for i in range(len(payload))]


@cases({
    "6.1.1": [b""],
    "6.1.2": [b"", b"", b""],
    "6.1.3": [b"", b"middle", b""],
    "6.2.1": [MIXED],
    "6.2.2": [MIXED[:13], MIXED[13:]],
    "6.2.3": octets(MIXED),
    "6.2.4": octets(GREEK),
})
def test_text_may_be_cut_anywhere(client, case):
    client.send(*fragments(TEXT, case))
    assert_clean_close(client, [(TEXT, b"".join(case))])


@cases({"6.3.1": [GREEK + b"\xed\xa0\x80edited"], "6.3.2": octets(GREEK + b"\xed\xa0\x80edited")})
def test_text_that_is_not_utf8_is_refused(client, case):
    client.send(*fragments(TEXT, case))
    assert_closed(client, INVALID_TEXT)


@cases({"6.4.1": (GREEK, BEYOND), "6.4.2": (GREEK + BEYOND[:1], BEYOND[1:2])})
def test_wrong_text_is_refused_at_the_fragment_that_makes_it_wrong(client, case):
    first, second = case
    client.send(frame(TEXT, first, final=False), frame(PING, b"still open"))
    assert client.receive() == (PONG, b"still open")
    client.send(frame(CONTINUATION, second, final=False))
    assert_closed(client, INVALID_TEXT)


@cases({"6.4.3": (GREEK, BEYOND), "6.4.4": (GREEK + BEYOND[:1], BEYOND[1:2])})
def test_wrong_text_is_refused_at_the_byte_that_makes_it_wrong_inside_one_frame(client, case):
    first, second = case
    mask = b"\x37\xfa\x21\x3d"
    client.send(frame(TEXT, first, length=len(GREEK + BEYOND + b"edited"), mask=mask))
    client.send(masked(second, mask, len(first)))
    assert_closed(client, INVALID_TEXT)


def sequences():
    """6.5 to 6.23, after Markus Kuhn's stress test: whether each is right is what Python's own decoder says."""
    yield from (GREEK[:end] for end in range(1, len(GREEK) + 1))
    yield from (b"hello" + c.encode() + b"world" for c in "$¢€𤭢")
    for point in (0x0, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x10FFFF):
        yield chr(point).encode()  # first and last of each length, and round the surrogates
    yield from (bytes([lead]) + b"\x80" * tail for lead, tail in [(0xC0, 1), (0xE0, 2), (0xF0, 3), (0xF8, 4), (0xFC, 5)])
    yield from (b"\xf7\xbf\xbf\xbf", b"\xfb\xbf\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf\xbf", BEYOND)
    yield from (b"\x80", b"\xbf", b"\x80\xbf", b"\x80\xbf\x80", b"\x80\xbf\x80\xbf", bytes(range(0x80, 0xC0)))
    for leads in (range(0xC0, 0xE0), range(0xE0, 0xF0), range(0xF0, 0xF8), range(0xF8, 0xFC), range(0xFC, 0xFE)):
        yield b"".join(bytes([lead, 0x20]) for lead in leads)  # lonely first bytes
    cut = [b"\xc0", b"\xe0\x80", b"\xf0\x80\x80", b"\xf8\x80\x80\x80", b"\xfc\x80\x80\x80\x80"]
    cut += [b"\xdf", b"\xef\xbf", b"\xf7\xbf\xbf", b"\xfb\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf"]
    yield from cut
    yield b"".join(cut)
    yield from (b"\xfe", b"\xff", b"\xfe\xfe\xff\xff")
    yield from (b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xf8\x80\x80\x80\xaf", b"\xfc\x80\x80\x80\x80\xaf")
    yield from (b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xf8\x87\xbf\xbf\xbf", b"\xfc\x83\xbf\xbf\xbf\xbf")
    surrogates = (0xD800, 0xDB7F, 0xDB80, 0xDBFF, 0xDC00, 0xDF80, 0xDFFF)
    encoded = [chr(point).encode("utf-8", "surrogatepass") for point in surrogates]
    yield from encoded
    yield from (high + low for high in encoded[:4] for low in (encoded[4], encoded[6]))
    for plane in range(17):  # non-characters are characters to UTF-8
        for low in range(0xFFFE, 0x10000):
            yield chr(plane << 16 | low).encode()
    yield from (chr(point).encode() for point in range(0xFFF9, 0x10000))


def is_utf8(payload):
    try:
        payload.decode()
        return True
    except UnicodeDecodeError:
        return False


@pytest.mark.parametrize("payload", sorted(set(sequences())), ids=lambda payload: payload.hex())
def test_6_5_to_6_23_text_is_accepted_exactly_when_it_is_utf8(client, payload):
    client.send(frame(TEXT, payload))
    if is_utf8(payload):
        assert_clean_close(client, [(TEXT, payload)])
    else:
        assert_closed(client, INVALID_TEXT)


# 7: closing ---------------------------------------------------------------------------------------------------------


@cases({
    "7.1.1": ([HELLO, close(NORMAL)], [ECHO]),
    "7.1.2": ([close(NORMAL), close()], []),
    "7.1.3": ([close(NORMAL), frame(PING)], []),
    "7.1.4": ([close(NORMAL), HELLO], []),
    "7.1.5": ([TWO[0], close(NORMAL), TWO[1]], []),
})
def test_nothing_is_answered_after_the_close(client, case):
    frames, before = case
    client.send(*frames)
    assert_closed(client, NORMAL, before)


def test_7_1_6_a_long_message_is_answered_before_the_close_that_follows_it(client):
    long = b"BAsd7&jh23" * 26214
    client.send(frame(TEXT, long), HELLO, close(NORMAL), frame(PING))
    assert_closed(client, NORMAL, [(TEXT, long), ECHO])


@cases({
    "7.3.1": (close(), None),
    "7.3.2": (frame(CLOSE, b"a"), PROTOCOL_ERROR),
    "7.3.3": (close(NORMAL), NORMAL),
    "7.3.4": (close(NORMAL, b"Hello World!"), NORMAL),
    "7.3.5": (close(NORMAL, b"*" * 123), NORMAL),
    "7.3.6": (close(NORMAL, b"*" * 124), PROTOCOL_ERROR),
    "7.5.1": (close(NORMAL, GREEK + b"\xed\xa0\x80edited"), INVALID_TEXT),
})
def test_a_close_frame_is_answered_or_refused(client, case):
    sent, code = case
    client.send(sent)
    assert_closed(client, code)


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999])
def test_7_7_a_valid_code_is_answered_with_itself(client, code):
    client.send(close(code))
    assert_closed(client, code)


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535])
def test_7_9_and_7_13_an_invalid_code_is_refused(client, code):
    client.send(close(code))
    assert_closed(client, PROTOCOL_ERROR)


# 10: automatic fragments, and what the sections leave out ------------------------------------------------------------


def test_10_1_1_a_message_in_fragments_of_1300_bytes_comes_back_whole(client):
    whole = b"*" * 65536
    client.send(*fragments(TEXT, [whole[i : i + 1300] for i in range(0, len(whole), 1300)]))
    assert_clean_close(client, [(TEXT, whole)])


def test_a_frame_that_is_not_masked_is_refused(client):
    client.send(frame(TEXT, b"Hello", mask=b""))
    assert_closed(client, PROTOCOL_ERROR)


@pytest.mark.parametrize("head", [b"\x81\xfe\x00\x05", b"\x81\xff" + struct.pack(">Q", 300), b"\x81\xff" + b"\xff" * 8])
def test_a_length_that_is_not_in_its_shortest_form_or_is_negative_is_refused(client, head):
    client.send(head)
    assert_closed(client, PROTOCOL_ERROR)


def test_a_message_over_the_limit_is_refused_before_it_was_sent(client):
    client.send(frame(BINARY, length=16 * 1024 * 1024 + 1))
    assert_closed(client, 1009)


def test_fragments_count_together_towards_the_limit(client):
    client.send(frame(BINARY, b"*", final=False), frame(CONTINUATION, length=16 * 1024 * 1024))
    assert_closed(client, 1009)
