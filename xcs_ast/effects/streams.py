"""Rules for what leaves the program: requests, files, the standard streams, logging; and for `str.format`."""

from __future__ import annotations

import os
import re
import sys
import types
from _weakref import ref
from collections.abc import Callable
from functools import lru_cache

import xcs_ast.effects.entries as e
import xcs_ast.effects.guards as g
from xcs_ast.diagnostics import codes_effects as codes
from xcs_ast.effects import libraries
from xcs_ast.effects.applying import ModelCall
from xcs_ast.effects.attributes import pinned
from xcs_ast.effects.catalog import MODELS
from xcs_ast.effects.construct import Constructing
from xcs_ast.effects.openers import build_opener_once, has_plain_opener
from xcs_ast.effects.protocol import Args
from xcs_ast.effects.resolve import class_name, is_library, module_of
from xcs_ast.effects.text_codecs import OWN_CODEC, is_standard_codec, is_standard_handler
from xcs_ast.effects.values import (
    BOTTOM,
    NONE,
    STR,
    Atom,
    Const,
    Live,
    New,
    Ref,
    Typed,
    Value,
    class_of,
    is_scalar,
    join,
    unknown,
)
from xcs_ast.ir.effects import WHOLE, Access, Blocking
from xcs_ast.ir.paths import AttrStep, KeyStep, Path, PinnedRoot, Step
from xcs_ast.native import Any, Final, final, use_own
from xcs_ast.records import dataclass
from xcs_ast.source import grammar as ast

use_own(globals())

__all__ = ["Streams"]

