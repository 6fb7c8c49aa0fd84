"""What a guided run has looked at ends when it would have ended plainly."""

from __future__ import annotations

import time
import weakref
from types import SimpleNamespace
from typing import Any

import pytest

from xcs_ast import jit
from xcs_ast.runtime import guided

LOG: list[object] = []
KIND: list[type] = []
REFER: list[Any] = []


class Plain:
    def __init__(self, x: object) -> None:
        self.x = x


class Ending(Plain):
    def __del__(self) -> None:
        LOG.append(f"end of {self.x}")


def make(x: object) -> Any:
    time.sleep(0.002)
    return KIND[0](x)


def ask(x: object) -> str:
    time.sleep(0.005)
    return f"<{x}>"


def ask_about(it: Any) -> str:
    time.sleep(0.005)
    return f"<{it.x}>"


def forgets_what_a_call_gave(a: str, b: str) -> tuple[str, ...]:
    it = make(a)
    x = it.x
    del it
    LOG.append("after")
    return ask(b), ask(x)


def asks_whether_it_lives(a: str) -> tuple[object, ...]:
    it = make(a)
    ref = REFER[0](it)
    x = it.x
    del it
    LOG.append(ref() is None)
    return ask(a), ask(x)


def tells_its_end(a: str) -> tuple[object, ...]:
    it = make(a)
    ref = REFER[0](it, LOG.append)
    x = it.x
    del it
    LOG.append("after")
    return ask(a), ask(x), ref() is None


def gives_it_something_that_ends(a: str, b: str) -> tuple[object, ...]:
    it = Plain(None)
    it = same(it)
    it.x = make(a)
    x = it.x.x
    del it
    LOG.append("after")
    return ask(b), ask(x)


def same(x: Any) -> Any:
    time.sleep(0.002)
    return Plain(x.x)


def replaces(items: list[Any], k: int) -> list[str]:
    first = ask_about(items[0])
    items[k] = Plain(0)
    LOG.append("replaced")
    return [first, ask_about(items[1]), ask_about(items[2])]


class Dead:
    def __init__(self, *_: object) -> None:
        pass

    def __call__(self) -> None:
        return None


def _outcome(function: Any, kind: type, *args: Any) -> tuple[object, list[object]]:
    LOG.clear()
    KIND[:] = [kind]
    value = function(*args)
    return value, [type(each).__name__ if isinstance(each, weakref.ref) else each for each in LOG]


@pytest.mark.parametrize("function", [forgets_what_a_call_gave, gives_it_something_that_ends])
def test_what_a_call_gave_is_not_kept_if_it_has_a_finalizer(function: Any) -> None:
    run = jit(strategy="tracing")(function)
    for kind, args in ((Plain, "ab"), (Plain, "cd"), (Ending, "ef"), (Plain, "gh"), (Ending, "ij")):
        assert _outcome(run, kind, *args) == _outcome(function, kind, *args)


@pytest.mark.parametrize("function", [asks_whether_it_lives, tells_its_end])
def test_what_a_call_gave_is_not_kept_if_it_is_referred_to_weakly(function: Any) -> None:
    run = jit(strategy="tracing")(function)
    for refer in (Dead, Dead, weakref.ref, Dead, weakref.ref):
        REFER[:] = [refer]
        assert _outcome(run, Plain, "a") == _outcome(function, Plain, "a")


def test_what_a_step_lets_go_of_is_not_held_by_a_call_ahead() -> None:
    run = jit(strategy="tracing")(replaces)

    def outcome(function: Any, kind: type, k: int) -> object:
        LOG.clear()
        return function([Plain(1), Plain(2), kind(3)], k), list(LOG)

    for kind, k in ((Plain, 0), (Plain, 0), (Ending, 2), (Plain, 0), (Ending, 1)):
        assert outcome(run, kind, k) == outcome(replaces, kind, k)


def test_a_call_that_a_signal_took_the_consumer_from_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    early = guided._Early

    def noting(*args: Any) -> Any:
        made.append(early(*args))
        return made[-1]

    def interrupted() -> None:
        raise KeyboardInterrupt

    run = jit(strategy="tracing")(replaces)
    items = [Plain(1), Plain(2), Plain(3)]
    run(list(items), 0)
    monkeypatch.setattr(guided, "_Early", noting)
    monkeypatch.setattr(guided, "SimpleQueue", lambda: SimpleNamespace(get=interrupted, put=lambda _: None))
    with pytest.raises(KeyboardInterrupt):
        run(list(items), 0)
    assert made and all(each.unwanted for each in made)
