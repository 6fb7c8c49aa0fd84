"""Rules in Python that entries of the models name, decided for the very objects of a call.

Guarantees: a request is taken for unordered only where its method and address say so in plain text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xcs_ast.effects import entries as e
from xcs_ast.effects import streams

__all__ = ["request_is_unordered"]


def request_is_unordered(entry: e.Entry, placed: Mapping[str | int, tuple[Any, ...]]) -> bool:
    """Whether this call makes a request that commutes with its like: a GET, or a call of a model."""

    def argument(*names: str) -> Any:
        for name in names:
            found = placed.get(name)
            if found:
                return found[0]
        return None

    if entry.owner == "urllib.request":
        if not streams.has_plain_opener():
            return False
        if all(argument(name) is None for name in ("cafile", "capath", "context")):
            streams.build_opener_once()
    url, method = argument("url"), argument("method")
    data = argument("data", "body", "json")
    if type(url).__module__ == "urllib.request" and type(url).__name__ == "Request":
        fields = vars(url)
        method, data, url = (
            fields.get("method"),
            fields.get("_data"),
            fields.get("full_url", fields.get("_full_url")),
        )
    if type(url) is not str or type(method) not in (str, type(None)):
        return False
    verb = (method or _verb(entry.name, data is not None)).upper()
    if verb in streams._READ_METHODS:
        return True
    return verb == "POST" and streams._inference_end(url) is not None


def _verb(name: str, sends: bool) -> str:
    if name.upper() in (*streams._READ_METHODS, "POST", "PUT", "PATCH", "DELETE"):
        return name
    return "POST" if sends else "GET"
