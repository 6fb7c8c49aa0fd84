"""What must hold of one file that goes through the frontend, checked from the outside.

Everything is compared with what plain Python makes of the same file: its code objects, its tree, its text.
No code of the file is run. A finding is a line of text; no finding, no defect.
"""

from __future__ import annotations

import ast
import marshal
import re
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import decode_source
from inspect import CO_VARARGS
from types import CodeType

from xcs_ast.activation import placeholder, walk_code
from xcs_ast.frontend import (
    Guarded,
    ModulePlan,
    Style,
    guard_module,
    may_have_regions,
    plan_module,
    rewrite_module,
)
from xcs_ast.frontend.mend import SLICE_MARK, mend_names
from xcs_ast.frontend.scopes import build_scopes
from xcs_ast.frontend.survey import Surveyor
from xcs_ast.ir.sites import SiteFacts
from xcs_ast.source.spans import Span

Places = set[tuple[int | None, int | None, int | None, int | None]]
Key = tuple[str, int]

_REFUSALS = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)
_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_IMPORT = re.compile(r"^import xcs_ast(?: as \w+)?$")
_PLACE = ("lineno", "end_lineno", "col_offset", "end_col_offset")
_DIGEST = "0123456789abcdef"


@dataclass
class Result:
    """What came of one file. `seconds` are those of the frontend alone, by step."""

    path: str
    lines: int = 0
    refused_by_python: bool = False
    functions: int = 0
    changed: int = 0
    planned: Counter[str] = field(default_factory=Counter)
    emitted: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    silent: Counter[str] = field(default_factory=Counter)
    """Loops with calls of which nothing is said, by why that is right."""
    seconds: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def find(self, what: str, where: object = "") -> None:
        """Notes a defect."""
        self.findings.append(f"{what}: {self.path}{where and f':{where}'}")

    def timed(self, step: str, start: float) -> None:
        """Adds the time since `start` to a step."""
        self.seconds[step] += time.process_time() - start


def check_file(path: str) -> Result:
    """All checks on one file."""
    with open(path, "rb") as file:
        source = file.read()
    return check_source(source, path)