_READ_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Streams(Constructing):
    """The first half of the rules: one method for each, `rule_NAME`, with `_` for `-`."""

    opens = False
    """Whether a URL is opened by what `urllib.request` builds once."""

    def run_rule(self, name: str, call: ModelCall) -> Value | None:
        """What a rule in Python adds; the result, where the rule decides it."""
        rule: Callable[[ModelCall], Value | None] = getattr(self, "rule_" + name.replace("-", "_"))
        return rule(call)

    def no_rule(self, call: ModelCall, why: str) -> Value:
        """A case that a rule does not cover."""
        return self.fail(f"calls {call.entry.dotted} {why}", call.node, codes.UNKNOWN_CALL)

    # ----------------------------------------------------------------------------------------- attributes

    def _names(self, value: Value) -> list[str] | None:
        names: list[str] = []
        for atom in value:
            const = self.pin(atom)
            if const is None or type(const.value) is not str:
                return None
            names.append(const.value)
        return names

    # ----------------------------------------------------------------------------------- texts and streams

    def rule_format(self, call: ModelCall) -> Value:
        """`str.format`."""
        template = self.pin(call.receiver) if call.receiver is not None else None
        looks = template is None or any(
            mark in part for part in re.findall(_FIELD, template.value) for mark in ".["
        )
        for value in (*call.placed.get("*", ()), *call.placed.get("**", ())):
            for atom in value:
                if looks and not is_scalar(atom):
                    return self.no_rule(call, "with a template that looks things up in its arguments")
                for method in ("__format__", "__repr__"):
                    self.one_special(atom, method, (STR,), call.node)
        return STR

    def rule_print(self, call: ModelCall) -> Value | None:
        """`print` and its like: to a given `file`, or to what `sys.stdout` is now."""
        file = call.first("file", "stream")
        if file is None or file == NONE:
            if prints_plainly():
                self.guard(g.Condition("sys.stdout is a plain stream", prints_plainly))
                return None
            file = frozenset({pinned(sys.stdout)})
            self.guard(g.SameObject(Path(PinnedRoot(vars(sys)), (KeyStep("stdout"),)), sys.stdout))
        for atom in file:
            if type(atom) is Ref and (atom.obj is sys.stderr or atom.obj is sys.stdout):
                self.same(atom)
                self.channel("stderr" if atom.obj is sys.stderr else "stdout", Access.WRITE, call.node)
                if _is_plain_stream(atom.obj):
                    continue
            writer = self.load_attr_of(atom, "write", call.node)
            self.call(writer, Args((STR,)), call.node)
        return NONE

    def rule_open(self, call: ModelCall) -> Value | None:
        """`open(file, mode)`."""
        if call.receiver is not None:
            mode = call.first("mode", 0)
            buffered = call.first("buffering", 1)
        else:
            mode = call.first("mode", 1)
            buffered = call.first("buffering", 2)
        if call.argument("opener") is not None or buffered is not None:
            return self.no_rule(call, "with an opener or a buffer size")
        modes = ["r"] if mode is None else self._names(mode)
        if not modes:
            return self.no_rule(call, "with a mode that is not known")
        file = call.first("file", 0) if call.receiver is None else frozenset({call.receiver})
        for atom in file or BOTTOM:
            if not is_scalar(atom) and not (class_of(atom) or int).__module__.startswith("pathlib"):
                return self.no_rule(call, "with something that is neither a string nor a path")
        self.channel("cwd", Access.READ, call.node)
        writes = any(set(each) & set("wax+") for each in modes)
        self.channel("filesystem", Access.WRITE if writes else Access.READ, call.node)
        import io

        cls: type = io.TextIOWrapper
        if any("b" in each for each in modes):
            cls = io.BufferedWriter if writes else io.BufferedReader
        obj = self.fresh(call.node or call.entry, cls, ("open", writes))
        if not writes:
            self.readers.add(obj)
        return frozenset({New(obj)})

    def rule_log(self, call: ModelCall) -> Value | None:
        """Logging: no handlers, filters or formatters of somebody's own take part; ends in streams."""
        import logging

        receiver = call.receiver
        if type(receiver) is Ref:
            path, logger = receiver.path, receiver.obj
        elif receiver is None:
            path, logger = Path(PinnedRoot(vars(logging)), (KeyStep("root"),)), logging.root
        else:
            return self.no_rule(call, "on a logger that it made itself")

        return self._logs_through(path, logger, call)

    def _logs_through(self, path: Path, logger: Any, call: ModelCall, package: str = "") -> Value | None:
        ends = where_it_logs(logger, package)
        if ends is None:
            return self.no_rule(call, "on a logger with handlers, filters or formatters of somebody's own")
        self.guard(LogsTo(path, tuple([ref(end) for end, _ in ends]), package))
        for end, steps in ends:
            if end is sys.stderr or end is sys.stdout:
                self.channel("stderr" if end is sys.stderr else "stdout", Access.WRITE, call.node)
                continue
            self.touch_state(Ref(Path(path.root, path.steps + steps), end), True, call.node)
            if module_of(type(end)) != "_io" or class_name(type(end)) != "StringIO":
                self.channel("filesystem", Access.WRITE, call.node)
        return None

    # ------------------------------------------------------------------------------------------- libraries

    def run_entry(
        self, entry: e.Entry, receiver: Atom | None, args: Args, node: ast.AST | None, cls: type | None = None
    ) -> Value:
        """As ever; what the entry relies on is guarded as well."""
        if entry.intact:
            self._relies_on(entry, node)
        return super().run_entry(entry, receiver, args, node, cls)

    def _relies_on(self, entry: e.Entry, node: ast.AST | None) -> None:
        """The program may replace it between two entries, and the body may as well."""
        name = f"what {entry.dotted} relies on is as it was"
        self.guard(g.Condition(name, libraries.is_intact, about=(entry.intact,)))
        for dotted in entry.intact:
            module, _, inner = dotted.partition("=")[0].partition(":")
            if module in sys.modules and not is_library(module):
                owner: object = sys.modules[module]
                *outer, name = inner.split(".")
                for part in outer:
                    owner = vars(owner).get(part)
                if type(owner) is types.ModuleType:
                    owner = owner.__dict__
                if owner is not None:
                    self.reads(Path(PinnedRoot(owner)), WHOLE if name == "*" else name, node)

    def run_state(self, clause: e.Logs | e.Off | e.Inside | e.Codec, call: ModelCall) -> None:
        """What an entry asks of the state of its library."""
        match clause:
            case e.Logs(logger, level):
                silent = libraries.is_silent(logger, level)
                name = f"{logger} is {'not ' if silent else ''}heard at {level}"
                test = libraries.is_silent if silent else libraries.is_heard
                self.guard(g.Condition(name, test, about=(logger, level)))
                self.channel("settings", Access.READ, call.node)
                if not silent:
                    self.channel("log", Access.WRITE, call.node)
                    found = sys.modules["logging"].getLogger(logger)
                    self._logs_through(Path(PinnedRoot(found)), found, call, logger.partition(".")[0])
            case e.Off(what):
                for atom in self._spec(what, call):
                    const = self.pin(atom, also_varying=True)
                    if const is None or (const.value is not None and const.value is not False):
                        self.no_rule(call, "in a way that its model does not describe")
            case e.Codec(what, handles_errors):
                for atom in self._spec(what, call):
                    self._is_librarys_codec(atom, handles_errors, call)
            case e.Inside(what, packages):
                for atom in self._spec(what, call):
                    self._made_of(atom, packages, call)

    def _is_librarys_codec(self, atom: Atom, handles_errors: bool, call: ModelCall) -> None:
        const = self.pin(atom, also_varying=True)
        test = is_standard_handler if handles_errors else is_standard_codec
        if const is None or not test(const.value):
            self.fail(f"uses {call.entry.dotted}, which {OWN_CODEC}", call.node, codes.NO_MODEL)
        elif handles_errors and const.value is not None:
            self.guard(g.Condition(f"nobody handles errors as {const.value!r}", test, about=(const.value,)))

    def _made_of(self, atom: Atom, packages: tuple[str, ...], call: ModelCall) -> None:
        if type(atom) is not Ref:
            self.no_rule(call, "of an object of which nothing is known")
            return
        cls = self.exact(atom)
        if not libraries.is_made_of(atom.obj, packages):
            self.no_rule(call, f"of a {class_name(cls or object)} into which something has been hooked")
            return
        self.guard(g.MadeOf(atom.path, packages))
        for name, _ in libraries.stands(atom.obj, packages):
            self.reads(atom.path.then(AttrStep(name)) if name else atom.path, WHOLE, call.node)

    def rule_cached(self, call: ModelCall) -> Value:
        """An attribute that its library makes when it is first asked for, and then keeps."""
        receiver, name = call.receiver, call.entry.name
        inside = [each.packages for each in call.entry.clauses if type(each) is e.Inside]
        if type(receiver) is not Ref or not inside or not libraries.is_made_of(receiver.obj, inside[0]):
            return self.no_rule(call, "of an object of which nothing is known")
        try:
            getattr(receiver.obj, name)
        except Exception:  # the call will meet it again
            pass
        cls = type(receiver.obj)
        self.class_attr(cls, name, call.node)
        value, certain = self._own_attr(receiver, cls, name, call.node)
        return value if certain and value else self.no_rule(call, "which is made anew each time")

    # --------------------------------------------------------------------------------------------- network

    def rule_http(self, call: ModelCall) -> Value | None:
        """A request: its method and URL tell what it is."""
        if call.entry.owner == "urllib.request":
            if not has_plain_opener():
                return self.no_rule(call, "through an opener that somebody installed")
            own = any(call.argument(name) is not None for name in ("cafile", "capath", "context"))
            name = "urllib.request has no opener of somebody's"
            self.guard(g.Condition(name, has_plain_opener, None if own else build_opener_once))
            self.opens = self.opens or not own
        method, url, data = self._request(call)
        methods = self._methods(method, data)
        if methods is None:
            self.channel("network", Access.WRITE, call.node)
            return None
        self.channel("environment", Access.READ, call.node)
        for verb in methods:
            if verb in _READ_METHODS:
                self.channel("network", Access.READ, call.node)
            elif verb == "POST" and url is not None and all(self._is_inference(atom) for atom in url):
                self.channel("inference", Access.READ, call.node)
            else:
                self.channel("network", Access.WRITE, call.node)
        self.blocks(Blocking.LIKELY)
        return None

    def _request(self, call: ModelCall) -> tuple[Value | None, Value | None, Value | None]:
        method, url = call.argument("method"), call.argument("url")
        data = call.first("data", "body", "json")
        if method is None and call.entry.name.upper() in (*_READ_METHODS, "POST", "PUT", "PATCH", "DELETE"):
            method = frozenset({Const(call.entry.name.upper())})
        if url is not None and any(type(atom) is New for atom in url):
            plain = BOTTOM
            for atom in url:
                if type(atom) is not New:
                    plain = join(plain, frozenset({atom}))
                    continue
                plain = join(plain, self.get_attr(atom.obj, "full_url") or STR)
                method = join(method or BOTTOM, self.get_attr(atom.obj, "method") or NONE)
                data = join(data or NONE, self.get_attr(atom.obj, "data") or NONE)
            url = plain
        elif url is not None and any(type(atom) is Ref for atom in url):
            return unknown("a request that existed before"), url, data
        return method, url, data

    def _methods(self, method: Value | None, data: Value | None) -> list[str] | None:
        out: list[str] = []
        for atom in method if method is not None else NONE:
            if type(atom) is Const and atom.value is None:
                sends = data is not None and data != NONE
                never = data is None or data == NONE
                out += [] if never else ["POST"]
                out += ["GET"] if not sends or Const(None) in (data or NONE) else []
                continue
            const = self.pin(atom, also_varying=True)
            if const is None or type(const.value) is not str:
                return None
            out.append(const.value.upper())
        return out

    def _is_inference(self, atom: Atom) -> bool:
        match atom:
            case Typed(cls, tail) if cls is str:
                return _inference_end(tail) is not None
            case Const(value=str() as text):
                return _inference_end(text) is not None
            case Live(path=path, value=str() as text):
                end = _inference_end(text)
                if end is not None:
                    self.guard(g.EndsWith(path, end))
                return end is not None
            case _:
                return False


