"""`run`: a script or a module, as Python itself would run it, with its regions running ahead.

Guarantees: what the program can see of its start (argv, path, `__main__`, working directory, stdin,
signals) and what others see of its end (output, tracebacks, exit status, death by signal) are as with
`python script.py`.
What we could not run better than Python (a file that does not parse, is not there, or is no source) is
handed to Python itself before anything has happened.
Assumes: it is called once, in the main thread, at the start of the process. The program can tell the two
apart by looking at the stack below it, `sys.orig_argv`, `sys.meta_path` and `sys.modules`.
"""

from __future__ import annotations

import gc
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from types import CodeType, FunctionType, TracebackType

from xcs_ast import activation, cache, config
from xcs_ast.errors import ConfigError
from xcs_ast.hook import install
from xcs_ast.hook.loader import is_own_code
from xcs_ast.hook.scope import Directory
from xcs_ast.native import Any, Final, final, use_own

use_own(globals())

__all__ = ["run"]

_USAGE: Final = "usage: python -m xcs_ast run [--report] [--no-cache] (SCRIPT | -m MODULE) [ARGUMENT ...]"
_HELP: Final = f"""{_USAGE}

Runs a script (or, with -m, a module) as Python would, and the modules beside it, with slow independent calls
running ahead. All that follows SCRIPT or MODULE belongs to the program.

options:
  --report    at exit, print a table of the regions on stderr (also: XCS_AST_REPORT=1)
  --no-cache  neither read nor write rewritten code on disk
  -h, --help  show this message and exit
"""
_OWN: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_STARTUP: Final = frozenset(
    {"_collections_abc", "_sitebuiltins", "abc", "codecs", "encodings", "genericpath", "io", "os"}
    | {"__main__", "posixpath", "site", "sitecustomize", "stat", "usercustomize", "xcs_ast", "zipimport"}
)
"""What Python itself loads before any script: no file beside the script ever stands in for one of these."""


_IMPORTED: Final = """
    libcst typing_extensions yaml atexit ast bisect collections contextlib contextvars copy copyreg
    dataclasses datetime difflib dis enum fcntl fnmatch functools gettext glob grp heapq importlib
    inspect ipaddress json keyword linecache locale math ntpath numbers opcode operator pathlib pickle
    queue random re reprlib runpy select selectors signal socket string struct subprocess symtable
    textwrap threading token tokenize tomllib traceback types typing unicodedata urllib warnings weakref
    zlib
"""
_OURS: Final = frozenset(_IMPORTED.split())
"""What we, and what we use, may import."""
_WHOLE: Final = (
    "xcs_ast.pipeline",
    "xcs_ast.frontend.analyse",
    "xcs_ast.frontend.guard",
    "xcs_ast.frontend.rewrite",
    "xcs_ast.runtime.site",
    "xcs_ast.runtime.pool",
    "xcs_ast.runtime.shape_text",
    "threading",
    "xcs_ast.verifier",
)


_IMMORTAL: Final = 1000
"""More frozen objects than that are somebody's wish: 3.12 itself freezes some hundred immortal ones."""
_CALL: Final = (lambda hook, *arguments: hook(*arguments)).__code__


@final
class _Request:
    """What the command line asks for."""

    def __init__(self, target: str, rest: list[str], module: bool, cached: bool, report: bool) -> None:
        self.target: Final = target
        self.rest: Final = tuple(rest)
        self.module: Final = module
        self.cached: Final = cached
        self.report: Final = report
        self.collecting = False


def run(arguments: Sequence[str], *, collecting: bool = False) -> int:
    """Runs the program; returns its exit status, unless it ends the process itself.

    `collecting`: the garbage collector was switched off for us, and is to be on for the program.
    """
    request = _parse(arguments)
    if isinstance(request, int):
        return request
    request.collecting = collecting
    activation.hurry()
    return _run_module(request) if request.module else _run_script(request)


def _configure(request: _Request) -> bool:
    """Takes the options into account, once `__main__` says where to look for them; whether we are wanted.

    Raises:
        ConfigError: the options are not valid.
    """
    options = config.current()
    if not request.cached or not options.cache:
        cache.disable()
    if request.report or options.report:
        from xcs_ast.report.text import report_at_exit

        report_at_exit()
    return options.enabled


def _misconfigured(error: ConfigError) -> int:
    sys.stderr.write(f"python -m xcs_ast run: error: {error}\n")
    return 2


def _parse(arguments: Sequence[str]) -> _Request | int:
    report, cached = False, True
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--report":
            report = True
        elif word == "--no-cache":
            cached = False
        elif word in ("-h", "--help"):
            sys.stdout.write(_HELP)
            return 0
        elif word == "-m" or (word.startswith("-m") and not word.startswith("--")):
            name = word[2:] or (rest.pop(0) if rest else "")
            return _Request(name, rest, True, cached, report) if name else _misuse("-m needs a module")
        elif word == "--" and rest:
            return _Request(rest[0], rest[1:], False, cached, report)
        elif word.startswith("-"):
            return _misuse(
                f"unknown option {word}" if word != "-" else "a program on stdin cannot be optimized"
            )
        else:
            return _Request(word, rest, False, cached, report)
    return _misuse("a script is missing")


