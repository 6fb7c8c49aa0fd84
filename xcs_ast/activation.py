"""From packed code to code that can be executed: each placeholder constant becomes its live `Site`.

This is the whole of the way from the cache to the program, so it imports nothing that only compiling needs.

Guarantees: no user code runs here. What fails raises, and the caller falls back to plain code.
Assumes: nothing; any thread may call.
"""

from __future__ import annotations

import gc
import sys
from _thread import _local
from _weakref import ref
from collections.abc import Container, Iterator
from types import CodeType

from xcs_ast import cache
from xcs_ast.native import Any, Final, final, use_own
from xcs_ast.source.rewritten import DIGESTS, LOADED, Loaded

from .typing import TYPE_CHECKING

use_own(globals())

if TYPE_CHECKING:
    from xcs_ast.runtime.site import Site

__all__ = [
    "activate",
    "compiling",
    "hurry",
    "is_compiling",
    "make_sites",
    "named_sites",
    "note_failure",
    "placeholder",
    "preload",
    "read_models",
    "walk_code",
]

_state = _local()
_CLIENTS: Final = """
    aiohttp anthropic asyncio boto3 botocore cohere concurrent dashscope elasticsearch ftplib google grpc
    http httplib2 httpx huggingface_hub imaplib litellm minio mistralai multiprocessing mysql ollama openai
    paramiko poplib psycopg psycopg2 pycurl pymongo pymysql redis replicate requests select selectors
    shutil smtplib socket sqlalchemy sqlite3 ssl subprocess telnetlib time transformers urllib urllib3
    websocket xmlrpc
"""
_WAITING: Final = frozenset(_CLIENTS.split())
"""A module which imports one of these is likely to call something that waits."""
_ONLY_BY: Final = {"time": {"sleep"}, "urllib": {"request", "urllib.request", "urllib.robotparser"}}
"""Of these, one that uses such a name, too: many read the clock, or take addresses apart."""


def placeholder(index: int, digest: str) -> str:
    """The string constant that stands for a site until `activate`."""
    return f"<xcs site {index} of {digest}>"


def walk_code(code: CodeType) -> Iterator[CodeType]:
    """A code object and all that it holds."""
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from walk_code(const)


def is_compiling() -> bool:
    """Whether this thread is inside `compile_module` (whatever it imports then is for our own use)."""
    return getattr(_state, "depth", 0) > 0


@final
class compiling:
    """Marks this thread as being inside `compile_module`."""

    __slots__ = ()

    def __enter__(self) -> None:
        _state.depth = getattr(_state, "depth", 0) + 1

    def __exit__(self, *_: object) -> None:
        _state.depth -= 1


def activate(code: CodeType, filename: str | None = None, *, alone: bool = True) -> CodeType:
    """Executable code out of packed code: live sites in place of their placeholders.

    `alone`: nobody else had a hand in the code, so that without sites it is the plain code of the file.

    Raises:
        Exception: a part of the runtime is missing or broken; the caller falls back to plain code.
    """
    bare, payload = cache.detach(code)
    if payload is None:
        return bare
    where = bare.co_filename if filename is None else filename
    if payload.count:
        from xcs_ast.runtime.binding import bind_places

        payload.check()
        _register(where, payload.digest)
        sites = make_sites(payload, where)
        _unread_sites.extend(map(ref, sites[: _MOST_SITES - len(_unread_sites)]))
        _regions.append((bare, payload))
        bare = bind_places(bare, payload.places, sites)
    else:
        DIGESTS.pop(where, None)
        if alone:
            LOADED[where] = Loaded(bare, payload.digest)
    _expect(bare, where)
    return bare


def _register(filename: str, digest: str) -> None:
    """Tells the look-up of sources, which is loaded late, what was rewritten."""
    LOADED.pop(filename, None)
    DIGESTS[filename] = digest
    module = sys.modules.get("xcs_ast.source.lookup")
    if module is not None:
        module.register_rewritten(filename, digest)


_sites_and_clients = [False, False]
_regions: Final[list[tuple[CodeType, cache.Payload]]] = []
"""Of the modules whose regions nobody has looked at yet: their code, without live sites."""
_MOST_MODULES: Final = 64
_hurry: Final[list[bool]] = []
_WARMING: Final = "xcs_ast.verifier.warming"


_MOST_SITES: Final = 8
_MOST_BYTES: Final = 32_768
_MOST_FILES: Final = 32
_unread_sites: Final[list[Any]] = []
_unread_files: Final[list[str]] = []
_names: Final[set[str]] = set()
"""What the modules import, among other names, for which no models have been read."""
_room = [_MOST_SITES, _MOST_BYTES]
"""How many sites, and how much of the program's text, are read before somebody needs them."""


