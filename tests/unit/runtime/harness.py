"""A tiny emitter for loops, and a decider that says yes: the runtime is tested without the rest."""

from __future__ import annotations

import ast
import copy
import itertools
import linecache
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xcs_ast.ir.effects import Blocking
from xcs_ast.ir.sites import RegionKind, SiteFacts
from xcs_ast.ir.verdict import Verdict, VerdictKind
from xcs_ast.runtime.site import Site, bind_sites
from xcs_ast.source.spans import Span

PLACEHOLDER = "<xcs site 0 of test>"
_numbers = itertools.count()


@dataclass(frozen=True)
class Plan:
    """As the verifier's, of which these tests are independent."""

    prefix: int
    blocking: Blocking
    admit: Callable[[object], bool]
    prepare: tuple[Callable[[], None], ...] = ()
    watch: Callable[[frozenset[int]], None] | None = None
    cautious: bool = False
    foresees: Callable[[object], Any] = lambda _item: None

    @property
    def thunks(self) -> tuple[int, ...]:
        return tuple(range(self.prefix))


@dataclass(frozen=True)
class Decision:
    verdict: Verdict
    plan: Plan | None = None


def decider(
    prefix: int = 1,
    blocking: Blocking = Blocking.LIKELY,
    admit: Callable[[object], bool] = lambda item: True,
    kind: VerdictKind = VerdictKind.PROVEN,
    **more: Any,
) -> Callable[..., Decision]:
    def decide(
        facts: SiteFacts, scope: dict[str, Any], env: Mapping[str, object], items: Sequence[object]
    ) -> Decision:
        plan = Plan(prefix, blocking, admit, **more) if kind is not VerdictKind.SERIAL else None
        return Decision(Verdict(kind), plan)

    return decide


def make_facts(
    text: str = "for x in __xcs_items__:\n    out.append(__xcs_stage__(0, f(x)))",
    kind: RegionKind = RegionKind.LOOP,
    stages: int = 1,
    single: bool = True,
    env: tuple[str, ...] = (),
) -> SiteFacts:
    span = Span("user.py", 1, 0, 2, 0)
    return SiteFacts(0, kind, span, "f", text, stages, single, env, frozenset(), frozenset(), ("f",))


def site(decide: Callable[..., Decision] | None = None, **facts: Any) -> Site:
    return Site(make_facts(**facts), decide or decider())


class _HandOver(ast.NodeTransformer):
    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.depth = 0

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.expr) and ast.unparse(node) in self.texts:
            number = self.texts.index(ast.unparse(node))
            call = ast.parse(f"_xcs_h.ahead({number})", mode="eval").body
            for each in ast.walk(call):
                ast.copy_location(each, node)
            return call
        guard = isinstance(node, ast.Try | ast.With)
        self.depth += guard
        node = super().generic_visit(node)
        self.depth -= guard
        if (
            self.depth
            and isinstance(node, ast.Expr | ast.Assign | ast.Return)
            and "_xcs_h" in ast.unparse(node)
        ):
            return _trimmed([node])
        return node


def _trimmed(body: list[ast.stmt]) -> ast.Try:
    handler = ast.parse(f"try:\n  pass\nexcept BaseException:\n  {PLACEHOLDER!r}.trim()\n  raise").body[0]
    assert isinstance(handler, ast.Try)
    for each in ast.walk(handler):
        if hasattr(each, "lineno"):
            ast.copy_location(each, body[0])
    handler.body = body
    return handler


def pair(
    source: str,
    where: Site,
    hand_overs: Sequence[str] = ("f(x)",),
    slice_source: str = "lambda x: f(x)",
    env: str = "",
    scope: dict[str, Any] | None = None,
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The function in `source` as it is, and with its first `for` loop emitted in the guarded style."""
    source = textwrap.dedent(source).strip() + "\n"
    filename = f"<program {next(_numbers)}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    tree = ast.parse(source)
    namespaces = [dict(scope or {}, __name__="program"), dict(scope or {}, __name__="program")]
    exec(compile(tree, filename, "exec"), namespaces[0])
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    for body in (n.body for n in ast.walk(function) if isinstance(getattr(n, "body", None), list)):
        index = next((i for i, s in enumerate(body) if isinstance(s, ast.For)), None)
        if index is not None:
            body[index : index + 1] = _emit(body[index], hand_overs, slice_source, env)
            break
    code = bind_sites(compile(ast.fix_missing_locations(tree), filename, "exec"), {PLACEHOLDER: where})
    exec(code, namespaces[1])
    return namespaces[0][function.name], namespaces[1][function.name]


def _emit(loop: ast.stmt, hand_overs: Sequence[str], slice_source: str, env: str) -> list[ast.stmt]:
    assert isinstance(loop, ast.For)
    plain = copy.deepcopy(loop)
    plain.iter = ast.copy_location(
        ast.parse(f"({ast.unparse(loop.iter)} if _xcs_h is None else _xcs_h.rest())", mode="eval").body,
        loop.iter,
    )
    ahead = copy.deepcopy(loop)
    ahead.iter = ast.copy_location(ast.parse("_xcs_h or ()", mode="eval").body, loop.iter)
    ahead.body = [_HandOver(hand_overs).visit(each) for each in ahead.body]
    ahead.orelse = [plain]
    setup = ast.parse(
        f"_xcs_slice = None\n{_named(slice_source)}\n"
        f"_xcs_h = {PLACEHOLDER!r}.enter(_xcs_slice, {ast.unparse(loop.iter)}, ({env}))"
        f" if {PLACEHOLDER!r}.worthwhile() else None\ndel _xcs_slice"
    ).body
    for statement in (*setup, plain.iter, ahead.iter):
        for each in ast.walk(statement):
            if hasattr(each, "lineno") or isinstance(each, ast.expr | ast.stmt):
                ast.copy_location(each, loop.iter)
    return [_trimmed([*setup, ahead])]


def _named(slice_source: str) -> str:
    source = textwrap.dedent(slice_source).strip()
    return f"_xcs_slice = {source}" if source.startswith("lambda") else source