def check_source(source: bytes, path: str) -> Result:
    """All checks on one source."""
    result = Result(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            plain = compile(source, path, "exec", dont_inherit=True)
            text = decode_source(source)
        except _REFUSALS as error:
            result.refused_by_python = True
            _check_refusal(result, source, error)
            return result
        result.lines = text.count("\n") + 1
        result.functions = sum(1 for _ in walk_code(plain)) - 1
        try:
            _check(result, text, plain)
        except Exception as error:
            result.find(f"the frontend fails with {type(error).__name__}: {str(error)[:200]}")
    return result


def _check_refusal(result: Result, source: bytes, expected: Exception) -> None:
    from xcs_ast.pipeline import compile_module

    try:
        compile_module(source, result.path)
    except type(expected):
        return
    except Exception as error:
        result.find(f"refused with {type(error).__name__}, by Python with {type(expected).__name__}")
        return
    result.find(f"not refused, though by Python with {type(expected).__name__}")


def _check(result: Result, text: str, plain: CodeType) -> None:
    start = time.process_time()
    plan = plan_module(text, result.path)
    result.timed("plan", start)
    result.planned.update(each.facts.kind.value for each in plan.regions)
    result.left.update(each.code for each in plan.left_alone)
    if plan.regions and not may_have_regions(text):
        result.find("the quick look sees no region where there are some")
    _check_reasons(result, text, plan)
    start = time.process_time()
    guarded = guard_module(text, result.path, plan, _DIGEST)
    result.timed("rewrite", start)
    start = time.process_time()
    code = mend_names(compile(guarded.tree, result.path, "exec", dont_inherit=True))
    result.timed("compile", start)
    result.emitted.update(each.kind.value for each in guarded.facts)
    result.left.update(each.code for each in guarded.left_alone)
    if len(guarded.facts) + len(guarded.left_alone) != len(plan.regions):
        result.find("a planned region is neither emitted nor refused with a reason")
    code = marshal.loads(marshal.dumps(code))
    _check_sites(result, code, guarded)
    taken = {hand.span.line for region in plan.regions for hand in region.hand_overs}
    _check_code(result, text, plain, code, guarded.facts, taken)
    _check_readable(result, text, plan)


# -- every loop planned, or left alone with a reason ------------------------------------------------------


def _check_reasons(result: Result, text: str, plan: ModulePlan) -> None:
    """A loop that makes calls is planned, or left alone with a code, or makes none that is worth a task."""
    tree = ast.parse(text)
    answered: set[tuple[int, int, int, int]] = set()
    for region in plan.regions:
        answered.add(_corners(region.expression or region.facts.span))
    for each in plan.left_alone:
        if not re.fullmatch(r"XCS\d{3}", each.code) or not each.message or each.span is None:
            result.find("left alone without a code, a message or a place", each)
        elif each.span is not None:
            answered.add(_corners(each.span))
    wholes = [_corners(each.expression) for each in plan.regions if each.expression]
    surveyor: Surveyor | None = None
    for node in ast.walk(tree):
        if not isinstance(node, _LOOPS) or not (calls := list(_calls_of(node))):
            continue
        place = (node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)
        if place in answered:
            continue
        if any(each[:2] <= place[:2] and place[2:] <= each[2:] for each in wholes):
            result.silent["inside a comprehension that is planned"] += 1
            continue
        if surveyor is None:
            scopes = build_scopes(tree)
            surveyor = Surveyor(scopes, scopes.module)
        result.silent[_why_silent(result, node, calls, surveyor)] += 1


def _corners(span: Span) -> tuple[int, int, int, int]:
    return span.line, span.column, span.end_line, span.end_column


def _why_silent(result: Result, node: ast.AST, calls: list[ast.Call], surveyor: Surveyor) -> str:
    worth = [each for each in calls if surveyor.is_candidate(each)]
    if not worth:
        return "only cheap calls"
    assert isinstance(node, ast.stmt | ast.expr)
    result.find(f"no reason for a loop that calls `{ast.unparse(worth[0].func)}`", node.lineno)
    return "NO REASON"


def _calls_of(loop: ast.AST) -> Iterator[ast.Call]:
    """The calls that each iteration makes by itself: not those of loops and functions inside."""
    stack: list[ast.AST]
    match loop:
        case ast.For() | ast.AsyncFor() | ast.While():
            stack = list(loop.body)
        case ast.DictComp():
            stack = [loop.key, loop.value, *loop.generators[0].ifs]
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
            stack = [loop.elt, *loop.generators[0].ifs]
        case _:
            return
    while stack:
        node = stack.pop()
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Lambda() | ast.While():
                continue
            case ast.For() | ast.AsyncFor():
                stack.append(node.iter)
                continue
            case _ if isinstance(node, _COMPREHENSIONS):
                stack.append(node.generators[0].iter)
                continue
            case ast.Call():
                yield node
            case _:
                pass
        stack.extend(ast.iter_child_nodes(node))


# -- the code ----------------------------------------------------------------------------------------------


def _check_sites(result: Result, code: CodeType, guarded: Guarded) -> None:
    """Each site's placeholder is a constant, and its facts survive the cache."""
    strings = {const for each in walk_code(code) for const in each.co_consts if isinstance(const, str)}
    for facts in guarded.facts:
        if placeholder(facts.index, _DIGEST) not in strings:
            result.find("a site is in no code object", facts.span.line)
        if SiteFacts.load(marshal.loads(marshal.dumps(facts.dump()))) != facts:
            result.find("facts do not survive marshalling", facts.span.line)
        try:
            ast.parse(facts.text)
        except SyntaxError as error:
            result.find(f"the marked text does not parse ({error})", facts.span.line)


def _check_code(
    result: Result, text: str, plain: CodeType, code: CodeType, facts: tuple[SiteFacts, ...], taken: set[int]
) -> None:
    """What holds no region is what it was; what holds one keeps its lines and columns.

    `taken` are the lines where expressions start for which a value is taken: it is taken there, though plain
    Python may have no instruction on that line (`if not (` alone on it).
    """
    if (code.co_filename, code.co_flags) != (plain.co_filename, plain.co_flags):
        result.find("the module's file name or flags changed")
    found: dict[Key, list[CodeType]] = {}
    for each in walk_code(code):
        found.setdefault(_key(each), []).append(each)
    known: Places | None = None
    for old in walk_code(plain):
        candidates = found.get(_key(old), [])
        if not candidates:
            result.find(f"the function {old.co_qualname} is gone", old.co_firstlineno)
            continue
        if any(_same(old, each) for each in candidates):
            continue
        result.changed += 1
        if not any(_touches(old, each) for each in facts):
            result.find(f"{old.co_qualname} changed, though it holds no region", old.co_firstlineno)
        if known is None:
            known = _places_in(ast.parse(text)) | {_place_of(each) for each in facts}
        _check_changed(result, old, candidates, known, taken)
    plain_keys = {_key(old) for old in walk_code(plain)}
    for key, codes in found.items():
        if key not in plain_keys and not _is_slice(codes[0]) and codes[0].co_name != "<lambda>":
            result.find(f"{key[0]} is new", key[1])


def _key(code: CodeType) -> Key:
    return (code.co_qualname, code.co_firstlineno)


def _is_slice(code: CodeType) -> bool:
    name = code.co_qualname.rpartition(".")[2]
    if code.co_flags & CO_VARARGS and not name.startswith(SLICE_MARK):
        name = code.co_varnames[code.co_argcount + code.co_kwonlyargcount]
    return name.startswith(SLICE_MARK)


def _same(old: CodeType, new: CodeType) -> bool:
    """Equal but for the code objects inside, which are compared in their own turn."""
    if old.co_code != new.co_code or list(old.co_positions()) != list(new.co_positions()):
        return False
    one, other = (
        (
            each.co_names,
            each.co_varnames,
            each.co_freevars,
            each.co_cellvars,
            each.co_flags,
            each.co_exceptiontable,
            each.co_argcount,
            each.co_posonlyargcount,
            each.co_kwonlyargcount,
            [_picture(const) for const in each.co_consts if not isinstance(const, CodeType)],
        )
        for each in (old, new)
    )
    return one == other


def _picture(const: object) -> str:
    """A constant with its type; the order of a frozen set says nothing."""
    if isinstance(const, frozenset):
        return f"frozenset {sorted(map(repr, const))}"
    return f"{type(const).__name__} {const!r}"


def _touches(code: CodeType, facts: SiteFacts) -> bool:
    """Whether a region lies in a function, or a comprehension or lambda of it lies in a region."""
    lines = [line for _, _, line in code.co_lines() if line is not None and line > 0]
    lines += [code.co_firstlineno]
    overlap = min(lines) <= facts.span.end_line and max(lines) >= facts.span.line
    if code.co_name == "<module>":
        return not facts.function or overlap
    inside = code.co_qualname == facts.function or code.co_qualname.startswith(f"{facts.function}.<locals>.<")
    return overlap and (inside or not facts.function or facts.function.startswith(code.co_qualname))


def _place_of(facts: SiteFacts) -> tuple[int, int, int, int]:
    """A block's own place: where its two versions part, which nothing that can fail does."""
    return facts.span.line, facts.span.end_line, facts.span.column, facts.span.end_column


def _places_in(tree: ast.Module) -> Places:
    """Where the nodes of the user's tree stand; any of these may be the place of an instruction."""
    found: Places = {(None, None, None, None)}
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):
            found.add(tuple(getattr(node, name) for name in _PLACE))  # type: ignore[arg-type]
    return found


