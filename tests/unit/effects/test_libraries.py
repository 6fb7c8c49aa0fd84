"""What the models rely on in a library: its loggers, its insides, and what a client leads to."""

from __future__ import annotations

import collections
import contextlib
import functools
import http.client
import io
import logging
import socket
import threading
import types
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.unit.effects.harness import region
from xcs_ast.effects import catalog
from xcs_ast.effects.libraries import is_heard, is_intact, is_made_of, is_silent, stands
from xcs_ast.ir.paths import Binding

NAME = "xcs_test_library.inner"


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    """A logger that inherits nothing: pytest listens at the root."""
    outer = logging.getLogger("xcs_test_library")
    outer.propagate = False
    yield outer
    for name in [each for each in logging.root.manager.loggerDict if each.startswith("xcs_test_library")]:
        found: Any = logging.root.manager.loggerDict.pop(name)
        if isinstance(found, logging.Logger):
            found.handlers.clear()


def _own(level: int) -> Callable[[logging.Logger], None]:
    def do(outer: logging.Logger) -> None:
        inner = logging.getLogger(NAME)
        inner.setLevel(level)
        inner.addHandler(logging.StreamHandler())

    return do


def _handler(outer: logging.Logger, level: int = logging.DEBUG) -> None:
    outer.setLevel(level)
    outer.addHandler(logging.StreamHandler())


def _switched_off(outer: logging.Logger) -> None:
    _handler(outer)
    logging.getLogger(NAME).disabled = True


def _filtered(outer: logging.Logger) -> None:
    outer.setLevel(logging.DEBUG)
    logging.getLogger(NAME).addFilter(lambda record: True)


def _class_of_its_own(outer: logging.Logger) -> None:
    class Own(logging.Logger):
        pass

    logging.root.manager.loggerDict[NAME] = Own(NAME)


def _cut_off(outer: logging.Logger) -> None:
    _handler(outer)
    logging.getLogger(NAME).propagate = False


@pytest.mark.parametrize(
    ("prepare", "level", "silent"),
    [
        (lambda outer: outer.setLevel(logging.INFO), "DEBUG", True),
        (lambda outer: outer.setLevel(logging.DEBUG), "DEBUG", True),  # there is nobody to hear it
        (lambda outer: outer.setLevel(logging.DEBUG), "WARNING", False),  # but for the handler of last resort
        (lambda outer: outer.addHandler(logging.NullHandler()) or outer.setLevel(1), "INFO", True),
        (_handler, "DEBUG", False),
        (_handler, "INFO", False),
        (functools.partial(_handler, level=logging.INFO), "DEBUG", True),
        (functools.partial(_handler, level=logging.INFO), "INFO", False),
        (_own(logging.DEBUG), "DEBUG", False),
        (_own(logging.ERROR), "WARNING", True),
        (_switched_off, "DEBUG", True),
        (_filtered, "DEBUG", False),
        (_class_of_its_own, "DEBUG", False),
        (_cut_off, "DEBUG", True),
    ],
)
def test_who_is_heard(
    logger: logging.Logger, prepare: Callable[[logging.Logger], object], level: str, silent: bool
) -> None:
    logger.handlers.clear()  # pytest listens to those that do not propagate as well
    prepare(logger)
    assert is_silent(NAME, level) is silent
    assert is_heard(NAME, level) is not silent


def test_all_logging_is_disabled(logger: logging.Logger) -> None:
    _handler(logger)
    logging.disable(logging.INFO)
    try:
        assert is_silent(NAME, "INFO")
        assert not is_silent(NAME, "WARNING")
    finally:
        logging.disable(logging.NOTSET)


