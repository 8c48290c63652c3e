"""The worst bodies of a size: each is dear for some way to read JSON."""
import json

# A shape is a few bytes longer or shorter than asked for.
MARGIN = 16
# Below the depth at which the reader gives up.
DEPTH = 28


def repeated(part, size, opening="", closing=""):
    return opening + part * max(1, (size - len(opening) - len(closing)) // len(part)) + closing


def listed(part, size, opening="[", closing="]"):
    return repeated(part + ",", size - len(part), opening, part + closing)


def numbered(size):
    members, length = [], 2
    while length < size - 12:
        members.append(f'"k{len(members)}":0')
        length += len(members[-1]) + 1
    return "{" + ",".join(members) + "}"


SHAPES = {
    "nested without end": lambda size: "[" * (size // 2) + "]" * (size // 2),
    "nested objects without end": lambda size: '{"a":' * (size // 6) + "1" + "}" * (size // 6),
    "wide at depth": lambda size: listed("{}", size - 2 * DEPTH, "[" * DEPTH, "]" * DEPTH),
    "many paths to depth": lambda size: listed("[" * DEPTH + "]" * DEPTH, size),
    "many members": numbered,
    "one member again and again": lambda size: listed('"a":0', size, "{", "}"),
    "long names": lambda size: listed('"' + "é" * 300 + '":0', size // 2, "{", "}"),
    "names of combining marks": lambda size: listed('"a' + "\u0301\u0323" * 15 + '":0', size // 2, "{", "}"),
    "zeros": lambda size: listed("0", size),
    "texts": lambda size: listed('""', size),
    "digits": lambda size: "1" * size,
    "long fractions": lambda size: listed("0." + "1" * 60, size),
    "exponents": lambda size: listed("1.7976931348623157e308", size),
    "escapes": lambda size: repeated("\\u00e9", size, '"', '"'),
    "surrogates": lambda size: repeated("\\ud83d\\ude00", size, '"', '"'),
    "half a surrogate at the end": lambda size: repeated("\\n", size, '"', '\\ud800"'),
    "combining marks": lambda size: '"a' + "\u0301\u0323" * (size // 4 - 1) + '"',
    "a long text": lambda size: repeated("x", size, '"', '"'),
    "spaces": lambda size: " " * (size - 1) + "1",
    "readings": lambda size: repeated('{"valeur":1,"type_donnee":"x"},', min(size, 31 * 990), "[", '{}]').ljust(size),
}
NOT_UTF8 = "bytes that are no UTF-8"


FORMS = {
    "many fields": lambda size: "a=&" * (size // 3),
    "many names": lambda size: "&".join(f"k{number}=1" for number in range(size // 9)),
    "escapes": lambda size: "valeur=" + "%41" * (size // 3 - 4),
    "combining marks": lambda size: "type_donnee=" + "%cc%81%cc%a3" * (size // 12 - 2),
    "escaped names": lambda size: "&".join("%cc%81%cc%a3" * 16 + "=" for _ in range(size // 194)),
    "plus signs": lambda size: "message=" + "+" * (size - 10),
    "no escapes": lambda size: "username=" + "%" * (size - 10),
}


#: Of comma-separated values, after a heading of two columns.
FILES = {
    "many cells": lambda size: b"," * size,
    "one long cell": lambda size: b"x" * (size - 2) + b",x",
    "blanks": lambda size: b" " * (size - 2) + b",x",
    "blank lines": lambda size: b"\n" * (size - 1) + b"x",
    "empty rows": lambda size: b",\n" * (size // 2),
    "comments": lambda size: b"#\n" * (size // 2),
    "doubled quotes": lambda size: b'"' * (size // 2 * 2 - 2) + b",x",
    "an open quote": lambda size: b'"' + b"x" * (size - 1),
    "combining marks": lambda size: "a\u0301".encode() * (size // 3 - 2) + b",x",
    "long rows": lambda size: (b"N" * 800 + b"," + b"x" * 800 + b"\n") * (size // 1602),
}


def bodies(size, fields):
    """(what, body) of about so many bytes: each shape as the whole body and in each field."""
    size -= MARGIN
    for what, make in SHAPES.items():
        yield what, make(size).encode()
        for field in fields:
            path = field.split(".")
            opening = "".join("{" + json.dumps(name) + ":" for name in path)
            yield f"{what} in {field}", (opening + make(size - len(opening) - len(path)) + "}" * len(path)).encode()
        if fields:
            yield f"{what} in a list of lists", (f'{{"{fields[-1].split(".")[0]}":[' + make(size - 64) + "]}").encode()
    yield NOT_UTF8, b'{"a":"' + b"\xff" * (size - 8) + b'"}'
    yield NOT_UTF8 + " at the end", b'{"a":"' + b"x" * (size - 9) + b'\xff"}'
