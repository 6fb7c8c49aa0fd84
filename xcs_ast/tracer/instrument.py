"""From the source of a function to the code of its instrumented clone.

Guarantees: the code has the name, parameters, flags, file, lines and columns of the original. Nested
functions in it have the original's own code objects where the original was compiled from this source, and
code compiled from it otherwise. Nothing is executed.
Assumes: the source is the one that the original was compiled or rewritten from.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from types import CodeType
from typing import Any, Final, final

from xcs_ast.native import use_own
from xcs_ast.records import dataclass
from xcs_ast.source.lookup import FunctionNode, FunctionSource
from xcs_ast.source.quiet import quiet
from xcs_ast.tracer.instrument_base import CALLEES, CELLS, GLOBALS, KNOWN, NEXT, NUMBER, RECORDER, TYPE
from xcs_ast.tracer.instrument_scopes import FUNCTIONS, Refused, Scope, own_nodes
from xcs_ast.tracer.instrument_statements import Statements
from xcs_ast.tracer.nodes import locate

use_own(globals())

__all__ = ["CELLS", "GLOBALS", "OURS", "RECORDER", "Instrumented", "Refused", "instrument"]

OURS: Final = (RECORDER, GLOBALS, CELLS, KNOWN, CALLEES, TYPE, NUMBER, NEXT)
"""The free variables that clones have of their own."""

# As in `inspect`, which takes long to import.
_VARARGS: Final = 0x04
_VARKEYWORDS: Final = 0x08
_GENERATOR: Final = 0x20
_COROUTINE: Final = 0x80
_ASYNC_GENERATOR: Final = 0x200
_FUTURE_MASK: Final = 0x1FFE000
_ANNOTATIONS: Final = 0x1000000
_NESTED: Final = 0x10
_NAME: Final = "_xcs_f"
_FACTORY: Final = "_xcs_factory"
_OURS: Final = re.compile(r"_xcs_([rgcfkpyin]|t\d+|factory)")
_INSIDE: Final = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})


@final
@dataclass(frozen=True, slots=True, eq=False)
class Instrumented:
    """The code of a clone."""

    code: CodeType
    own: tuple[CodeType, ...]
    """The code and those of its comprehensions and generator expressions."""
    nested: tuple[tuple[CodeType, FunctionNode], ...]
    """The code objects of the functions that it makes, with their source."""


def instrument(source: FunctionSource, code: CodeType, stepwise: bool = False) -> Instrumented:
    """Makes the code of the clone; `stepwise`: such that no hook is on the stack of the user's code.

    Raises:
        Refused: the function does something that a clone cannot do like it.
    """
    node = source.node
    _check(node, code)
    scope = Scope(node, source.owner, code)
    statements = Statements(scope, annotations=not code.co_flags & _ANNOTATIONS, stepwise=stepwise)
    if isinstance(node, ast.Lambda):
        inner: ast.stmt = ast.Expr(_lambda(node, statements))
    else:
        inner = _definition(node, statements)
    made = _compile(inner, node, source, code)
    if not _takes_the_same(made, code):
        # A function made of another's code would read arguments that nobody has given.
        raise Refused("the compiler made something else of it")
    own: list[CodeType] = []
    plain = list(_functions_in(code))
    nodes = [each for each in own_nodes(node) if isinstance(each, FUNCTIONS)]
    nested: list[tuple[CodeType, FunctionNode]] = []
    theirs = {_told(each): each for each in _literals_in(code)}
    fixed = _fixed(made, code, plain, theirs, nodes, own, nested, made.co_qualname, code.co_qualname)
    own.append(fixed)
    return Instrumented(fixed, tuple(own), tuple(nested))


def _takes_the_same(made: CodeType, code: CodeType) -> bool:
    kinds = _VARARGS | _VARKEYWORDS | _GENERATOR | _COROUTINE | _ASYNC_GENERATOR
    count = code.co_argcount + code.co_kwonlyargcount
    return (
        made.co_argcount == code.co_argcount
        and made.co_kwonlyargcount == code.co_kwonlyargcount
        and made.co_posonlyargcount == code.co_posonlyargcount
        and made.co_flags & kinds == code.co_flags & kinds
        and made.co_varnames[:count] == code.co_varnames[:count]
    )


def _check(node: FunctionNode, code: CodeType) -> None:
    names = {*code.co_varnames, *code.co_freevars, *code.co_cellvars}
    if any(_OURS.fullmatch(name) for name in names):
        raise Refused("a variable with a name of ours")
    for each in own_nodes(node):
        if isinstance(each, ast.Name) and _OURS.fullmatch(each.id):
            raise Refused("a variable with a name of ours")


def _bare(arguments: ast.arguments) -> ast.arguments:
    """Parameters without what is evaluated where the function is made: the clone has its original's."""

    def bare(arg: ast.arg) -> ast.arg:
        return ast.copy_location(ast.arg(arg.arg, None, None), arg)

    return ast.arguments(
        [bare(arg) for arg in arguments.posonlyargs],
        [bare(arg) for arg in arguments.args],
        None if arguments.vararg is None else bare(arguments.vararg),
        [bare(arg) for arg in arguments.kwonlyargs],
        [None for _ in arguments.kw_defaults],
        None if arguments.kwarg is None else bare(arguments.kwarg),
        [],
    )