def _misuse(problem: str) -> int:
    sys.stderr.write(f"{_USAGE}\npython -m xcs_ast run: error: {problem}\n")
    return 2


# ------------------------------------------------------------------------------------------- scripts


def _run_script(request: _Request) -> int:
    path = request.target
    try:
        status = os.stat(path)
        source = b""
        if stat.S_ISREG(status.st_mode):
            with open(path, "rb") as file:
                source = file.read()
    except OSError as error:
        return _hand_over(request) or _cannot_open(path, error)
    if stat.S_ISDIR(status.st_mode) or source[:4] == b"PK\x03\x04":
        return _run_container(request)
    if not stat.S_ISREG(status.st_mode) or path.endswith(".pyc"):
        return _hand_over(request) or _misuse(f"{path} is not a Python source file")
    filename = _absolute(path)
    namespace = _fresh_main(filename)
    try:
        wanted = _configure(request)
    except ConfigError as error:
        return _misconfigured(error)
    code = _compile(source, filename, rewritten=wanted)
    if isinstance(code, Exception):
        return _hand_over(request) or _end(code)
    sys.argv[:] = [path, *request.rest]
    _enter(os.path.dirname(os.path.realpath(path)), hooked=wanted)
    return _execute(lambda: exec(code, namespace), request, flushed=True)


def _absolute(path: str) -> str:
    """As Python does it: the current directory in front, `./` off, and nothing else made regular."""
    if os.path.isabs(path):
        return path
    try:
        return os.getcwd() if path == "." else os.path.join(os.getcwd(), path)
    except OSError:
        return path


def _compile(source: bytes, filename: str, *, rewritten: bool) -> CodeType | Exception:
    """The code to execute. Python compiles a script each time, and so warns each time: we do as well."""
    try:
        plain = compile(source, filename, "exec", dont_inherit=True)
    except Exception as error:  # it may also be nested too deeply
        return error
    if not rewritten:
        return plain
    packed = cache.load(filename, source)
    if packed is None:
        from xcs_ast import pipeline

        compiled = pipeline.compile_module(source, filename, plain=plain)
        packed = compiled.code
        if compiled.keep:
            cache.store(filename, source, packed)
    try:
        return activation.activate(packed, filename)
    except Exception as error:
        activation.note_failure(f"{filename} runs as plain Python", error, filename)
        return plain


def _fresh_main(filename: str | None) -> dict[str, Any]:
    """The namespace of `__main__`, as Python makes it for a script (or, without a file, for `-m`)."""
    import builtins
    from importlib.machinery import SourceFileLoader

    namespace = sys.modules["__main__"].__dict__
    namespace.clear()
    namespace.update(
        __name__="__main__",
        __doc__=None,
        __package__=None,
        __loader__=SourceFileLoader("__main__", filename) if filename else None,
        __spec__=None,
        __annotations__={},
        __builtins__=builtins,
    )
    if sys.version_info >= (3, 14):
        del namespace["__annotations__"]
    if filename is not None:
        namespace.update(__file__=filename, __cached__=None)
    return namespace


def _enter(directory: str, *, hooked: bool) -> None:
    """Makes the directory the first place to import from, and optimizes what comes out of it."""
    names = _names_in(directory).difference(_loaded_at_start())
    if hooked and names & _OURS:
        # Before the directory is on the path, so that what we import is not what lies in it.
        for each in _WHOLE:
            __import__(each)
    _forget_shadowed(directory, names)
    if not sys.flags.safe_path:
        sys.path.insert(0, directory)
    if hooked:
        install(Directory(directory), loud=False)


def _loaded_at_start() -> Iterator[str]:
    """The top-level names of what `site`, `.pth` files and `sitecustomize` loaded: so they do without us."""
    last = "__main__" if sys.flags.no_site else "site"
    for name in sys.modules:  # in the order in which loading ended: what `site` loaded stands before it
        yield name.partition(".")[0]
        if name == last:
            return


def _names_in(directory: str) -> set[str]:
    """The modules and packages in a directory. One without `__init__.py` hides no other of its name."""
    try:
        with os.scandir(directory) as entries:
            names = {
                entry.name.partition(".")[0]
                for entry in entries
                if "." in entry.name or os.path.exists(os.path.join(entry.path, "__init__.py"))
            }
    except OSError:
        return set()
    return names - _STARTUP


def _forget_shadowed(directory: str, names: set[str]) -> None:
    """Lets files beside the script win against modules that only we have loaded, as they would without us."""
    shadowed = names & {each.partition(".")[0] for each in sys.modules}
    shadowed -= set(sys.builtin_module_names)
    if not shadowed:
        return
    from importlib.machinery import PathFinder

    for name in shadowed:
        spec = PathFinder.find_spec(name, [directory])
        if spec is None or not spec.has_location:
            continue
        for each in [each for each in sys.modules if each.partition(".")[0] == name]:
            del sys.modules[each]