def _check_changed(
    result: Result, old: CodeType, candidates: list[CodeType], known: Places, taken: set[int]
) -> None:
    lines = _lines(old)
    places = known | set(old.co_positions())
    best = max(candidates, key=lambda each: len(_lines(each) & lines))
    if best.co_flags & ~0x10 != old.co_flags & ~0x10:  # NESTED may not change either, but says nothing
        result.find(f"the flags of {old.co_qualname} changed", old.co_firstlineno)
    if best.co_varnames[: _arguments(best)] != old.co_varnames[: _arguments(old)]:
        result.find(f"the arguments of {old.co_qualname} changed", old.co_firstlineno)
    if missing := lines - _lines(best):
        result.find(f"{old.co_qualname} lost lines {sorted(missing)[:5]}", old.co_firstlineno)
    for each in candidates:
        if strange := _lines(each) - _all_lines(old) - taken:
            result.find(f"{old.co_qualname} has new lines {sorted(strange)[:5]}", old.co_firstlineno)
        wrong = [place for place in each.co_positions() if not _is_known(place, places)]
        if wrong:
            result.find(f"{old.co_qualname} has new places {wrong[:3]}", old.co_firstlineno)


def _arguments(code: CodeType) -> int:
    return code.co_argcount + code.co_kwonlyargcount


