"""The ground of the instrumenter: new nodes with places, calls of hooks, variables of its own.

Guarantees: every new node has the place of the expression it stands for. The source's are never changed.
Assumes: the compiler takes what is built here as it takes parsed trees.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from xcs_ast.native import use_own
from xcs_ast.tracer.instrument_scopes import FUNCTIONS, Refused, Scope
from xcs_ast.tracer.nodes import children

use_own(globals())

__all__ = [
    "CALLEES",
    "CELLS",
    "FRAMES",
    "GLOBALS",
    "KNOWN",
    "LOOKS_AROUND_BARE",
    "NEXT",
    "NUMBER",
    "RECORDER",
    "TYPE",
    "Builder",
    "contains",
]

RECORDER: Final = "_xcs_r"
GLOBALS: Final = "_xcs_g"
CELLS: Final = "_xcs_c"
KNOWN: Final = "_xcs_k"
"""Globals whose value the recorder knows: a dict, in the sight of which a load needs no hook."""
CALLEES: Final = "_xcs_p"
"""What the recorder lets the code call for a global, by its name: a dict."""
TYPE: Final = "_xcs_y"
"""The builtin `type`."""
NUMBER: Final = "_xcs_i"
"""`int`, where the recorder lets arithmetic on exact integers go on without a hook; else `None`."""
NEXT: Final = "_xcs_n"
"""The builtin `next`, by which stepwise code makes a step."""
TEMPORARY: Final = "_xcs_t"
RUNNING: Final = frozenset(
    {
        "begin_attr", "begin_get", "begin_item", "binary", "call", "call_late", "call_method", "compare",
        "delegate", "delete_attr", "delete_item", "finish", "finish_binary", "format_value", "import_from",
        "import_name", "inplace", "iterate", "load_attr", "load_item", "perform", "perform_method", "spread",
        "spread_keys", "store_attr", "store_item", "truth", "unary", "unpack",
    }
)  # fmt: skip
"""Hooks that may run code of the user's: stepwise code calls `go_*` instead, and makes the step itself."""
LOOKS_AROUND_BARE: Final = frozenset({"vars", "dir"})
"""Builtins that look at the frame of their caller where they get no argument."""
FRAMES: Final = frozenset({"_getframe", "currentframe", "_getframemodulename"})

_N = TypeVar("_N", bound=ast.AST)