def test_a_program_that_replaced_a_part_of_logging(
    logger: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    logger.setLevel(logging.ERROR)
    assert is_silent(NAME, "DEBUG")
    monkeypatch.setattr(logging.Logger, "isEnabledFor", lambda self, level: True)
    assert not is_silent(NAME, "DEBUG")


def test_a_program_that_makes_records_of_its_own(logger: logging.Logger) -> None:
    logger.setLevel(logging.DEBUG)
    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(lambda *args, **kwargs: before(*args, **kwargs))
    try:
        assert not is_silent(NAME, "DEBUG")
    finally:
        logging.setLogRecordFactory(before)


# ------------------------------------------------------------------------------- what a client leads to


class Client:
    def __init__(self, **parts: Any) -> None:
        self.__dict__.update(parts)


class Slotted:
    __slots__ = ("hook",)


def _slotted(hook: object) -> Slotted:
    made = Slotted()
    made.hook = hook
    return made


def own(request: object) -> None:
    raise AssertionError


US = ("tests",)
STRANGE = types.FunctionType((lambda: None).__code__, {"__name__": "somebody.else"})


@pytest.mark.parametrize(
    ("part", "fine"),
    [
        (None, True),
        ({"a": [1, (2, {3})]}, True),
        (own, True),  # of the package that was named
        (STRANGE, False),
        ({"request": [STRANGE]}, False),
        ((STRANGE,), False),
        (collections.deque([STRANGE]), False),
        (types.MappingProxyType({"a": STRANGE}), False),
        (functools.partial(STRANGE), False),
        (functools.partial(own), True),
        (contextlib.contextmanager(STRANGE), False),
        (functools.singledispatch(STRANGE), False),
        (functools.lru_cache(STRANGE), False),
        (Client(inner=Client(hook=STRANGE)), False),
        (_slotted(STRANGE), False),
        (_slotted(own), True),
        (types.MethodType(STRANGE, 1), False),
        ([].append, False),  # somebody's list, perhaps
        (io.StringIO().write, False),
        ({}.setdefault, False),
        (collections.deque().append, False),
        (threading.Lock(), True),
        (threading.Lock().release, True),
        (threading.Condition(), True),
        (http.client.HTTPConnection, True),
        (type("Own", (), {"__module__": "somebody.else"}), False),
        (type("Own", (), {"__module__": "somebody.else"})(), False),
    ],
)
def test_what_has_been_hooked_in(part: object, fine: bool) -> None:
    assert is_made_of(Client(part=part), US) is fine


def test_a_client_that_leads_to_everything() -> None:
    assert is_made_of(Client(rows=[[n] for n in range(1_000)]), US)
    assert not is_made_of(Client(rows=[[n] for n in range(3_000)]), US)


def test_a_client_that_leads_to_itself() -> None:
    client = Client()
    client.me = [client]  # type: ignore[attr-defined]
    assert is_made_of(client, US)


def test_what_stands_in_a_client() -> None:
    inner = Client(key="k")
    client = Client(inner=inner, number=1, thing=threading.Lock())
    assert stands(client, US) == [("", vars(client)), ("inner", vars(inner))]


# --------------------------------------------------------------------------- what was there when we looked


def test_a_number_that_a_model_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "http.client:HTTPConnection.debuglevel=0"
    assert is_intact((name,))
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    assert not is_intact((name,))
    assert is_intact(("no_such_module_here:Name=0",))


def fetch(x: object) -> bytes:
    with urllib.request.urlopen("http://127.0.0.1/x") as response:
        return response.read()  # type: ignore[no-any-return]


def test_what_an_entry_relies_on_is_guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    effects = region(
        "for x in __xcs_items__:\n    out.append(__xcs_stage__(0, fetch(x)))\n",
        globals(),
        item=1,
        env={"out": []},
    )
    assert not any(each.is_unknown for each in effects.stages[0].effects)
    binding = Binding(1, {"out": []})
    assert all(guard.holds(binding) for guard in effects.guards)
    monkeypatch.setattr(http.client.HTTPConnection, "connect", own)
    assert not all(guard.holds(binding) for guard in effects.guards)
    monkeypatch.undo()
    assert all(guard.holds(binding) for guard in effects.guards)
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 2)
    assert not all(guard.holds(binding) for guard in effects.guards)


def test_a_method_behind_a_decorator_of_the_same_package() -> None:
    """As `openai` and `anthropic` have them; a decorator of the program's own is another matter."""
    found = catalog.default._is_genuine

    def around(function: Callable[..., Any]) -> Callable[..., Any]:
        return functools.wraps(function)(lambda *args: function(*args))

    plain = urllib.request.Request.get_method
    assert found(plain, urllib.request.Request)
    assert not found(around(plain), urllib.request.Request)


# --------------------------------------------------------------------------------------- whole classes


def _around(old: Any) -> Any:
    """As tools that trace requests do it: what is put there bears the name of what was there."""
    return functools.wraps(old)(lambda *args, **kwargs: old(*args, **kwargs))


REPLACED: list[tuple[type, str, Any]] = [
    (http.client.HTTPConnection, "putheader", _around(http.client.HTTPConnection.putheader)),
    (http.client.HTTPConnection, "send", own),
    (http.client.HTTPConnection, "send", [].append),
    (http.client.HTTPConnection, "endheaders", functools.partial(own)),
    (http.client.HTTPConnection, "_is_textIO", staticmethod(own)),
    (http.client.HTTPConnection, "_new_one", own),
    (urllib.request.HTTPHandler, "http_open", contextlib.contextmanager(own)),
    (urllib.request.OpenerDirector, "open", Client()),
    (urllib.request.Request, "full_url", property(own)),
]


@pytest.mark.parametrize(("cls", "name", "value"), REPLACED, ids=[name for _, name, _ in REPLACED])
def test_a_method_of_a_library_that_has_been_replaced(
    cls: type, name: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = f"{cls.__module__}:{cls.__qualname__}.*"
    assert is_intact((whole,))
    monkeypatch.setattr(cls, name, value, raising=False)
    assert not is_intact((whole,))
    monkeypatch.undo()
    assert is_intact((whole,))


def test_what_a_library_does_not_have_cannot_be_replaced() -> None:
    assert is_intact(("http.client:NoSuchClass.*", "no_such_module_here:Name.*"))
    assert not is_intact(("http.client:HTTP_PORT.*",))


@pytest.mark.parametrize(
    ("owner", "name"),
    [(http.client.HTTPConnection, "putheader"), (http.client.HTTPResponse, "begin"), (socket, "getaddrinfo")],
)
def test_a_traced_request_is_not_believed(owner: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert catalog.for_callable(urllib.request.urlopen) is not None
    monkeypatch.setattr(owner, name, _around(getattr(owner, name)))
    assert catalog.for_callable(urllib.request.urlopen) is None