def prints_plainly() -> bool:
    """Whether what `print` writes to is a stream whose `write` runs no code of the program's."""
    return _is_plain_stream(sys.stdout)


def _is_plain_stream(stream: object) -> bool:
    cls = type(stream)
    return (module_of(cls), class_name(cls)) in _STREAMS


_STREAMS: Final = frozenset(
    {
        ("_io", "TextIOWrapper"),
        ("_pytest.capture", "EncodedFile"),
        ("_pytest.capture", "CaptureIO"),
        ("ipykernel.iostream", "OutStream"),
        ("colorama.ansitowin32", "StreamWrapper"),
        ("builtins", "NoneType"),
    }
)


@final
@dataclass(frozen=True, slots=True, eq=False)
class LogsTo(g._AtPath):
    """It is a logger whose messages go to these ends. They are not kept alive."""

    path: Path
    ends: tuple[Callable[[], object], ...]
    package: str = ""

    def check(self, obj: object) -> bool:
        """Whether this object passes."""
        now = where_it_logs(obj, self.package)
        return (
            now is not None
            and len(now) == len(self.ends)
            and False not in [end is then() for (end, _), then in zip(now, self.ends, strict=True)]
        )


def where_it_logs(logger: Any, package: str = "") -> list[tuple[object, tuple[Step, ...]]] | None:
    """The streams that messages may go to (for a file that is opened later, its handler), and the ways there.

    `None` if others than classes of `logging` take part when it logs, or other streams than those of text.
    """
    import io
    import logging

    if logging._logRecordFactory is not logging.LogRecord:  # type: ignore[attr-defined]
        return None
    ends: list[tuple[object, tuple[Step, ...]]] = []
    at, handled = logger, False
    way: tuple[Step, ...] = ()
    while at is not None:
        if type(at) not in (logging.Logger, logging.RootLogger) or libraries.filters_of(at, package):
            return None
        for number, handler in enumerate(at.handlers):
            handled = True
            if type(handler) not in (logging.StreamHandler, logging.FileHandler, logging.NullHandler):
                return None
            stream = getattr(handler, "stream", None)
            plain_stream = stream is None or type(stream) in (io.TextIOWrapper, io.StringIO)
            formatter = type(handler.formatter)
            if handler.filters or not plain_stream or formatter not in (type(None), logging.Formatter):
                return None
            if type(handler) is not logging.NullHandler:
                steps = (*way, AttrStep("handlers"), KeyStep(number))
                ends.append((handler, steps) if stream is None else (stream, (*steps, AttrStep("stream"))))
        at = at.parent if at.propagate else None
        way = (*way, AttrStep("parent"))
    if not handled and sys.stderr is not None:
        ends.append((sys.stderr, ()))  # the handler of last resort
    return ends


_FIELD: Final = r"\{([^{}:!]*)"


@lru_cache(maxsize=1)
def _endpoints() -> tuple[str, ...]:
    with open(os.path.join(MODELS, "endpoints.txt"), encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    return tuple(line for line in lines if line and not line.startswith("#"))


def _inference_end(url: str) -> str | None:
    """The end of a URL that makes it a call of a model; `None` if it is not."""
    path = re.split(r"[?#]", url, maxsplit=1)[0].rstrip("/")
    for end in _endpoints():
        if path.endswith(end):
            return url[len(path) - len(end) :]
    return None
