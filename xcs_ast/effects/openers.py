"""The opener of `urllib.request` that the first `urlopen` of a process builds: whose it is, building it once.

Left to themselves, tasks that are first at the same time build one each, which on Python 3.12 and later means
a TLS context each: 20 to 50 ms apiece. So it is built before they start, exactly as the first of them would;
and where the analysis goes on for long, or the recorder is to be loaded, most of that meanwhile in another
thread (OpenSSL does not hold the interpreter's lock). What was begun too early, or in vain, is thrown away.

Guarantees: no user code runs; nothing raises. Whatever the program changes between the beginning and the end,
it gets the opener that it would have got at the end.
Assumes: nobody but the library can tell when an opener was built.
"""

from __future__ import annotations

import atexit
import os
import sys
from _thread import allocate_lock, start_new_thread
from operator import is_

from xcs_ast.effects.catalog import default
from xcs_ast.native import Any, Final, final, use_own

use_own(globals())

__all__ = ["begin_opener", "build_opener_once", "has_plain_opener"]

_HANDLERS: Final = frozenset(
    {"ProxyHandler", "UnknownHandler", "HTTPHandler", "HTTPDefaultErrorHandler", "HTTPRedirectHandler"}
    | {"FTPHandler", "FileHandler", "HTTPErrorProcessor", "DataHandler", "HTTPSHandler"}
)
"""Handlers of `urllib.request` that keep nothing of one request for the next, as one for cookies does."""
_AT_ONCE: Final = sys.version_info < (3, 12)
"""There, no opener has a TLS context of its own: it is built in no time."""


def has_plain_opener() -> bool:
    """Whether `urllib.request` opens URLs in its own way."""
    space = sys.modules["urllib.request"].__dict__
    opener = space["_opener"]
    if opener is None:
        return True
    return type(opener) is space["OpenerDirector"] and all(
        type(handler) is space.get(type(handler).__name__) and type(handler).__name__ in _HANDLERS
        for handler in opener.__dict__["handlers"]
    )


@final
class _Begun:
    """An opener that a thread of its own is building."""

    def __init__(self, parts: tuple[object, ...]) -> None:
        self.environment = dict(os.environ)
        self.parts = parts
        self.process = os.getpid()
        self.opener: Any = None
        self._over = allocate_lock()

    def start(self) -> None:
        """Raises `RuntimeError` where there can be no thread."""
        # Whatever thread imports it first is its main thread: let that be none of ours.
        import threading  # noqa: F401

        # The thread must not be in the midst of OpenSSL when the process ends, and OpenSSL with it, nor when
        # it forks, and the child, which lacks the thread, finds a lock of OpenSSL's taken for good.
        atexit.register(self.wait)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self.wait)
        self._over.acquire()
        try:
            start_new_thread(self._build, ())
        except BaseException:
            self._over.release()
            raise

    def _build(self) -> None:
        try:
            self.opener = sys.modules["urllib.request"].__dict__["build_opener"]()
        except BaseException:  # whoever builds it in place will meet it again
            pass
        finally:
            self._over.release()

    def wait(self) -> None:
        """Until it has been built, or has failed."""
        if self.process == os.getpid():
            with self._over:
                pass

    def take(self, parts: tuple[object, ...] | None) -> Any:
        """The opener, once, if it is what would be built now; of these parts."""
        if self.process != os.getpid():
            return None
        self.wait()
        opener, self.opener = self.opener, None
        same = parts is not None and all(map(is_, parts, self.parts)) and self.environment == dict(os.environ)
        return opener if same else None


_begun: Final[list[_Begun]] = []


def begin_opener() -> None:
    """Where `build_opener_once` will soon be called, most likely: begins with it, if that pays."""
    if _AT_ONCE or _begun or not _is_to_be_built() or os.environ.get("SSLKEYLOGFILE"):
        return
    parts = _parts()
    if parts is None:
        return
    begun = _Begun(parts)
    _begun.append(begun)
    try:
        begun.start()
    except (RuntimeError, MemoryError, OSError):
        pass


def build_opener_once() -> None:
    """Builds the opener that the first `urlopen` of a process builds, exactly as that would."""
    if not _is_to_be_built():
        return
    space = sys.modules["urllib.request"].__dict__
    opener = _begun[0].take(_parts()) if _begun else None
    if opener is None:
        try:
            opener = space["build_opener"]()
        except Exception:  # the first task will meet it again
            return
    if space["_opener"] is None:
        space["_opener"] = opener


def _is_to_be_built() -> bool:
    if sys.modules["urllib.request"].__dict__["_opener"] is not None:
        return False
    ssl: Any = sys.modules.get("ssl")
    # Somebody's own function that makes the contexts is to run where it would have.
    return ssl is None or ssl._create_default_https_context is ssl.create_default_context


def _parts() -> tuple[object, ...] | None:
    """What the library builds an opener with; `None` where some of that is not its own."""
    client: Any = sys.modules.get("http.client")
    ssl: Any = sys.modules.get("ssl")
    if client is None or ssl is None or type(os.environ).__module__ != "os":
        return None
    if not default.is_original("ssl:SSLContext.*"):
        return None
    space = sys.modules["urllib.request"].__dict__
    parts: list[Any] = []
    for module, owner, names in (
        ("urllib.request", space, ("build_opener", "getproxies", "OpenerDirector", *sorted(_HANDLERS))),
        ("http.client", client.__dict__, ("HTTPSConnection", "_create_https_context")),
        ("ssl", ssl.__dict__, ("SSLContext", "create_default_context")),
    ):
        found = [owner.get(name) for name in names]
        if any(getattr(each, "__module__", None) != module for each in found):
            return None
        parts += found
    return tuple(parts)
