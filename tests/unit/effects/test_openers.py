"""The opener of `urllib.request` is built once, before the tasks start, and as it would be built then."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.effects.harness import region
from xcs_ast.effects import openers
from xcs_ast.effects import region as effects_region
from xcs_ast.effects.guards import Condition

_early = pytest.mark.skipif(sys.version_info < (3, 12), reason="no opener has a TLS context of its own")
library: Any = urllib.request


@pytest.fixture(autouse=True)
def _nothing_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a new process."""
    monkeypatch.setattr(library, "_opener", None)
    monkeypatch.setattr(openers, "_begun", [])
    monkeypatch.delenv("SSLKEYLOGFILE", raising=False)


def begun() -> Any:
    openers.begin_opener()
    (made,) = openers._begun
    made.wait()
    assert openers.has_plain_opener()
    assert library._opener is None
    return made.opener


@_early
def test_what_was_begun_is_what_is_installed() -> None:
    opener = begun()
    assert type(opener) is urllib.request.OpenerDirector
    openers.build_opener_once()
    assert library._opener is opener
    assert openers.has_plain_opener()
    openers.begin_opener()
    assert len(openers._begun) == 1
    assert openers._begun[0].opener is None


def _own_context(*_: object, **__: object) -> ssl.SSLContext:
    return ssl.create_default_context()


CHANGES: list[Callable[[pytest.MonkeyPatch], None]] = [
    lambda patch: patch.setenv("http_proxy", "http://127.0.0.1:9"),
    lambda patch: patch.setattr(library, "getproxies", lambda: {"http": "http://127.0.0.1:9"}),
    lambda patch: patch.setattr(library, "HTTPHandler", type("Mine", (library.HTTPHandler,), {})),
]


@pytest.mark.parametrize("change", CHANGES)
@_early
def test_what_changes_meanwhile_is_heard(
    change: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("http_proxy", raising=False)
    opener = begun()
    change(monkeypatch)
    openers.build_opener_once()
    assert library._opener is not opener
    handlers = library._opener.__dict__["handlers"]
    proxied = [each for each in handlers if getattr(each, "proxies", {}).get("http") == "http://127.0.0.1:9"]
    assert proxied or any(type(each).__name__ == "Mine" for each in handlers)


def _change_a_method(patch: pytest.MonkeyPatch) -> None:
    loads = ssl.SSLContext.load_default_certs
    patch.setattr(ssl.SSLContext, "load_default_certs", lambda self, *purpose: loads(self, *purpose))


@pytest.mark.parametrize("change", [*CHANGES[1:], _change_a_method])
@_early
def test_what_is_not_the_librarys_own_is_not_begun(
    change: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    change(monkeypatch)
    openers.begin_opener()
    assert openers._begun == []


@_early
def test_somebodys_own_contexts_and_keys_that_are_logged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
        openers.begin_opener()
    monkeypatch.setattr(ssl, "_create_default_https_context", _own_context)
    openers.begin_opener()
    openers.build_opener_once()
    assert openers._begun == []
    assert library._opener is None
    assert list(tmp_path.iterdir()) == []


@_early
def test_where_no_thread_can_be_started_it_is_built_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(openers, "start_new_thread", refuse)
    openers.begin_opener()
    openers.build_opener_once()
    assert type(library._opener) is urllib.request.OpenerDirector


@_early
def test_a_child_process_waits_for_no_thread_of_its_parents(monkeypatch: pytest.MonkeyPatch) -> None:
    made = openers._Begun(openers._parts() or ())
    made._over.acquire()  # as it is while the thread is at work, which the child does not have
    made.process = os.getpid() + 1
    openers._begun.append(made)
    openers.build_opener_once()
    made.wait()
    assert type(library._opener) is urllib.request.OpenerDirector


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@_early
def test_a_fork_waits_until_it_has_been_built() -> None:
    program = """if True:
        import os, sys, threading, urllib.request
        from xcs_ast.effects import openers
        build, begun, forking = urllib.request.build_opener, threading.Event(), threading.Event()
        def slowly(self):
            begun.set()
            forking.wait()
            self.opener = build()
            self._over.release()
        openers._Begun._build = slowly
        openers.begin_opener()
        begun.wait()
        # Run in reverse order: this one before the one that waits.
        os.register_at_fork(before=forking.set)
        child = os.fork()
        if not child:
            os._exit(0 if openers._begun[0].opener is not None else 1)
        print(os.waitpid(child, 0)[1])
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr, done.stdout.strip()) == (0, "", "0")


@_early
def test_the_process_ends_when_it_has_been_built() -> None:
    program = """if True:
        import atexit, urllib.request
        from xcs_ast.effects import openers
        atexit.register(lambda: print(type(openers._begun[0].opener).__name__))
        openers.begin_opener()
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == "OpenerDirector"


def test_only_what_would_be_built_now_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def made() -> tuple[Any, tuple[object, ...]]:
        parts = (object(), object())
        begun = openers._Begun(parts)
        begun.opener = object()
        return begun, parts

    begun, parts = made()
    opener = begun.opener
    assert begun.take(parts) is opener
    assert begun.take(parts) is None
    begun, parts = made()
    assert begun.take((parts[0], object())) is None
    assert made()[0].take(None) is None
    begun, parts = made()
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert begun.take(parts) is None


CALLEES = """
import urllib.request

seen = []

def fetch(x):
    with urllib.request.urlopen("http://127.0.0.1:9/") as response:
        return response.read()

def fetch_and_note(x):
    seen.append(x)
    return fetch(x)
"""


@pytest.mark.parametrize(("callee", "begins"), [("fetch", False), ("fetch_and_note", True)])
def test_it_is_begun_where_more_is_to_be_done_meanwhile(
    callee: str, begins: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    begun: list[bool] = []
    monkeypatch.setattr(effects_region, "begin_opener", lambda: begun.append(True))
    path = tmp_path / "callees.py"
    path.write_text(CALLEES)
    space: dict[str, Any] = {"__name__": "callees"}
    exec(compile(CALLEES, str(path), "exec"), space)
    text = f"for x in __xcs_items__:\n    out.append(__xcs_stage__(0, {callee}(x)))\n"
    found = region(text, space, item=1, env={"out": []})
    assert any(type(each) is Condition and each.prepare is not None for each in found.guards)
    assert bool(begun) is begins