def _is_known(place: tuple[int | None, int | None, int | None, int | None], known: Places) -> bool:
    if place in known:
        return True
    # A method call over several lines is reported from its name's line on; calls of ours take no room.
    line, end_line, column, end_column = place
    return (line, column) == (end_line, end_column) or None in place


def _lines(code: CodeType) -> set[int]:
    return {line for _, _, line in code.co_lines() if line}


def _all_lines(code: CodeType) -> set[int]:
    return {line for each in walk_code(code) for line in _lines(each)}


# -- the readable style ----------------------------------------------------------------------------------


def _check_readable(result: Result, text: str, plan: ModulePlan) -> None:
    start = time.process_time()
    once = rewrite_module(text, result.path, plan, Style.READABLE)
    result.timed("readable", start)
    if not once.facts:
        if once.text != text:
            result.find("the readable form of a file without regions differs from it")
        return
    try:
        compile(once.text, result.path, "exec", dont_inherit=True)
    except _REFUSALS as error:
        result.find(f"the readable form does not compile ({error})")
        return
    again = rewrite_module(once.text, result.path, plan_module(once.text, result.path), Style.READABLE)
    if again.text != once.text:
        result.find("rewriting twice is not rewriting once", _first_difference(once.text, again.text))
    indices = {each.index for each in once.facts}
    regions = [each for each in plan.regions if each.facts.index in indices]
    kept = [(each.statements[0].line, each.statements[-1].end_line) for each in regions]
    _check_kept(result, text, once.text, kept)


def _first_difference(one: str, other: str) -> str:
    for number, (left, right) in enumerate(zip(one.split("\n"), other.split("\n"), strict=False), 1):
        if left != right:
            return f"{number}: {left.strip()[:80]!r} / {right.strip()[:80]!r}"
    return "?"


def _check_kept(result: Result, text: str, new: str, regions: list[tuple[int, int]]) -> None:
    """The lines between regions are all there, in order and byte for byte; the added import aside."""
    ends = re.compile(r"(?<=\n)|(?<=\r)(?!\n)")
    lines = ends.split(text)
    touched = {line for first, last in regions for line in range(first, last + 1)}
    gaps: list[list[str]] = [[]]
    for number, line in enumerate(lines, 1):
        if number in touched:
            if gaps[-1] or len(gaps) == 1:
                gaps.append([])
        else:
            gaps[-1].append(line)
    gaps = [part for gap in gaps for part in _before_comments(gap) if part]
    lost = [_first_lost(rest, gaps) for rest in _without_import(text, ends.split(new))]
    if None not in lost:
        result.find("lines outside of the regions changed", f"near {lost[0]!r}")


def _before_comments(gap: list[str]) -> tuple[list[str], list[str], list[str]]:
    """A slice may go between a statement and the comments that belong to the next one."""
    end = len(gap)
    while end and (not gap[end - 1].strip() or gap[end - 1].lstrip().startswith("#")):
        end -= 1
    comments = end
    while comments < len(gap) and not gap[comments].strip():
        comments += 1
    return gap[:end], gap[end:comments], gap[comments:]


def _first_lost(rest: list[str], gaps: list[list[str]]) -> str | None:
    """The start of the first run of lines that is not there."""
    position = 0
    for gap in gaps:
        place = _find_lines(rest, gap, position)
        if place is None:
            return gap[0].strip()[:60]
        position = place
    return None


def _find_lines(rest: list[str], gap: list[str], position: int) -> int | None:
    """Where a run of lines ends in the new text."""
    for start in range(position, len(rest) - len(gap) + 1):
        if rest[start] == gap[0] and rest[start : start + len(gap)] == gap:
            return start + len(gap)
    return None


def _without_import(text: str, lines: list[str]) -> Iterator[list[str]]:
    """The new lines without the import that was added, and without the empty lines that came with it."""
    places = [at for at, line in enumerate(lines) if _IMPORT.match(line.strip()) and line not in text]
    if len(places) != 1:
        yield lines
        return
    at = places[0]
    for first, last in ((at, at), (at - 1, at), (at, at + 1), (at - 1, at + 1)):
        added = [*lines[max(first, 0) : at], *lines[at + 1 : last + 1]]
        if not any(line.strip() for line in added):
            yield lines[: max(first, 0)] + lines[last + 1 :]
