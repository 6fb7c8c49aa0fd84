"""What a guided run must remember of its own steps: who else may refer to a container, and what may happen
without a step.

- A container that was stored somewhere, given to a call, loaded, or returned by a call may be known to
  others; one that was made here and has only been in variables is not.
- A variable of a running function that a nested function uses changes without a step being told.
- An object with a finalizer may run it at any time after the program got hold of it.

Guarantees: no user code runs; what is not known counts as a hazard. Assumes: an object that lies deeper than
`finalizers.REACH` objects below what a call gave, or what a step threw away, has no finalizer that matters.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import BuiltinFunctionType, CodeType
from typing import Any, Final, final

from xcs_ast.ir.effects import Access, Unknown
from xcs_ast.ir.operations import OpType
from xcs_ast.native import use_own
from xcs_ast.tracer.finalizers import REACH, let_go, noticeable
from xcs_ast.tracer.observing_effects import CONTAINERS, SCALARS, Touch, text_touches
from xcs_ast.tracer.observing_values import tuples_in
from xcs_ast.tracer.type_sets import TypeSet
from xcs_ast.verifier.single import Watch

use_own(globals())

__all__ = ["Hazards", "Step"]

_KEEPING: Final = frozenset({OpType.CALL, OpType.STORE, OpType.SIDE_EFFECT})
_COMPREHENSIONS: Final = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>"})
"""They have code of their own before Python 3.12, run at once, and tell of their steps."""
_ADAPTERS: Final = TypeSet({zip, enumerate, type({}.items())})
_TUPLES: Final = 1_000
_PLAIN: Final = TypeSet({tuple, list, dict})


@final
class Step:
    """A step that is being made in place."""

    __slots__ = ("kind", "made", "news", "seconds", "source")

    def __init__(self, kind: OpType, how: str | None, source: type) -> None:
        self.kind = kind
        self.news = kind is not OpType.NEW and not (how == "next" and source in _ADAPTERS)
        """Whether what it gives may be known to others."""
        self.made = kind is OpType.NEW
        """Whether it gives a container that it has made."""
        self.seconds = 0.0


@final
class Hazards:
    """The memory of one run."""

    def __init__(self) -> None:
        self.kept: set[int] = set()
        """Containers that others may refer to, by `id`; one that is gone does no harm."""
        self.made: set[int] = set()
        """Lists and dictionaries that were made by the run."""
        self.news = False
        """Whether there is a finalizer that nobody has looked at."""
        self.ending: set[int] = set()
        """What the step that is about to be made lets go of, and whose end is noticed, by `id`."""
        self._cells = False
        self._codes: dict[int, CodeType] = {}
        self._tuples: list[object] = []
        """Some of `kept` that nobody misses: another object must not get the `id`, and be taken for it."""
        self._finalizers: list[Touch] = []

    def given(self, values: Iterable[object]) -> None:
        """The arguments of the function."""
        for value in values:
            if id(type(value)) in _PLAIN.ids:
                self.kept.add(id(value))

    def runs(self, code: CodeType) -> None:
        """A function begins to run."""
        if id(code) in self._codes:
            return
        self._codes[id(code)] = code
        if _shares(code):
            self._cells = True
        self.kept.update(map(id, tuples_in(code.co_consts)))

    def threaten(self, watch: Watch) -> bool:
        """Whether what a call reads may be changed without a step."""
        if self._cells and watch.cells:
            return True
        return any(watch.minds(*touch) for touch in self._finalizers)

    # ---------------------------------------------------------------------------------------------- steps

    def step(self, kind: OpType, inputs: tuple[Any, ...], touches: list[Touch], how: str | None) -> Step:
        """A step is about to be made."""
        changing = [touch for touch in touches if touch[0] is not Access.READ]
        if kind in _KEEPING or changing:
            self.keep(inputs[1:] if kind is OpType.STORE or kind is OpType.CALL else inputs)
        for access, owner, field in changing:
            if access is Access.WRITE:
                self._thrown_away(owner, field)
        step = Step(kind, how, type(inputs[0]) if inputs else type(None))
        if how == "item" and len(inputs) == 2 and type(inputs[0]) is list and type(inputs[1]) is slice:
            step.made = True
        return step

    def gave(self, step: Step, value: Any) -> None:
        """It has given `value`."""
        kind = type(value)
        if id(kind) in SCALARS.ids:
            return
        if step.made:
            if kind is list or kind is dict:
                self.kept.discard(id(value))
                if not self._cells:
                    self.made.add(id(value))
            return
        if id(kind) in _PLAIN.ids and step.news:
            self.keep((value,))
            if step.kind is OpType.CALL or step.kind is OpType.COMPUTE:
                self.made.discard(id(value))
        if step.kind is OpType.CALL:
            self._ends(value)

    def keep(self, values: Iterable[object]) -> None:
        """Others may refer to these, and to what is in them."""
        todo = list(values)
        looked = 0
        while todo and looked < REACH:
            obj: Any = todo.pop()
            looked += 1
            kind = type(obj)
            if kind is BuiltinFunctionType:
                todo.append(obj.__self__)
            if id(kind) not in CONTAINERS.ids or id(obj) in self.kept:
                continue
            self.kept.add(id(obj))
            self.made.discard(id(obj))
            if kind is tuple and len(self._tuples) < _TUPLES and SCALARS.issuperset(map(type, obj)):
                self._tuples.append(obj)
            if kind is dict:
                todo.extend(obj.values())
                todo.extend(obj)
            elif kind is not bytearray:
                todo.extend(obj)
        if todo:
            self.made.clear()

    # ----------------------------------------------------------------------------------------- finalizers

    def _thrown_away(self, owner: Any, field: str) -> None:
        """A step overwrites or removes something."""
        gone = let_go(owner, field)
        self._ends(gone)
        self.ending.update(id(obj) for obj, _ in noticeable(gone, asked=True))

    def _ends(self, root: object) -> None:
        """Looks for finalizers in what the program may be about to let go."""
        for obj, why in noticeable(root):
            if why:
                self._add([(Access.WRITE, Unknown(why), "")])
            else:
                touches = text_touches("a0.__del__()", {"a0": obj})[0]
                # It must not be kept alive; what it changes of itself, nobody can read who does not hold it.
                self._add([touch for touch in touches if touch[1] is not obj])

    def _add(self, touches: list[Touch]) -> None:
        found = [touch for touch in touches if touch[0] is not Access.READ]
        if found:
            self.news = True
            self._finalizers += found


def _shares(code: CodeType, around: frozenset[str] = frozenset()) -> bool:
    """Whether a function shares variables with functions made in it; comprehensions alone don't count."""
    names = around.union(code.co_cellvars)
    return any(
        _shares(each, names) if each.co_name in _COMPREHENSIONS else not names.isdisjoint(each.co_freevars)
        for each in code.co_consts
        if type(each) is CodeType
    )
