"""The pages, objects and JSON documents that the model server serves beside its models."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import unquote

__all__ = ["PAGES", "STORE", "find"]

PAGES = 12
STORE = 10
_TITLES = ("Loops", "Threads", "Sockets", "Clocks", "Queues", "Caches",
           "Files", "Graphs", "Parsers", "Proofs", "Tests", "Maps")  # fmt: skip
_PAGE = """<html><head><title>{title}</title></head>
<body><h1>{title}</h1>
<ul>
{anchors}
</ul></body></html>
"""


_NUMBERS = {f"{number}.html": number for number in range(PAGES)}
_OBJECTS = {f"object-{number}.bin": number for number in range(STORE)}


def _page(number: int) -> bytes:
    links = [(number * step + step) % PAGES for step in (2, 3, 5)]
    anchors = "\n".join(f'<li><a href="/pages/{link}.html">{_TITLES[link]}</a></li>' for link in links)
    title = f"{_TITLES[number]}: a short page"
    return _PAGE.format(title=title, anchors=anchors).encode()


def _object(number: int) -> bytes:
    block = hashlib.sha256(f"object {number}".encode()).digest()
    return block * (500 + 37 * number)


def _manifest() -> bytes:
    lines = []
    for number in range(STORE):
        digest = hashlib.sha256(_object(number)).hexdigest()
        # One entry is wrong on purpose, so that the check has something to find.
        lines.append(f"{'0' * 64 if number == 7 else digest}  object-{number}.bin")
    return ("\n".join(lines) + "\n").encode()


def _api(parts: list[str]) -> object:
    match parts:
        case ["users", uid]:
            return {"id": uid, "name": f"user {uid}", "city": ("Oslo", "Porto", "Quito")[len(uid) % 3]}
        case ["orders", uid]:
            return [{"item": f"item {n}", "price": 5 * n + len(uid)} for n in range(1, 5)]
        case ["reviews", uid]:
            return [{"stars": 1 + (n * 7 + len(uid)) % 5} for n in range(6)]
        case ["weather", city]:
            return {"city": city, "celsius": sum(city.encode()) % 30}
        case _:
            return None


def find(path: str) -> tuple[str, bytes] | None:
    """The content type and the bytes at `path`, or `None`."""
    parts = unquote(path).strip("/").split("/")
    match parts:
        case ["pages", name] if name in _NUMBERS:
            return "text/html; charset=utf-8", _page(_NUMBERS[name])
        case ["store", "manifest.txt"]:
            return "text/plain", _manifest()
        case ["store", name] if name in _OBJECTS:
            return "application/octet-stream", _object(_OBJECTS[name])
        case ["api", *rest]:
            data = _api(rest)
            return None if data is None else ("application/json", json.dumps(data).encode())
        case _:
            return None