# --------------------------------------------------------------------------- modules, directories, archives


def _run_module(request: _Request) -> int:
    sys.argv[:] = ["-m", *request.rest]
    try:
        directory = os.getcwd()
    except OSError:  # it has been deleted
        directory = ""
    return _run_by_runpy(request, request.target, directory, alter_argv=True)


def _run_container(request: _Request) -> int:
    sys.argv[:] = [request.target, *request.rest]
    return _run_by_runpy(request, "__main__", _absolute(request.target), alter_argv=False)


def _run_by_runpy(request: _Request, name: str, directory: str, *, alter_argv: bool) -> int:
    import runpy

    _fresh_main(None)
    try:
        wanted = _configure(request)
    except ConfigError as error:
        return _misconfigured(error)
    _enter(directory, hooked=wanted)
    start: Callable[..., object] = runpy._run_module_as_main  # type: ignore[attr-defined]
    return _execute(lambda: start(name, alter_argv), request, flushed=False)


# ------------------------------------------------------------------------------------------- how it ends


def _execute(program: Callable[[], object], request: _Request, *, flushed: bool) -> int:
    """Runs the program. After a script, before anything is said about its end, Python flushes its output."""
    if request.collecting:
        _collect_from_here()
    failure = None
    try:
        program()
    except SystemExit:
        if flushed:
            _flush()
        raise
    except BaseException as error:
        failure = error
    if flushed:
        _flush()
    return 0 if failure is None else _end(failure)


def _collect_from_here() -> None:
    """Switches the garbage collector on, as though it had already been through what is there.

    That is many objects, none of which is garbage; left to itself it would soon go through them twice.
    """
    if gc.get_freeze_count() < _IMMORTAL:
        gc.freeze()
        gc.unfreeze()  # into the oldest generation
    gc.enable()


def _flush() -> None:
    for stream in (sys.stderr, sys.stdout):
        try:
            stream.flush()
        except Exception:
            pass


def _end(error: BaseException) -> int:
    """Reports an exception that nobody caught as Python does, and returns the exit status."""
    trace = _without_own_frames(error.__traceback__)
    error.__traceback__ = trace
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, trace
    if sys.version_info >= (3, 12):
        sys.last_exc = error
    _show(error, trace)
    if isinstance(error, KeyboardInterrupt):
        _die_of_interrupt()
    return 1


def _show(error: BaseException, trace: TracebackType | None) -> None:
    hook = getattr(sys, "excepthook", None)
    if hook is None:
        sys.stderr.write("sys.excepthook is missing\n")
        sys.__excepthook__(type(error), error, trace)
        return
    try:
        _as_the_program_would(hook, type(error), error, trace)
    except SystemExit:
        raise
    except BaseException as second:
        second.__traceback__ = _without_own_frames(second.__traceback__)
        failed = second
    else:
        return
    sys.stderr.write("Error in sys.excepthook:\n")
    sys.__excepthook__(type(failed), failed, failed.__traceback__)
    sys.stderr.write("\nOriginal exception was:\n")
    sys.__excepthook__(type(error), error, trace)


def _as_the_program_would(hook: Callable[..., object], *arguments: object) -> None:
    """Calls what may look for the builtins of its caller, as the C code does that shows a traceback."""
    FunctionType(_CALL, {"__builtins__": sys.modules.get("builtins", __builtins__)})(hook, *arguments)


def _without_own_frames(trace: TracebackType | None) -> TracebackType | None:
    """The traceback without our frames, wherever they stand in it."""
    while trace is not None and _is_own(trace):
        trace = trace.tb_next
    step = trace
    while step is not None:
        while step.tb_next is not None and _is_own(step.tb_next):
            step.tb_next = step.tb_next.tb_next
        step = step.tb_next
    return trace


def _is_own(trace: TracebackType) -> bool:
    code = trace.tb_frame.f_code
    return code.co_filename.startswith(_OWN) or is_own_code(code)


def _die_of_interrupt() -> None:
    """Python remembers an interrupt that ended a program, cleans up, and then dies of SIGINT.

    It remembers it when it leaves a piece of code that was compiled from text; so do we.
    """
    try:
        exec("raise KeyboardInterrupt")
    except KeyboardInterrupt:
        pass


# --------------------------------------------------------------------------------------- to Python itself


def _hand_over(request: _Request) -> int:
    """Becomes plain Python on the same script; returns 0 where that cannot be done."""
    words = sys.orig_argv
    if os.name != "posix" or not sys.executable:
        return 0
    for position in range(1, len(words) - 1):
        joined = words[position] == "-mxcs_ast"
        if joined or words[position : position + 2] == ["-m", "xcs_ast"]:
            break
    else:
        return 0
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execv(sys.executable, [words[0], *words[1:position], request.target, *request.rest])
    except OSError:
        return 0


def _cannot_open(path: str, error: OSError) -> int:
    program = sys.orig_argv[0] if sys.orig_argv else sys.executable
    sys.stderr.write(
        f"{program}: can't open file {_absolute(path)!r}: [Errno {error.errno}] {error.strerror}\n"
    )
    return 2
