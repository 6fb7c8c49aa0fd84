"""What a model says of a client: `inside`, `off`, `logs`, `intact`, `cached`, on a library of our own."""

from __future__ import annotations

import importlib
import io
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.unit.effects.harness import region
from xcs_ast.effects import RegionEffects, catalog
from xcs_ast.effects.catalog import MODELS, Catalog
from xcs_ast.effects.describe import describe_summary
from xcs_ast.ir.paths import Binding

LIBRARY = """
import functools, logging
log = logging.getLogger("fakechat")
class Transport:
    def send(self, text): return text[::-1]
class Reply:
    def __init__(self, text): self.text = text
class Chat:
    def __init__(self, client): self.client = client
    def create(self, text, stream=False):
        log.info("asked for %s", text)
        return Reply(self.client.transport.send(text))
class Client:
    def __init__(self, hook=None):
        self.hook, self.transport = hook, Transport()
    @functools.cached_property
    def chat(self): return Chat(self)
    @functools.cached_property
    def broken(self): raise OSError("no such part")
    @property
    def fleeting(self): return Chat(self)
"""
MODEL = """
[class fakechat.Client]
.chat .broken .fleeting: inside self fakechat; rule cached -> unknown
[class fakechat.Chat]
create: inside self fakechat; deep **; off stream; channel inference read; blocks; logs fakechat INFO;
    intact fakechat:Transport.send -> new fakechat.Reply
[class fakechat.Reply]
.text: reads self -> json
"""


@pytest.fixture
def chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The library, with its model in the catalog that everybody asks."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "fakechat.effects").write_text(MODEL)
    (tmp_path / "fakechat.py").write_text(LIBRARY)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(catalog.default, "__dict__", vars(Catalog(str(tmp_path / "models"), MODELS)))
    module = importlib.import_module("fakechat")
    yield module
    del sys.modules["fakechat"], module.log.manager.loggerDict["fakechat"]


def asked(client: Any, call: str = "client.chat.create('x').text", **env: Any) -> RegionEffects:
    """What is known of a loop that asks a client."""
    text = f"for x in __xcs_items__:\n    out.append(__xcs_stage__(0, {call}))\n"
    return region(text, globals(), item=1, env={"out": [], "client": client, **env})


def reasons(effects: RegionEffects) -> str:
    """Why something is unknown."""
    return "; ".join(line for line in describe_summary(effects.stages[0]) if "unknown" in line)


def holds(effects: RegionEffects, client: Any) -> bool:
    return all(guard.holds(Binding(1, {"out": [], "client": client})) for guard in effects.guards)


def own(*_: object) -> None: ...


def test_all_is_known_until_something_changes(chat: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = chat.Client()
    effects = asked(client)
    assert not reasons(effects)
    assert holds(effects, client)
    with monkeypatch.context() as patch:
        patch.setattr(client, "hook", own)
        assert not holds(effects, client)
    with monkeypatch.context() as patch:
        patch.setattr(chat.Transport, "send", own)
        assert not holds(effects, client)
    assert holds(effects, client)
    chat.log.setLevel(logging.INFO)
    assert not holds(effects, client)


def test_what_is_heard_is_written(chat: Any) -> None:
    chat.log.setLevel(logging.INFO)
    handler = logging.StreamHandler(io.StringIO())
    chat.log.addHandler(handler)
    chat.log.propagate = False
    try:
        effects = asked(chat.Client())
    finally:
        chat.log.removeHandler(handler)
    assert not reasons(effects)
    assert "write channel log" in describe_summary(effects.stages[0])
    assert not holds(effects, chat.Client())  # that handler is gone


class Handler(logging.Handler):
    pass


def test_a_handler_of_the_programs_own_listens(chat: Any) -> None:
    chat.log.setLevel(logging.INFO)
    handler = Handler()
    chat.log.addHandler(handler)
    try:
        assert "handlers, filters or formatters of somebody's own" in reasons(asked(chat.Client()))
    finally:
        chat.log.removeHandler(handler)


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ("client.chat.create('x', stream=True).text", "in a way that its model does not describe"),
        ("client.chat.create('x', stream=flag).text", "in a way that its model does not describe"),
        ("client.chat.create('x', stream=[]).text", "in a way that its model does not describe"),
        ("client.chat.create('x', stream=False).text", ""),
        ("client.chat.create('x', stream=None).text", ""),
        ("type(client)().chat.create('x').text", "of an object of which nothing is known"),
        ("client.broken.create('x').text", "which is made anew each time"),
        ("client.fleeting.create('x').text", "which is made anew each time"),
    ],
)
def test_how_it_is_asked(chat: Any, call: str, why: str) -> None:
    found = reasons(asked(chat.Client(), call, flag=True))
    assert why in found if why else not found, found


def test_something_of_the_programs_is_hooked_in(chat: Any) -> None:
    assert "of which nothing is known" in reasons(asked(chat.Client(own)))
    client = chat.Client()
    ask = client.chat
    client.hook = own
    assert "into which something has been hooked" in reasons(asked(ask, "client.create('x').text"))