def _expect(code: CodeType, filename: str) -> None:
    """Loads the analysis now, while things are being imported, where a call is likely to wait for something.

    Other programs may never need it, and a short one would take longer to load it than to run.
    """
    found = _sites_and_clients
    _names.update(code.co_names)
    if _may_wait(code):
        found[1] = True
        if len(_unread_files) < _MOST_FILES:
            _unread_files.append(filename)
    if not found[0] and (found[1] or len(_regions) > _MOST_MODULES):
        found[0] = _some_lead_out()
    if all(found):
        preload()
        _read_ahead()


def _some_lead_out() -> bool:
    """Whether the regions so far may call what waits: many scripts wait elsewhere, and compute in loops."""
    if len(_regions) > _MOST_MODULES:
        _regions.clear()
        return True
    from xcs_ast.ir.sites import SiteFacts
    from xcs_ast.source.reaching import leads_out

    while _regions:
        code, payload = _regions.pop()
        try:
            facts = list(map(SiteFacts.load, payload.facts))
            found = leads_out(code, [(each.callees, each.text) for each in facts])
        except Exception:  # the first region will meet it again
            found = True
        if found:
            _regions.clear()
            return True
    return False


def _may_wait(code: CodeType) -> bool:
    """Whether a module imports what may wait, as far as names tell."""
    clients = _WAITING.intersection([name.partition(".")[0] for name in code.co_names])
    if not clients <= _ONLY_BY.keys():
        return True
    wanted = {name for client in clients for name in _ONLY_BY[client]}
    return bool(wanted) and any(not wanted.isdisjoint(each.co_names) for each in walk_code(code))


def _read_ahead() -> None:
    """Reads the texts of the first few regions, and the models and small files that are likely to be needed.

    In the first call, the tasks would wait for that. What is read in vain costs a few milliseconds at most.
    """
    try:
        from xcs_ast.effects.region import read_region
        from xcs_ast.source.lookup import read_file

        read_models(_names)
        while _unread_sites and _room[0] > 0:
            site = _unread_sites.pop(0)()
            if site is not None:
                _room[0] -= 1
                site.read()
                read_region(site.facts.text)
        while _unread_files:
            _room[1] -= read_file(_unread_files.pop(0), _room[1])
    except Exception:  # the first region will meet it again
        pass
    _unread_sites.clear()
    _unread_files.clear()
    _names.clear()


def hurry() -> None:
    """From now on, things are loaded while somebody waits for the program to start."""
    _hurry.append(True)


def named_sites(payload: cache.Payload, filename: str, *, proven_only: bool = False) -> dict[str, Any]:
    """The live sites of a module, by the placeholders that they replace."""
    sites = make_sites(payload, filename, proven_only)
    return {
        placeholder(dumped[0], payload.digest): site
        for dumped, site in zip(payload.facts, sites, strict=True)
    }


def make_sites(payload: cache.Payload, filename: str, proven_only: bool = False) -> list[Site]:
    """The live sites of a module, in the order of their facts."""
    from xcs_ast.runtime.deciding import decide_proven
    from xcs_ast.runtime.site import Site

    decide = decide_proven if proven_only else None
    return [Site.of_dump(payload, number, filename, decide) for number in range(payload.count)]


def preload(recorder: bool = False) -> None:
    """Imports what the first region will need, so that the first call is as quick as the next.

    `recorder`: also what only regions need that are not PROVEN.
    """
    names = ["threading", "xcs_ast.runtime.pool", "xcs_ast.runtime.shape_text", _WARMING]
    if recorder:
        names.append("xcs_ast.runtime.warming")
    if names[-1] in sys.modules:
        return
    if _hurry and "xcs_ast.verifier" not in sys.modules:
        from xcs_ast.runtime.deciding import UNUSED

        UNUSED.append(True)
    for name in names:
        try:
            __import__(name)
        except Exception as error:  # the first region will meet it again, and run in place
            note_failure(f"{name} cannot be loaded", error)
    warming = sys.modules.get(_WARMING)
    if warming is not None and not _hurry:
        try:
            warming.warm_up_more()
        except Exception as error:
            note_failure(f"{_WARMING} fails", error)
    if "libcst" in sys.modules and gc.isenabled():
        # All that the rewriting has loaded is to be looked through once. Left to itself, the collector would
        # do so when enough has been added: in the middle of the first region.
        gc.collect()


def read_models(names: Container[str]) -> None:
    """Reads the models of those modules among these names that many programs use, for the same reason."""
    warming = sys.modules.get(_WARMING)
    if warming is not None:
        warming.read_models(names)


def note_failure(what: str, error: Exception, filename: str | None = None) -> None:
    """Keeps it for the reports that something of ours has failed, and so runs as plain Python."""
    try:
        from xcs_ast.diagnostics.codes_faces import REWRITE_FAILED
        from xcs_ast.diagnostics.diagnostic import Diagnostic
        from xcs_ast.diagnostics.notices import record
        from xcs_ast.source.spans import Span
    except Exception:  # nothing can be imported: that may be what has failed
        return
    span = None if filename is None else Span(filename, 1, 0, 1, 0)
    record(Diagnostic(REWRITE_FAILED, f"{what}: {type(error).__name__}: {error}", span))
