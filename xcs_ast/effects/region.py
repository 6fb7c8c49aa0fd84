"""The analysis of one region: what each stage and each segment of it does, on the live objects at hand.

Formal statement. For every binding under which all guards hold, running the region performs, inside
hand-over k, only effects of `stages[k]`, and outside of hand-overs, after hand-over j-1 and before hand-over
j, only effects of `segments[j]`. The loop target is assigned in segment 0. Conflicts on fresh objects that
both a stage and an earlier segment use are told as locations of a stand-in object.

Where the region's own text waits and does nothing else (a call whose value nobody uses, which waits and
changes nothing), or waits in a loop of its own of which nobody knows when it ends, the channel `pause` is
used: time is to pass there, or the world is to change.

Guarantees: no user code runs, nothing is raised; what cannot be followed is an unknown effect.
Assumes: see `guards`; the text of the region is that of `SiteFacts`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import xcs_ast.effects.guards as g
from xcs_ast.diagnostics import codes_effects as codes
from xcs_ast.effects.machine import Frame, Machine, RegionNames, Sink, TooLarge
from xcs_ast.effects.openers import begin_opener
from xcs_ast.effects.resolve import builtins_of
from xcs_ast.effects.scopes import Scope, scope_of_statements, settled_names
from xcs_ast.effects.statements import Statements
from xcs_ast.effects.values import (
    BOTTOM,
    Bound,
    Live,
    New,
    Object,
    Part,
    Ref,
    Super,
    Tup,
    Value,
    join,
    typed,
    unknown,
)
from xcs_ast.effects.waiting import breaks, is_mark, only_waits
from xcs_ast.errors import is_of_the_program
from xcs_ast.ir.effects import CONTENT, Access, Blocking, CellVar, Effect, Location, Summary, Unknown
from xcs_ast.ir.paths import Binding, EnvRoot, ItemRoot, Path, PinnedRoot
from xcs_ast.ir.sites import ITEMS_NAME, RegionKind, SiteFacts
from xcs_ast.native import Any, Final, final, use_own
from xcs_ast.records import dataclass, replace
from xcs_ast.source import grammar as ast
from xcs_ast.source.nodes import parse_region, walk
from xcs_ast.source.spans import Span

use_own(globals())

__all__ = ["RegionEffects", "RegionRequest", "analyze_region", "read_region", "warm_up"]

_PASSES: Final = 16


@final
@dataclass(frozen=True, slots=True)
class RegionRequest:
    """A region, the globals of its module, and the objects that it is about to use."""

    facts: SiteFacts
    globals: dict[str, Any]
    binding: Binding
    has_item: bool


@final
@dataclass(frozen=True, slots=True)
class RegionEffects:
    """What a region does, for every binding that passes the guards."""

    stages: tuple[Summary, ...]
    segments: tuple[Summary, ...]
    guards: tuple[g.Guard, ...]


def analyze_region(request: RegionRequest) -> RegionEffects:
    """The effects of a region's stages and segments."""
    region = _Region(request)
    try:
        return region.run()
    except TooLarge as limit:
        return _nothing_known(request.facts, str(limit), codes.TOO_LARGE)
    except RecursionError:
        return _nothing_known(
            request.facts, "has code that is nested too deeply to be followed", codes.TOO_LARGE
        )
    except Exception as error:  # Whatever our own fault, the program must not notice.
        if is_of_the_program(error):
            raise
        return _nothing_known(
            request.facts, f"the analysis failed: {type(error).__name__}: {error}", codes.ANALYSIS_FAILED
        )
    finally:
        region.end()


_WARM_UP: Final = """\
for x in __xcs_items__:
    y = [f"{n}:{v}".strip() for n, v in sorted({"k": x, "n": len(x)}.items())]
    out.append(__xcs_stage__(0, "".join(y) if x is not None else str(x)))
"""


def warm_up() -> None:
    """Analyses a small region, so that the first real analysis finds the models of the builtins loaded.

    Worth its few milliseconds where time is cheap: when a function is decorated, while a module is imported.
    """
    facts = SiteFacts(
        0,
        RegionKind.LOOP,
        Span("", 1, 0, 3, 0),
        "f",
        _WARM_UP,
        1,
        True,
        ("out",),
        frozenset("xy"),
        frozenset(),
        (),
    )
    analyze_region(RegionRequest(facts, {"__name__": "warm_up"}, Binding("text", {"out": []}), True))


