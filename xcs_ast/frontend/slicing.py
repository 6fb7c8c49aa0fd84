"""From a loop body to its slice: the calls that may start ahead, their inputs, and what guards them.

Formal statement. Let the body be run with item `v`. A part `e` of it is taken only if (1) whether `e` is
evaluated depends, exceptions apart, on nothing but taken conditions, and (2) every variable that `e` reads
has at that point the value that the slice gives it: it is the item's, or assigned by nothing in the region,
or assigned last by a taken assignment on every path. So evaluating the taken parts in order, branching on
the taken conditions, yields for each the value that the body would have got, but for effects on the heap,
which are judged at run time. (3) No part follows, in the slice, one whose exception the body may survive.

Passes: walk forward and take everything that (1) to (3) allow; then prune backward what no candidate needs;
then number.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from xcs_ast.frontend.bodies import assigned_names, has_own_continue, touched_names, walk_here
from xcs_ast.frontend.candidates import Candidates
from xcs_ast.frontend.names import LOGGING
from xcs_ast.frontend.survey import Surveyor
from xcs_ast.native import TypeAlias, final, use_own
from xcs_ast.records import dataclass, field

use_own(globals())

__all__ = ["Branch", "Node", "Slicer", "Stop", "Take", "number", "prune", "takes_of"]


@final
@dataclass(slots=True, eq=False)
class Take:
    """One part of the body that the slice evaluates and hands over.

    `targets` are the variables that the slice assigns it to; where `unpack`, each one element of a tuple.
    A `test` is handed over as its truth.
    """

    expr: ast.expr
    targets: tuple[str, ...] = ()
    unpack: bool = False
    root: bool = False
    test: bool = False
    number: int = -1
    kept_targets: bool = False


@final
@dataclass(slots=True, eq=False)
class Branch:
    """An `if`. Where the slice does not need it, `parts` are what it takes of the test."""

    test: Take
    parts: list[Take]
    body: list[Node]
    orelse: list[Node]


@final
@dataclass(slots=True, eq=False)
class Stop:
    """The iteration ends here: `continue` or `raise`."""


Node: TypeAlias = Take | Branch | Stop


@final
@dataclass(slots=True)
class _Flow:
    available: set[str]
    lost: bool = False
    """Nothing that follows can be taken."""
    ended: bool = False
    """Nothing follows."""
    sheltered: bool = False
    """Inside a `try` or `with` of the body, which may survive an exception."""
    guarded: bool = False
    """Inside a `try` with handlers: what raises is likely meant to decide what is called next."""

    def copy(self) -> _Flow:
        return _Flow(set(self.available), self.lost, self.ended, self.sheltered, self.guarded)


@final
@dataclass(slots=True)
class Slicer:
    """Takes what can be taken of one body.

    `varying` are all names assigned in the region; `unbound` those read names that may have no value when the
    region is entered. `unused_results` lets calls count whose value nobody uses.
    """

    surveyor: Surveyor
    varying: frozenset[str]
    items: frozenset[str]
    unbound: frozenset[str]
    elsewhere: frozenset[str] = frozenset()
    """Names that functions called by the body may rebind."""
    unused_results: bool = False
    refusals: list[tuple[str, ast.expr, frozenset[str]]] = field(default_factory=list)
    needed: set[ast.expr] | None = None
    """In the second round: what the first one kept. Other data in a `try` is not worth the cut."""
    cut_short: bool = False

    def run(self, body: list[ast.stmt]) -> list[Node]:
        """The slice of the body."""
        nodes = prune(self._suite(body, _Flow(set(self.items))), self.surveyor)
        if self.cut_short:
            self.needed = {take.expr for take in takes_of(nodes)}
            self.refusals.clear()
            nodes = prune(self._suite(body, _Flow(set(self.items))), self.surveyor)
        return nodes

    # --- expressions

    def _sliceable(self, node: ast.expr, flow: _Flow) -> bool:
        found = self.surveyor.survey(node)
        reason = found.blocked
        names: frozenset[str] = frozenset()
        if not reason:
            names = ((found.reads & self.varying) - flow.available) | (found.reads & self.elsewhere)
            if names:
                reason = "carried-state"
            elif names := found.late & self.varying:
                reason = "closure-capture"
            elif names := found.reads & self.unbound:
                reason = "maybe-unbound"
        if reason and found.calls:
            self.refusals.append((reason, node, names))
        return not reason

    def sliceable(self, node: ast.expr, available: frozenset[str]) -> bool:
        """Whether a slice that holds these variables can compute the expression."""
        return self._sliceable(node, _Flow(set(available)))

    def parts_or_whole(self, node: ast.expr, available: frozenset[str]) -> list[Take]:
        """What to take of an expression; all of it where its calls are out of sight (in a comprehension)."""
        flow = _Flow(set(available))
        parts = self._parts(node, flow)
        if not parts and self.surveyor.survey(node).calls and self._sliceable(node, flow):
            return [Take(node, root=True)]
        return parts

    def _candidates(self, flow: _Flow) -> Candidates:
        return Candidates(self.surveyor, lambda node: self._sliceable(node, flow))

    def _parts(self, node: ast.expr, flow: _Flow) -> list[Take]:
        return [Take(part, root=True) for part in self._candidates(flow).of(node)]

    # --- statements

    def _suite(self, statements: list[ast.stmt], flow: _Flow) -> list[Node]:
        nodes: list[Node] = []
        for statement in statements:
            if flow.lost or flow.ended:
                break
            nodes.extend(self._statement(statement, flow))
        return nodes

    def _statement(self, statement: ast.stmt, flow: _Flow) -> list[Node]:
        for header in _headers(statement):
            flow.available -= assigned_names([header])  # by `:=`, somewhere between the parts
        match statement:
            case ast.Assign(targets=targets, value=value):
                return self._assign(statement, targets, value, flow)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                return self._assign(statement, [target], value, flow)
            case ast.AugAssign(value=value):
                return self._in_place(statement, self._parts(value, flow), flow)
            case ast.Expr(value=ast.Call() as call):
                return self._in_place(statement, self._unused(call, flow), flow)
            case ast.Expr(value=value):
                return self._in_place(statement, self._parts(value, flow), flow)
            case ast.If():
                return self._if(statement, flow)
            case ast.For(iter=iterable):
                return self._in_place(statement, self._parts(iterable, flow), flow)
            case ast.Match(subject=subject):
                return self._in_place(statement, self._parts(subject, flow), flow)
            case ast.With(items=items, body=body):
                return self._with(items, body, flow)
            case ast.Try() | ast.TryStar():
                return self._try(statement, flow)
            case ast.Continue():
                flow.ended = True
                return [Stop()]
            case ast.Raise():
                flow.ended = True
                return [Stop()]
            case _:
                return self._in_place(statement, [], flow)

    def _in_place(self, statement: ast.stmt, taken: list[Take], flow: _Flow) -> list[Node]:
        """A statement that stays in the body, but for the parts taken out of it."""
        self._taint([statement], flow)
        if has_own_continue([statement]) or self._may_refuse(statement, taken, flow):
            flow.lost = True
        return list(taken)

    def _may_refuse(self, statement: ast.stmt, taken: Sequence[Take], flow: _Flow) -> bool:
        """Whether a statement may raise to skip what follows, the body going on: `raise`, `validate(x)`."""
        if not flow.sheltered:
            return False
        for node in walk_here([statement]):
            match node:
                case ast.Raise() | ast.Assert():
                    return True
                case ast.Expr(value=ast.Call(func=ast.Attribute(attr=attr))) if attr in LOGGING:
                    pass
                case ast.Expr(value=ast.Call() as call) if flow.guarded and self.surveyor.is_candidate(call):
                    if all(take.expr is not call for take in taken):
                        return True
                case _:
                    pass
        return False

    def _taint(self, nodes: Sequence[ast.AST], flow: _Flow) -> None:
        flow.available -= assigned_names(nodes)
        flow.available -= touched_names(nodes) - self.items

    def _unused(self, call: ast.Call, flow: _Flow) -> list[Take]:
        if self.unused_results and self.surveyor.is_candidate(call) and self._sliceable(call, flow):
            return [Take(call, root=True)]
        return [Take(part, root=True) for part in self._candidates(flow).arguments_of(call)]

    def _assign(
        self, statement: ast.stmt, targets: list[ast.expr], value: ast.expr, flow: _Flow
    ) -> list[Node]:
        names, unpack = _plain_targets(targets, value)
        if not names or not self._sliceable(value, flow):
            return self._in_place(statement, self._parts(value, flow), flow)
        root = bool(self._parts(value, flow))
        if self.needed is not None and flow.sheltered and not root and value not in self.needed:
            return self._in_place(statement, [], flow)
        self._taint([statement], flow)
        flow.available.update(names)
        return [Take(value, names, unpack, root)]

    def _if(self, statement: ast.If, flow: _Flow) -> list[Node]:
        parts = self._parts(statement.test, flow)
        whole = self._sliceable(statement.test, flow)
        if not whole:
            arms: list[ast.stmt] = [*statement.body, *statement.orelse]
            self._note(arms)
            self._taint(arms, flow)
            if has_own_continue(arms) or self._may_refuse(statement, [], flow):
                flow.lost = True
            return list(parts)
        yes, no = flow.copy(), flow.copy()
        branch = Branch(
            Take(statement.test, test=True),
            parts,
            self._suite(statement.body, yes),
            self._suite(statement.orelse, no),
        )
        open_arms = [arm for arm in (yes, no) if not arm.ended]
        flow.ended = not open_arms
        flow.lost = yes.lost or no.lost
        if open_arms:
            flow.available = set.intersection(*(arm.available for arm in open_arms))
        return [branch]

    def _matters(self, nodes: Sequence[Node]) -> bool:
        """Whether the slice really holds something of these, as far as is known."""
        if self.needed is None:
            self.cut_short = self.cut_short or bool(nodes)
            return bool(nodes)
        for node in nodes:
            match node:
                case Stop():
                    return True
                case Take():
                    if node.root or node.expr in self.needed:
                        return True
                case Branch(parts=parts, body=body, orelse=orelse):
                    if parts or self._matters([*body, *orelse]):
                        return True
        return False

    def _note(self, statements: list[ast.stmt]) -> None:
        """Remembers that calls are out of reach here, for the one who asks why."""
        for statement in statements:
            for node in ast.iter_child_nodes(statement):
                if isinstance(node, ast.expr) and self.surveyor.survey(node).calls:
                    self.refusals.append(("guarded-by-result", node, frozenset()))
                    return

    def _with(self, items: list[ast.withitem], body: list[ast.stmt], flow: _Flow) -> list[Node]:
        self._taint(items, flow)
        outside = flow.sheltered
        flow.sheltered = True
        nodes = self._suite(body, flow)
        flow.sheltered = outside
        if self._matters(nodes) or has_own_continue(body):
            flow.lost = True  # `__exit__` may swallow the exception of something taken
        return nodes

    def _try(self, statement: ast.Try | ast.TryStar, flow: _Flow) -> list[Node]:
        aside: list[ast.stmt] = [*statement.finalbody]
        for handler in statement.handlers:
            aside.extend(handler.body)
        before, outside = set(flow.available), (flow.sheltered, flow.guarded)
        flow.sheltered = True
        flow.guarded = flow.guarded or bool(statement.handlers)
        nodes = self._suite(statement.body, flow)
        flow.guarded = outside[1]
        if not flow.lost and not flow.ended:
            nodes += self._suite(statement.orelse, flow)
        flow.sheltered = outside[0]
        self._note(aside)
        flow.ended = False
        flow.available = before
        self._taint([statement], flow)
        if self._matters(nodes) or has_own_continue([statement]):
            flow.lost = True  # a handler may survive the exception of something taken
        return nodes


def _headers(statement: ast.stmt) -> list[ast.expr]:
    """The expressions that a statement evaluates before, or instead of, its suites."""
    found = [getattr(statement, name, None) for name in ("value", "test", "iter", "subject")]
    return [node for node in found if isinstance(node, ast.expr)]


def _plain_targets(targets: list[ast.expr], value: ast.expr) -> tuple[tuple[str, ...], bool]:
    """The names of `a = b = ...`, or of `a, b = x, y`."""
    if all(isinstance(target, ast.Name) for target in targets):
        return tuple(target.id for target in targets if isinstance(target, ast.Name)), False
    match targets, value:
        case [ast.Tuple(elts=names)], ast.Tuple(elts=values) if len(names) == len(values):
            plain = tuple(name.id for name in names if isinstance(name, ast.Name))
            starred = any(isinstance(element, ast.Starred) for element in values)
            if len(plain) == len(names) and not starred:
                return plain, True
        case _:
            pass
    return (), False


def prune(nodes: list[Node], surveyor: Surveyor) -> list[Node]:
    """Keeps the roots and what they need."""
    kept = _prune(nodes, set(), False, surveyor)[0]
    return kept[:-1] if kept and isinstance(kept[-1], Stop) else kept


def _prune(
    nodes: list[Node], live: set[str], after: bool, surveyor: Surveyor
) -> tuple[list[Node], set[str], bool]:
    kept: list[Node] = []
    for node in reversed(nodes):
        match node:
            case Stop():
                kept, live, after = [node], set(), False
            case Take():
                needed = live & set(node.targets)
                if node.root or needed:
                    node.kept_targets = bool(needed)
                    kept.append(node)
                    live = (live - set(node.targets)) | surveyor.survey(node.expr).reads
                    after = True
            case Branch():
                body, live_body, _ = _prune(node.body, set(live), after, surveyor)
                orelse, live_orelse, _ = _prune(node.orelse, set(live), after, surveyor)
                arms = [*body, *orelse]
                if (arms and after) or not all(isinstance(arm, Stop) for arm in arms):
                    kept.append(Branch(node.test, [], body, orelse))
                    live = live_body | live_orelse | surveyor.survey(node.test.expr).reads
                    after = True
                else:
                    for part in reversed(node.parts):
                        kept.append(part)
                        live = live | surveyor.survey(part.expr).reads
                        after = True
    kept.reverse()
    return kept, live, after


def takes_of(nodes: list[Node]) -> list[Take]:
    """Every take of a slice, in evaluation order."""
    found: list[Take] = []
    for node in nodes:
        match node:
            case Take():
                found.append(node)
            case Branch():
                found.append(node.test)
                found.extend(takes_of(node.body))
                found.extend(takes_of(node.orelse))
            case Stop():
                pass
    return found


def number(nodes: list[Node]) -> list[Take]:
    """Numbers the takes and returns them."""
    found = takes_of(nodes)
    for position, take in enumerate(found):
        take.number = position
    return found