def _lambda(node: ast.Lambda, statements: Statements) -> ast.Lambda:
    body = statements.expr(node.body)
    if node.args.kwarg is not None:
        # The dict of the keywords is new, as one that a display makes.
        new = statements.hook(node, "new", ast.Name(node.args.kwarg.arg, ast.Load()))
        body = ast.Subscript(ast.Tuple([new, body], ast.Load()), ast.Constant(1), ast.Load())
        ast.copy_location(body, node.body)
    return ast.copy_location(ast.Lambda(_bare(node.args), body), node)


def _definition(node: ast.FunctionDef | ast.AsyncFunctionDef, statements: Statements) -> ast.stmt:
    body = statements.block(node.body)
    if node.args.kwarg is not None:
        first = 1 if ast.get_docstring(node, clean=False) is not None else 0
        new = statements.hook(node, "new", ast.Name(node.args.kwarg.arg, ast.Load()))
        body.insert(first, ast.copy_location(ast.Expr(new), node))
    # A decorator, never called, keeps the first line where it was.
    decorators: list[ast.expr] = []
    if node.decorator_list:
        decorators.append(ast.copy_location(ast.Constant(None), node.decorator_list[0]))
    extra: dict[str, Any] = {"type_params": []} if "type_params" in node._fields else {}
    made = type(node)(
        name=_NAME, args=_bare(node.args), body=body, decorator_list=decorators, returns=None, **extra
    )
    return ast.copy_location(made, node)


def _compile(inner: ast.stmt, node: FunctionNode, source: FunctionSource, code: CodeType) -> CodeType:
    """Compiles the function inside of a factory with its free variables, and takes it out unexecuted."""
    ast.copy_location(inner, node)
    stmt = inner
    free = list(code.co_freevars)
    if source.owner is not None:
        # Leading underscores do not count in the mangling of private names; the name must not be the user's.
        extra: dict[str, Any] = {"type_params": []} if "type_params" in ast.ClassDef._fields else {}
        stmt = ast.ClassDef(
            name=f"_______{source.owner}", bases=[], keywords=[], body=[stmt], decorator_list=[], **extra
        )
        ast.copy_location(stmt, node)
        free = [name for name in free if name != "__class__"]
    parameters = [ast.arg(name) for name in (*OURS, *free)]
    extra = {"type_params": []} if "type_params" in ast.FunctionDef._fields else {}
    factory = ast.FunctionDef(
        name=_FACTORY,
        args=ast.arguments([], parameters, None, [], [], None, []),
        body=[stmt],
        decorator_list=[],
        returns=None,
        **extra,
    )
    ast.copy_location(factory, node)
    module = ast.Module([factory], [])
    locate(module)
    with quiet(source.filename):
        made: CodeType = compile(
            module, source.filename, "exec", flags=code.co_flags & _FUTURE_MASK, dont_inherit=True
        )
    wanted = "<lambda>" if isinstance(node, ast.Lambda) else _NAME
    todo = [made]
    while todo:
        each = todo.pop()
        if each.co_name == wanted and each is not made:
            return each
        todo += [constant for constant in each.co_consts if isinstance(constant, CodeType)]
    raise Refused("lost by the compiler")


# ------------------------------------------------------------------------------------------- code objects


def _functions_in(code: CodeType) -> Iterator[CodeType]:
    """The nested functions of a function, those made in its comprehensions too."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_name in _INSIDE:
                yield from _functions_in(constant)
            else:
                yield constant


def _literals_in(code: CodeType) -> Iterator[object]:
    """The constants of a function, after those of the functions in it."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _literals_in(constant)
    yield from (constant for constant in code.co_consts if not isinstance(constant, CodeType))


def _told(constant: Any) -> object:
    """What tells one constant from others."""
    kind = type(constant)
    if kind is tuple or kind is frozenset:
        return kind, kind(map(_told, constant))
    return kind, repr(constant) if kind is float or kind is complex else constant