def _nothing_known(facts: SiteFacts, reason: str, code: str) -> RegionEffects:
    effect = Effect(Access.WRITE, Unknown(reason), facts.span, code)
    summary = Summary(frozenset({effect}), Blocking.MAYBE)
    return RegionEffects((summary,) * facts.stages, (summary,) * (facts.stages + 1), ())


def read_region(text: str) -> None:
    """Finds out now what does not depend on live objects: it is remembered for the analysis.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: the text cannot be parsed.
    """
    module, _ = _parsed(text)
    for statement in module.body:
        if isinstance(statement, ast.For):
            settled_names(statement.target, statement.body)


@lru_cache(maxsize=256)
def _parsed(text: str) -> tuple[ast.Module, Scope]:
    tree = parse_region(text)
    return tree, scope_of_statements(tree.body)


class _Region(Statements):
    """One analysis."""

    def __init__(self, request: RegionRequest) -> None:
        super().__init__()
        self.facts = request.facts
        self.request = request
        self.module, self.scope = _parsed(request.facts.text)
        self.segment = 0
        self.nested = 0

    def run(self) -> RegionEffects:
        """Repeats the analysis until what the region stores in the heap is known.

        The heap only grows from pass to pass; so do the effects, lest one vanish that an earlier heap showed.
        """
        self.stages = [Sink() for _ in range(self.facts.stages)]
        self.segments = [Sink() for _ in range(self.facts.stages + 1)]
        for _ in range(_PASSES):
            self.again = False
            self.guards, self.exact_paths = {}, set()
            self.read.clear()
            self.done.clear()
            self.trees.clear()
            self._one_pass()
            result = None if self.again else self._result()
            stages = () if result is None else result.stages
            changes = any(each.changes_shared_state for stage in stages for each in stage.effects)
            if self.opens and (result is None or changes):
                begin_opener()  # while another pass is made, or the recorder is loaded
            if result is not None:
                return result
        raise TooLarge("what the region stores does not settle")

    def end(self) -> None:
        """Lets go of the program's objects at once: an analysis refers to itself."""
        for obj in self.heap.values():
            obj.payload, obj.elems, obj.keys = None, BOTTOM, BOTTOM
            obj.attrs, obj.fields = {}, {}
        vars(self).clear()
        for name in Machine.__slots__:
            if hasattr(self, name):
                delattr(self, name)

    def _one_pass(self) -> None:
        facts = self.facts
        self.segment = 0
        self.sink, self.context = self.segments[0], ("body", 0)
        self.frame = frame = self._frame()
        self.loops = []
        if facts.kind is RegionKind.BLOCK or not self._is_loop():
            self.execute(self.module.body)
            return
        (loop,) = self.module.body
        assert isinstance(loop, ast.For)
        self.keep.append(frame)
        self.loop(lambda: self._head(loop), loop.body, loop.orelse, settled_names(loop.target, loop.body))

    def _is_loop(self) -> bool:
        first = self.module.body[0]
        return (
            len(self.module.body) == 1
            and isinstance(first, ast.For)
            and isinstance(first.iter, ast.Name)
            and first.iter.id == ITEMS_NAME
        )

    def _head(self, loop: ast.For) -> tuple[bool, bool]:
        """The loop target takes the item: the first thing of each iteration."""
        self._to_segment(0)
        if self.request.has_item:
            item = self.wrap(Path(ItemRoot()), self.request.binding.item)
        else:
            item = unknown("uses an item of which nothing is known")
        outer, self.sink = self.sink, Sink()
        try:
            self.assign(loop.target, item)
        finally:
            head, self.sink = self.sink, outer
        outer.take(head)
        for key, effect in head.effects.items():
            # The slice, too, takes the item apart, and it does so ahead of its place.
            where = effect.where
            if effect.access is Access.READ and isinstance(where, Location) and where.owner.varies:
                self.stages[0].effects.setdefault(key, effect)
        return True, True

    def _frame(self) -> Frame:
        facts = self.facts
        env = {
            name: self.wrap(Path(EnvRoot(name)), value) for name, value in self.request.binding.env.items()
        }
        frame = Frame(
            self.scope, self.request.globals, builtins_of(self.request.globals), facts.span.filename
        )
        frame.offset = facts.span.line - 1
        frame.blank = True
        at_module_level = not facts.function
        own = frozenset(facts.env) | facts.unknown_locals | facts.cells
        private = frozenset(self.scope.bound) if facts.kind is RegionKind.COMPREHENSION else frozenset()
        frame.region = RegionNames(env, facts.cells, own, at_module_level, private)
        frame.locals = dict(env)
        return frame

    # --------------------------------------------------------------------------------------- hand-overs

    def _to_segment(self, number: int) -> None:
        self.segment = number
        self.sink, self.context = self.segments[number], ("body", number)

    def mark(self, number: int, inner: ast.expr, node: ast.Call) -> Value:
        """The value of hand-over `number`, whose effects belong to its stage."""
        if (
            self.frame.region is None
            or len(self.loops) > (1 if self._is_loop() else 0)
            or (self.context is not None and self.context[0] == "stage")
        ):
            return self.fail("a hand-over inside a loop of the body", node, codes.UNSUPPORTED)
        sink, context = self.sink, self.context
        self.sink, self.context = self.stages[number], ("stage", number)
        try:
            value = self.evaluate(inner)
        finally:
            self.sink, self.context = sink, context
        self._to_segment(max(self.segment, number + 1))
        return value

    # -------------------------------------------------------------------------------------------- pauses

    def for_nothing(self, node: ast.Expr) -> None:
        """An expression whose value nobody uses: it may be there to wait."""
        if not self._is_own_text():
            super().for_nothing(node)
        elif is_mark(node.value):
            super().for_nothing(node)
            number = node.value.args[0].value  # type: ignore[attr-defined]
            if only_waits(self.stages[number]):
                self._pause(self.stages[number], node)
        elif any(is_mark(part) for part in walk(node)):
            # `time.sleep(1 - (time.time() - start))`: what is computed ahead is no part of the waiting.
            if any(map(only_waits, self._around_marks(lambda: super(_Region, self).for_nothing(node)))):
                self._pause(self.sink, node)
        else:
            inside = self._separately(lambda: super(_Region, self).for_nothing(node))
            if only_waits(inside):
                self._pause(self.sink, node)

    def _watched(
        self,
        node: ast.While | ast.For,
        head: Callable[[], tuple[bool, bool]],
        settled: frozenset[str],
        is_decided: Callable[[], bool],
    ) -> bool:
        """A loop inside of the region: no hand-over is in it."""
        goes_on = True

        def run() -> None:
            nonlocal goes_on
            goes_on = super(_Region, self)._watched(node, head, settled, is_decided)

        if not self._is_own_text():
            run()
            return goes_on
        inside = self._separately(run)
        if inside.blocking is Blocking.LIKELY and (isinstance(node, ast.While) or breaks(node)):
            self._pause(self.sink, node)
        return goes_on

    def _is_own_text(self) -> bool:
        if not self.facts.stages or self.frame.region is None:
            return False
        return self.context is None or self.context[0] != "stage"

    def _separately(self, run: Callable[[], None]) -> Sink:
        """What a part of the present segment does, which is told there as well."""
        outer, self.sink = self.sink, Sink()
        try:
            run()
        finally:
            inside, self.sink = self.sink, outer
            outer.take(inside)
        return inside

    def _around_marks(self, run: Callable[[], None]) -> list[Sink]:
        """What a part of the region that holds hand-overs does between them, which is told there as well."""
        if self.sink is not self.segments[self.segment]:
            run()
            return []
        outer, self.segments = self.segments, [Sink() for _ in self.segments]
        self.sink = self.segments[self.segment]
        try:
            run()
        finally:
            inside, self.segments = self.segments, outer
            for segment, part in zip(outer, inside, strict=True):
                segment.take(part)
            self.sink = outer[self.segment]
        return inside

    def _pause(self, sink: Sink, node: ast.AST) -> None:
        outer, self.sink = self.sink, sink
        self.channel("pause", Access.READ, node)
        self.sink = outer

    def test(self, node: ast.expr) -> tuple[bool, bool]:
        """Whether a condition may hold; one that the slice hands over is tested by the slice as well."""
        if is_mark(node):
            value = self.evaluate(node)
            number = node.args[0].value  # type: ignore[attr-defined]
            sink, context = self.sink, self.context
            self.sink, self.context = self.stages[number], ("stage", number)
            try:
                self.truth(value, node)
            finally:
                self.sink, self.context = sink, context
            return self.truth(value, node)
        return super().test(node)

    # ---------------------------------------------------------------------------- from iteration to iteration

    def carried(self, env: dict[str, Value]) -> dict[str, Value]:
        """What the region's variables are in its next iteration: no path of the item leads there any more."""
        if self.frame.region is None or len(self.loops) > 0:
            return env
        return {name: self._carried_value(value) for name, value in env.items()}

    def _carried_value(self, value: Value) -> Value:
        out = BOTTOM
        for atom in value:
            match atom:
                case Live(path=path, value=live) if path.varies:
                    out = join(out, typed(type(live)))
                case Ref(path=path) | Part(path) if path.varies:
                    return unknown("uses an item of an earlier iteration")
                case Tup(items):
                    out = join(out, frozenset({Tup(tuple(map(self._carried_value, items)))}))
                case New(obj):
                    if self._reaches_item(obj, set()):
                        return unknown("uses an object of an earlier iteration")
                    out = join(out, frozenset({atom}))
                case Bound() | Super():
                    return unknown("uses a method of an earlier iteration")
                case _:
                    out = join(out, frozenset({atom}))
        return out

    def _reaches_item(self, obj: Object, seen: set[Object]) -> bool:
        """Whether a fresh object may hold something that belongs to its iteration."""
        if obj in seen:
            return False
        seen.add(obj)
        if obj.payload is not None:
            return True
        self.read |= {(obj, "elems"), (obj, "keys"), (obj, "fields")}
        values = [obj.elems, obj.keys, *obj.fields.values(), *obj.attrs.values()]
        todo = [atom for value in values for atom in value]
        while todo:
            atom = todo.pop()
            match atom:
                case Live(path=path) | Ref(path=path) | Part(path):
                    if path.varies:
                        return True
                case Tup(items):
                    todo += [inner for item in items for inner in item]
                case New(inner_obj):
                    if self._reaches_item(inner_obj, seen):
                        return True
                case Bound() | Super():
                    return True
                case _:
                    pass
        return False

    # -------------------------------------------------------------------------------------------- result

    def _result(self) -> RegionEffects:
        self._fresh_conflicts()
        self._settle_cells()
        self._apart()
        return RegionEffects(
            tuple(sink.summary() for sink in self.stages),
            tuple(sink.summary() for sink in self.segments),
            tuple(self.guards),
        )

    def _settle_cells(self) -> None:
        """Another function of the same code has other cells: which is which must be so again, or not matter.

        It matters where one of that name is changed. Where none is, the path to it says enough.
        """
        sinks = (*self.stages, *self.segments)
        changed = {
            effect.where.name
            for sink in sinks
            for effect in sink.effects.values()
            if isinstance(effect.where, CellVar) and effect.access is not Access.READ
        }
        for variable, paths in self.cell_paths.items():
            if variable.name in changed and variable.cell_id is not None:
                for path in paths:
                    self.guard(g.CellIs(path, variable.cell_id))
        for sink in sinks:
            for key, effect in tuple(sink.effects.items()):
                cell = effect.where
                if isinstance(cell, CellVar) and cell.cell_id is not None and cell.name not in changed:
                    del sink.effects[key]
                    for path in self.cell_paths[cell]:
                        found = CellVar(cell.name, None, path)
                        sink.effects[key[0], found] = replace(effect, where=found)

    def _fresh_conflicts(self) -> None:
        """Tells of fresh objects that a stage uses and a segment before it changes, or the reverse."""
        for k, stage in enumerate(self.stages):
            mine: dict[Object, bool] = {}
            for obj, write in stage.touched:
                mine[obj] = mine.get(obj, False) or write
            for j in range(k + 1):
                for obj, write in self.segments[j].touched:
                    if obj in mine and (write or mine[obj]):
                        self._conflict(obj, stage, mine[obj], self.segments[j], write)

    def _conflict(
        self, obj: Object, stage: Sink, stage_writes: bool, segment: Sink, segment_writes: bool
    ) -> None:
        where = Location(Path(PinnedRoot(obj)), CONTENT)
        for sink, writes in ((stage, stage_writes), (segment, segment_writes)):
            access = Access.WRITE if writes else Access.READ
            sink.effects[(access.value, where)] = Effect(access, where, self.facts.span, codes.BODY_CONFLICT)

    def _apart(self) -> None:
        """Guards for what the region reads, if it changes other objects of the same kind.

        Two paths that led to two objects may lead to one the next time: what was stored is then read.
        """
        for key, path, owners, deep in self.looks:
            others: dict[Path, None] = {}
            for owner, _ in self.stores.get(key, ()):
                if owner is not None and owner not in owners:
                    others |= self.owner_paths.get(owner, {})
            # What is pinned is what it is.
            loose = tuple(other for other in others if not (_is_pinned(path) and _is_pinned(other)))
            if loose:
                self.guard(g.Apart(path, loose, deep))


def _is_pinned(path: Path) -> bool:
    return not path.steps and type(path.root) is PinnedRoot
