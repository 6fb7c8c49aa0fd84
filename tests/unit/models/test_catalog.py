"""An entry belongs to the genuine object, and to nothing that looks like it or stands in its place."""

from __future__ import annotations

import collections
import contextlib
import functools
import http.client
import itertools
import json
import math
import random
import time
import types
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from xcs_ast.effects import catalog, catalog_sections
from xcs_ast.effects import entries as e
from xcs_ast.effects.catalog import Catalog


def test_functions_methods_and_classes_are_found() -> None:
    for obj, name in [
        (len, "builtins.len"), (open, "io.open"), (time.sleep, "time.sleep"), (json.dumps, "json.dumps"),
        (list.append, "builtins.list.append"), ([].append, "builtins.list.append"),
        (dict.fromkeys, "builtins.dict.fromkeys"),
        (str.maketrans, "builtins.str.maketrans"), (random.random, "random.random"),
        (random.choice, "random.choice"),
        (urllib.parse.urlsplit, "urllib.parse.urlsplit"), (list, "builtins.list"),
        (itertools.count, "itertools.count"),
        (http.client.HTTPConnection.request, "http.client.HTTPConnection.request"),
        ((5).__add__, "builtins.int.__add__"),
        (itertools.chain.from_iterable, "itertools.chain.from_iterable"), (ValueError, "builtins.ValueError"),
    ]:  # fmt: skip
        found = catalog.for_callable(obj)
        assert found is not None, name
        assert found.dotted == name


def test_a_generator_of_ones_own_is_not_the_one_of_the_module() -> None:
    own = random.Random(1)
    assert catalog.for_callable(own.random).owner == "random.Random"
    assert catalog.for_callable(random.random).owner == "random"
    assert catalog.for_callable(own.choice) is None  # A bound Python method: ask for the method of its class.


def test_what_replaces_a_function_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    original = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    assert catalog.for_callable(time.sleep) is None
    assert catalog.for_callable(original) is not None


def test_what_copies_the_name_of_a_function_is_not_believed() -> None:
    @functools.wraps(json.dumps)
    def dumps(*args: Any) -> str:
        return ""

    assert dumps.__module__ == "json"
    assert catalog.for_callable(dumps) is None
    assert catalog.for_callable(functools.lru_cache(json.dumps)) is None
    assert catalog.for_callable(functools.partial(json.dumps)) is None
    assert catalog.for_callable(functools.singledispatch(json.dumps)) is None
    assert catalog.for_callable(contextlib.contextmanager(json.dumps)) is None


def test_a_function_with_other_code_is_not_believed() -> None:
    other = types.FunctionType((lambda seconds: None).__code__, {}, "sleep")
    other.__module__, other.__qualname__ = "json", "dumps"
    assert catalog.for_callable(other) is None


def test_a_class_that_pretends_is_not_believed() -> None:
    fake = type("HTTPConnection", (), {"__module__": "http.client", "request": lambda self: None})
    assert catalog.for_construct(fake) is None
    assert catalog.for_method(fake, "request") is None


def test_a_class_that_stands_in_place_of_another_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = http.client.HTTPConnection
    fake = type("HTTPConnection", (), {"__module__": "http.client", "request": lambda self: None})
    monkeypatch.setattr(http.client, "HTTPConnection", fake)
    assert catalog.for_method(fake, "request") is None
    assert catalog.for_method(real, "request") is None  # Its section means what the module names.


def test_a_method_that_was_replaced_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    cls = http.client.HTTPConnection
    assert catalog.for_method(cls, "request") is not None
    monkeypatch.setattr(cls, "request", lambda self, *args: None)
    assert catalog.for_method(cls, "request") is None
    assert catalog.for_method(cls, "close") is not None
    assert catalog.for_method(http.client.HTTPSConnection, "request") is None


def test_subclasses_of_open_classes_inherit_what_they_do_not_override() -> None:
    class Table(dict[str, int]):
        def get(self, key: str, default: Any = None) -> Any:
            return default

    class Smaller(Table):
        pass

    assert catalog.for_method(Table, "pop").dotted == "builtins.dict.pop"
    assert catalog.for_method(Table, "get") is None
    assert catalog.for_method(Smaller, "get") is None
    assert catalog.for_construct(Table) is None
    assert catalog.for_method(Table, "fromkeys") is None  # Would make a `Table` by calling it.


def test_subclasses_of_other_classes_do_not() -> None:
    class Connection(http.client.HTTPConnection):
        pass

    class Deque(collections.deque[int]):
        pass

    assert catalog.for_method(Connection, "request") is None
    assert catalog.for_method(Deque, "append") is None
    assert catalog.for_method(collections.deque, "append") is not None


def test_modelled_classes_inherit_from_modelled_classes() -> None:
    assert catalog.for_method(collections.Counter, "get").dotted == "builtins.dict.get"
    assert catalog.for_method(collections.Counter, "__getitem__").dotted == "builtins.dict.__getitem__"
    assert (
        catalog.for_method(FileNotFoundError, "with_traceback").dotted
        == "builtins.BaseException.with_traceback"
    )
    assert catalog.for_method(type(Path()), "read_text").dotted.endswith("read_text")


def test_attributes_of_instances() -> None:
    assert catalog.for_attr(http.client.HTTPResponse, "status") is not None
    assert catalog.for_attr(type(len), "__name__") is not None
    assert catalog.for_attr(type(Path()), "parent") is not None
    assert catalog.for_attr(dict, "nothing") is None