def _fixed(
    made: CodeType,
    original: CodeType | None,
    plain: list[CodeType],
    theirs: dict[object, object],
    nodes: list[FunctionNode],
    own: list[CodeType],
    nested: list[tuple[CodeType, FunctionNode]],
    prefix: str,
    qualname: str,
) -> CodeType:
    """The compiled code with the names of the original, and the original's own nested functions in it.

    So are the constants: the program may compare a tuple by identity that it got from a plain run.
    """
    constants: list[object] = []
    for constant in made.co_consts:
        if not isinstance(constant, CodeType):
            constants.append(theirs.get(_told(constant), constant))
        elif constant.co_name in _INSIDE:
            inside = _fixed(constant, None, plain, theirs, nodes, own, nested, prefix, qualname)
            own.append(inside)
            constants.append(inside)
        else:
            constants.append(_plain_function(constant, plain, nodes, nested, prefix, qualname))
    renamed = qualname + made.co_qualname[len(prefix) :]
    if original is None:
        return made.replace(co_consts=tuple(constants), co_qualname=renamed)
    flags = made.co_flags & ~_NESTED | original.co_flags & _NESTED
    return made.replace(
        co_consts=tuple(constants), co_qualname=renamed, co_name=original.co_name, co_flags=flags
    )


def _plain_function(
    made: CodeType,
    plain: list[CodeType],
    nodes: list[FunctionNode],
    nested: list[tuple[CodeType, FunctionNode]],
    prefix: str,
    qualname: str,
) -> CodeType:
    """The original's code of a nested function, or the code compiled from its source."""
    fitting = [each for each in nodes if _fits(made, each)]
    if len(fitting) > 1:
        fitting = _innermost(made, fitting)
    if len(fitting) != 1:
        raise Refused("several functions on one line that cannot be told apart")
    node = fitting[0]
    name = getattr(node, "name", "<lambda>")
    same = [each for each in plain if each.co_name == name and _alike(each, made)]
    if len(same) > 1:
        places = tuple(made.co_positions())
        same = [each for each in same if tuple(each.co_positions()) == places]
    if same:
        nested.append((same[0], node))
        return same[0]
    renamed = _renamed(made, prefix, qualname, name)
    nested.append((renamed, node))
    return renamed


def _alike(a: CodeType, b: CodeType) -> bool:
    """Whether two code objects stem from one text.

    Their instructions may differ: the compiler looks at which names the module imports.
    """
    return (
        a.co_firstlineno == b.co_firstlineno
        and a.co_varnames == b.co_varnames
        and a.co_freevars == b.co_freevars
        and a.co_cellvars == b.co_cellvars
        and set(a.co_names) == set(b.co_names)
        and {line for _, _, line in a.co_lines()} == {line for _, _, line in b.co_lines()}
    )


def _renamed(made: CodeType, prefix: str, qualname: str, name: str) -> CodeType:
    """Compiled code under the name that the source gives it."""
    own = qualname + made.co_qualname[len(prefix) :]
    head, _, _ = own.rpartition(".")
    return _moved(made, made.co_qualname, f"{head}.{name}").replace(co_name=name)


def _moved(made: CodeType, prefix: str, qualname: str) -> CodeType:
    constants = tuple(
        _moved(each, prefix, qualname) if isinstance(each, CodeType) else each for each in made.co_consts
    )
    own = made.co_qualname
    if own.startswith(prefix):
        own = qualname + own[len(prefix) :]
    return made.replace(co_consts=constants, co_qualname=own)


def _fits(code: CodeType, node: FunctionNode) -> bool:
    """Whether the compiled code is that of the node."""
    line = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    return code.co_firstlineno == line and (code.co_name == "<lambda>") == isinstance(node, ast.Lambda)


def _innermost(code: CodeType, nodes: list[FunctionNode]) -> list[FunctionNode]:
    """Of several functions on one line, the innermost that has all of the code in its body."""
    spots = [spot for spot in code.co_positions() if None not in spot and spot[2:] != (0, 0)]
    around: list[tuple[tuple[int, int], tuple[int, int], FunctionNode]] = []
    for node in nodes:
        names = [each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        if not isinstance(node, ast.Lambda) or names != list(code.co_varnames[: len(names)]):
            continue
        body = node.body
        first = (body.lineno, body.col_offset)
        last = (body.end_lineno or body.lineno, body.end_col_offset or 0)
        if all(first <= (a or 0, c or 0) and (b or 0, d or 0) <= last for a, b, c, d in spots):
            around.append((first, last, node))
    inner = max((first for first, _, _ in around), default=None)
    return [node for first, _, node in around if first == inner] if spots or len(around) == 1 else []