class Builder:
    """Builds nodes for one function."""

    if TYPE_CHECKING:

        def expr(self, node: ast.expr) -> ast.expr:
            """As `Expressions.expr`."""

        def exprs(self, nodes: Sequence[ast.expr]) -> list[ast.expr]:
            """As `Expressions.exprs`."""

        def test(self, node: ast.expr) -> ast.expr:
            """As `Expressions.test`."""

        def frozen(self, node: ast.expr) -> ast.expr:
            """As `Expressions.frozen`."""

        def key(self, node: ast.expr) -> ast.expr:
            """As `Expressions.key`."""

    def __init__(self, scope: Scope, stepwise: bool = False) -> None:
        self.scope = scope
        self.stepwise = stepwise
        """Whether no frame of a hook may be on the stack while code of the user's runs (see `stepping`)."""
        self.definite: set[str] = scope.parameters - scope.deleted - scope.captured
        """Local variables that are surely bound here and that nobody else can bind."""
        self.walruses: list[str] = []
        """Temporaries that the present statement has bound inside of expressions."""
        self._temporaries = 0
        self.no_walrus = 0
        self.in_generator = 0

    def place(self, new: _N, at: ast.AST) -> _N:
        """Gives a new node the place of another."""
        return ast.copy_location(new, at)

    def hook(
        self, at: ast.AST, name: str, *arguments: ast.expr, keywords: Sequence[ast.keyword] = ()
    ) -> ast.Call:
        """A call of a hook."""
        step = self.stepwise and name in RUNNING
        function = ast.Attribute(ast.Name(RECORDER, ast.Load()), f"go_{name}" if step else name, ast.Load())
        call = self.place(ast.Call(function, list(arguments), list(keywords)), at)
        _shift(call, at)
        # On one line: where a method's name is on another, the compiler moves the call there.
        line, column = call.lineno, call.col_offset
        for part in (function, function.value):
            part.lineno = part.end_lineno = line
            part.col_offset = part.end_col_offset = column
        if step:
            return ast.copy_location(ast.Call(self.load(NEXT), [call], []), call)
        return call

    def temporary(self) -> str:
        """A new variable of ours."""
        self._temporaries += 1
        return f"{TEMPORARY}{self._temporaries}"

    def load(self, name: str) -> ast.Name:
        """A plain load of a variable of ours."""
        return ast.Name(name, ast.Load())

    def walrus(self, value: ast.expr) -> tuple[ast.expr, str]:
        """Binds a temporary inside of an expression."""
        name = self.temporary()
        self.walruses.append(name)
        return self.place(ast.NamedExpr(ast.Name(name, ast.Store()), value), value), name

    def let(self, value: ast.expr, body: Callable[[ast.expr, str], ast.expr]) -> ast.expr:
        """An expression that uses a value twice: `body` gets how to evaluate it first, and its name then."""
        if not self.no_walrus and not self.in_generator:
            first, name = self.walrus(value)
            return body(first, name)
        if contains(value, ast.NamedExpr) and not self.no_walrus:
            first, name = self.walrus(value)
            return body(first, name)
        # No `:=` in iterables of comprehensions, and a generator's may be bound by two generators at once.
        name = self.temporary()
        inner = body(self.load(name), name)
        if contains(value, ast.Await) or contains(
            inner, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr
        ):
            raise Refused("an intermediate value inside the iterable of a comprehension")
        loop = ast.comprehension(ast.Name(name, ast.Store()), ast.Tuple([value], ast.Load()), [], 0)
        made = self.place(ast.ListComp(inner, [loop]), value)
        return self.place(ast.Subscript(made, ast.Constant(0), ast.Load()), value)

    def known(self, name: str, otherwise: ast.expr, table: str = KNOWN) -> ast.expr:
        """What one of the recorder's tables has for a global, or else another expression."""
        test = ast.Compare(self.text(name), [ast.In()], [self.load(table)])
        found = ast.Subscript(self.load(table), self.text(name), ast.Load())
        return self.place(ast.IfExp(test, found, otherwise), otherwise)

    def globals_(self) -> ast.Name:
        """The globals of the function."""
        return self.load(GLOBALS)

    def cell(self, name: str) -> ast.expr:
        """The cell of a variable of an enclosing function."""
        index = self.scope.free[self.scope.mangle(name)]
        return ast.Subscript(self.load(CELLS), ast.Constant(index), ast.Load())

    def text(self, name: str) -> ast.Constant:
        """A name as a constant, mangled as the compiler would."""
        return ast.Constant(self.scope.mangle(name))

    def is_simple(self, node: ast.expr) -> bool:
        """Whether evaluating this can neither fail nor be told in order: a constant, a surely bound local."""
        if isinstance(node, ast.Constant):
            return True
        if not isinstance(node, ast.Name):
            return False
        name = self.scope.mangle(node.id)
        return name in self.definite or self.scope.in_comprehension(name)


def _shift(call: ast.Call, at: ast.AST) -> None:
    """Moves a hook's call to where the compiler would report what it stands for: the name after the dot."""
    attribute = at.func if isinstance(at, ast.Call) else at
    if not isinstance(attribute, ast.Attribute) or attribute.end_lineno in (None, call.lineno):
        return
    if isinstance(at, ast.Call) and (
        any(isinstance(each, ast.Starred) for each in at.args)
        or any(each.arg is None for each in at.keywords)
    ):
        return
    assert attribute.end_lineno is not None
    assert attribute.end_col_offset is not None
    call.lineno = attribute.end_lineno
    call.col_offset = attribute.end_col_offset - len(attribute.attr)


def contains(node: ast.expr, kinds: Any) -> bool:
    """Whether there is such a node, bodies of nested functions left out."""
    todo: list[ast.AST] = [node]
    while todo:
        each = todo.pop()
        if isinstance(each, kinds):
            return True
        if not isinstance(each, FUNCTIONS):
            todo += children(each)
    return False