def test_constants() -> None:
    assert catalog.for_const("time", "timezone") is not None
    assert catalog.for_const("time", "nothing") is None
    assert catalog.for_const("no_such_module", "nothing") is None
    assert catalog.for_const("../../etc/passwd", "nothing") is None


def test_classes_by_name() -> None:
    assert catalog.class_named("http.client.HTTPResponse") is http.client.HTTPResponse
    assert catalog.class_named("builtins.dict_keys") is type({}.keys())
    assert catalog.class_named("builtins.list") is list
    assert catalog.class_named("no.such.Class") is None
    assert catalog.class_named("json.dumps") is None


def test_no_user_code_runs() -> None:
    asked: list[str] = []

    class Meta(type):
        def __getattribute__(cls, name: str) -> Any:
            asked.append(name)
            return super().__getattribute__(name)

    class Odd(metaclass=Meta):
        def __getattribute__(self, name: str) -> Any:
            asked.append(name)
            return super().__getattribute__(name)

        def method(self) -> None: ...

    instance = Odd()
    bound = instance.method
    asked.clear()
    found = [
        catalog.for_callable(Odd), catalog.for_callable(instance), catalog.for_callable(bound),
        catalog.for_method(Odd, "nothing"), catalog.for_method(Odd, "__repr__"),
        catalog.for_attr(Odd, "nothing"),
    ]  # fmt: skip
    assert asked == []
    assert [entry and entry.dotted for entry in found] == [
        None,
        None,
        None,
        None,
        "builtins.object.__repr__",
        None,
    ]


def test_files_are_read_when_needed(tmp_path: Path) -> None:
    (tmp_path / "time.effects").write_text("[time]\nsleep: blocks\ntime: nonsense clause\n", encoding="utf-8")
    models = Catalog(str(tmp_path))
    assert models.for_callable(len) is None
    assert models.for_callable(time.sleep).clauses == (e.Blocks(True),)
    with pytest.raises(e.ModelError, match=r"time\.effects:3: no such clause"):
        models.for_callable(time.time)


def test_sections_and_continuations(tmp_path: Path) -> None:
    text = """
# A comment.
[class builtins.list
    builtins.dict open]
clear copy: writes self  ;
    # Another comment.
    channel clock read
    -> None
[class builtins.list]
copy: pure -> list[elem self]
"""
    (tmp_path / "builtins.effects").write_text(text, encoding="utf-8")
    models = Catalog(str(tmp_path))
    clear, copied = models.for_method(list, "clear"), models.for_method(list, "copy")
    assert (clear.place_in_file, copied.place_in_file) == ("builtins.effects:5", "builtins.effects:10")
    assert models.for_method(dict, "copy").clauses == clear.clauses
    assert copied.result == e.Fresh("list", (e.Elem(e.Self()),))


def _meanwhile(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, ask: Callable[[], object]
) -> list[object]:
    """What `ask` finds in the middle of the first call of a function of the module, and after it."""
    inner = getattr(module, name)
    found: list[object] = []

    def asked_meanwhile(*args: Any) -> object:
        monkeypatch.setattr(module, name, inner)
        value = inner(*args)
        found.append(ask())
        return value

    monkeypatch.setattr(module, name, asked_meanwhile)
    found.append(ask())
    return found


TWO_BLOCKS: Final = """
[class builtins.list open]
clear: writes self -> None
[class builtins.list]
copy: pure -> list[elem self]
"""


def test_who_asks_while_another_indexes_a_section_finds_all_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "builtins.effects").write_text(TWO_BLOCKS, encoding="utf-8")
    models = Catalog(str(tmp_path))

    def ask() -> object:
        section = models.entry("class builtins.list", "clear"), models.entry("class builtins.list", "copy")
        return (*section, models._classes["builtins.list"].is_closed("copy"))

    assert models.is_modelled(list)
    found = _meanwhile(monkeypatch, catalog_sections, "split_head", ask)
    assert found[0] == found[1] == ask()
    assert None not in found[0]
    assert found[0][2]
    assert found[0][0] is found[1][0]


def test_who_asks_while_another_reads_a_file_finds_all_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "builtins.effects").write_text(TWO_BLOCKS, encoding="utf-8")
    models = Catalog(str(tmp_path))

    def ask() -> object:
        return models.for_method(list, "clear"), models.for_method(list, "copy")

    found = _meanwhile(monkeypatch, catalog_sections, "Section", ask)
    assert None not in found[0]
    assert [one is other for one, other in zip(*found, strict=True)] == [True, True]


def test_a_model_is_read_when_it_is_asked_for() -> None:
    models = Catalog()
    assert models._files == {}
    assert models.for_callable(len) is not None
    assert models._files == {"builtins": True}
    assert models.for_callable(math.sqrt) is not None
    assert models._files == {"builtins": True, "math": True}


def test_an_entry_is_void_when_what_it_relies_on_was_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket
    import urllib.request

    assert catalog.for_callable(urllib.request.urlopen) is not None
    with monkeypatch.context() as patch:
        patch.setattr(http.client.HTTPConnection, "getresponse", lambda self: None)
        assert catalog.for_callable(urllib.request.urlopen) is None
    with monkeypatch.context() as patch:
        patch.setattr(socket, "socket", type("FakeSocket", (), {}))
        assert catalog.for_callable(urllib.request.urlopen) is None
        assert catalog.for_method(http.client.HTTPConnection, "request") is None
    assert catalog.for_callable(urllib.request.urlopen) is not None
