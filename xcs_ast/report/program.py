"""A graph as a runnable program: straight-line Python that does what the recorded run did.

Each step of the function becomes one statement; what inner calls did stays inside of them. Decisions that the
run took are assertions: on arguments for which they fail, the program is not the function.

The tree is rendered by `astor`, for its layout, and by `ast.unparse`, which is always right; where the two
don't say the same, or astor is missing or fails, the latter is what is printed, and a note says so.
"""

from __future__ import annotations

import ast
import sys
import warnings
from types import FunctionType, ModuleType
from typing import Any, Final, final

from xcs_ast.ir.graph import ComputationGraph
from xcs_ast.ir.operations import Operation, OpType
from xcs_ast.ir.values import ValueRef
from xcs_ast.records import dataclass

__all__ = ["Program", "program_of", "to_program"]

_LITERALS: Final = (int, float, complex, bool, str, bytes, type(None), type(...))
_UNARY: Final = ("-", "+", "~")


@final
@dataclass(frozen=True, slots=True)
class Program:
    """The text, who rendered it, and what it cannot say."""

    text: str
    renderer: str
    notes: tuple[str, ...] = ()


def to_program(graph: ComputationGraph) -> str:
    """The graph as runnable Python; what it cannot say stands in comments at the top."""
    program = program_of(graph)
    return "".join(f"# {note}\n" for note in program.notes) + program.text


def program_of(graph: ComputationGraph) -> Program:
    """The graph as a program."""
    builder = _Builder(graph)
    tree = builder.module()
    text, renderer, note = _render(tree)
    return Program(text, renderer, (*builder.notes, *([note] if note else [])))


def _render(tree: ast.Module) -> tuple[str, str, str]:
    plain = ast.unparse(tree) + "\n"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import astor  # type: ignore[import-untyped]

            pretty: str = astor.to_source(tree)
    except ImportError:
        return plain, "ast", "rendered without astor, which is not installed"
    except Exception as error:
        return plain, "ast", f"rendered without astor, which fails on this: {type(error).__name__}"
    try:
        same = ast.dump(ast.parse(pretty)) == ast.dump(ast.parse(plain))
    except SyntaxError:
        same = False
    return (pretty, "astor", "") if same else (plain, "ast", "rendered without astor, which gets this wrong")


class _Builder:
    def __init__(self, graph: ComputationGraph) -> None:
        self.graph = graph
        self.notes: list[str] = list(graph.notes)
        self.objects: dict[str, Any] = dict(getattr(graph.recording, "objects", {}))
        self.names = {value.id: value.id for value in graph.parameters}
        self.missing: dict[str, str] = {}
        self.loops: dict[str, int] = {}
        self.imports: dict[str, None] = {}

    def module(self) -> ast.Module:
        body: list[str] = []
        for op in self.graph.steps():
            body += self._statements(op)
        name = self.graph.name.rpartition(".")[2]
        given = [value.id for value in self.graph.parameters] + list(self.missing.values())
        if self.missing:
            said = ", ".join(self.missing.values())
            self.notes.append(f"where these come from is not known, so they are parameters: {said}")
        head = f"def {name if name.isidentifier() else 'traced'}({', '.join(given)}):"
        text = head + "".join(f"\n    {line}" for line in body or ["pass"])
        return ast.parse("".join(f"{line}\n" for line in self.imports) + text)

    def _value(self, ref: ValueRef) -> str:
        if ref.id in self.names:
            return self.names[ref.id]
        obj = self.objects.get(ref.id, self)
        if type(obj) in _LITERALS:
            return repr(obj) if obj is not ... else "..."
        name = self.missing.get(ref.id)
        if name is None:
            own = getattr(obj, "__name__", None)
            name = own if type(own) is str and own.isidentifier() else f"outer_{ref.id}"
            if type(obj).__name__ in ("builtin_function_or_method", "type") and _is_builtin(name, obj):
                return name
            line = _import_of(name, obj)
            if line is not None and name not in self.names:
                self.imports[line] = None
                self.names[ref.id] = name
                return name
            self.missing[ref.id] = name
        return name

    def _statements(self, op: Operation) -> list[str]:
        if op.op_type is OpType.LOAD and not op.outputs:
            return []  # the end of an iteration
        try:
            text = self._expression(op)
        except _CannotSay as why:
            self.notes.append(f"{op.id} ({op.op_type.value} {op.name}) cannot be said: {why}")
            text = None
        if text is None:
            return []
        if not op.outputs or op.op_type in (OpType.STORE, OpType.BRANCH, OpType.RETURN, OpType.SIDE_EFFECT):
            return [text]
        if len(op.outputs) > 1:
            for value in op.outputs:
                self.names[value.id] = value.id
            return [f"{', '.join(value.id for value in op.outputs)} = {text}"]
        self.names[op.outputs[0].id] = op.outputs[0].id
        return [f"{op.outputs[0].id} = {text}"]

    def _expression(self, op: Operation) -> str | None:
        given = [self._value(ref) for ref in op.inputs] if op.op_type is not OpType.LOOP else []
        how = op.metadata.get("how")
        match op.op_type:
            case OpType.CALL | OpType.AWAIT:
                return self._call(op, given)
            case OpType.RETURN:
                return f"return {given[0]}"
            case OpType.BRANCH:
                return f"assert bool({given[0]}) is {bool(op.metadata.get('decision'))}"
            case OpType.LOOP:
                return None
            case OpType.NEW:
                return _new(op, given)
            case OpType.COMPUTE:
                return _operator(op, given)
            case OpType.LOAD:
                return self._load(op, how, given)
            case OpType.STORE:
                return _store(op, how, given)
            case OpType.SIDE_EFFECT if how == "import":
                return op.name if all(part.isidentifier() for part in op.name[7:].split(".")) else None
            case _:
                raise _CannotSay("it has no expression of its own")

    def _call(self, op: Operation, given: list[str]) -> str:
        count = op.metadata.get("positional", len(given) - 1)
        keywords = op.metadata.get("keywords", ())
        parts = given[1 : 1 + count]
        parts += [f"{key}={value}" for key, value in zip(keywords, given[1 + count :], strict=True)]
        method = op.metadata.get("method")
        return f"{given[0]}{f'.{method}' if method else ''}({', '.join(parts)})"

    def _load(self, op: Operation, how: Any, given: list[str]) -> str:
        match how:
            case "attr":
                return f"{given[0]}.{op.name}"
            case "item":
                return f"{given[0]}[{given[1]}]"
            case "global":
                return op.name
            case "cell":
                raise _CannotSay("it reads a variable of an enclosing function")
            case "next" if op.name == "item" and type(self.objects.get(op.inputs[0].id)) in (
                list,
                tuple,
                str,
            ):
                return f"{given[0]}[{op.metadata['index']}]"
            case "next" if op.name == "item":
                return f"list({given[0]})[{op.metadata['index']}]"
            case "next":
                name = f"steps_{op.inputs[0].id}"
                if op.inputs[0].id not in self.loops:
                    self.loops[op.inputs[0].id] = 1
                    return f"next({name} := iter({given[0]}))"
                return f"next({name})"
            case "unpack" if op.metadata.get("right", -1) < 0:
                return given[0]
            case _:
                raise _CannotSay("how it was loaded has no expression of its own")


class _CannotSay(Exception):
    pass


def _import_of(name: str, obj: object) -> str | None:
    """The statement that brings in a module, function or class; `None` where it cannot be imported."""
    if type(obj) is ModuleType:
        return f"import {name}" if sys.modules.get(name) is obj else None
    home = getattr(obj, "__module__", None) if isinstance(obj, type | FunctionType) else None
    if type(home) is str and vars(sys.modules.get(home, _NOTHING)).get(name) is obj:
        return f"from {home} import {name}"
    return None


_NOTHING: Final = ModuleType("nothing")


def _is_builtin(name: str, obj: object) -> bool:
    import builtins

    return getattr(builtins, name, None) is obj


def _new(op: Operation, given: list[str]) -> str:
    how = op.metadata.get("how")
    if how == "f-string":
        values = iter(given)
        parts = [next(values) if part is None else repr(part) for part in op.metadata["literals"]]
        return f"''.join([{', '.join(parts)}])"
    if how == "tuple":
        return f"({''.join(f'{each}, ' for each in given)})"
    if how == "new" and op.name == "list":
        return f"[{', '.join(given)}]"
    if how == "new" and op.name == "set":
        return f"{{{', '.join(given)}}}" if given else "set()"
    if how == "new" and op.name == "dict":
        return "{" + ", ".join(f"{k}: {v}" for k, v in zip(given[::2], given[1::2], strict=True)) + "}"
    raise _CannotSay("it makes a function, or a text of unknown parts")


def _operator(op: Operation, given: list[str]) -> str:
    how = op.metadata.get("how")
    if how == "unary" and op.name in _UNARY:
        return f"{op.name}{given[0]}"
    if how in ("binary", "compare", "inplace"):
        return f"{given[0]} {op.metadata.get('op', op.name)} {given[1]}"
    if how == "format":
        conversion = {115: "str", 114: "repr", 97: "ascii"}.get(op.metadata["conversion"])
        value = f"{conversion}({given[0]})" if conversion else given[0]
        return f"format({value}, {op.metadata['spec']!r})"
    raise _CannotSay("an operator that is not known")


def _store(op: Operation, how: Any, given: list[str]) -> str:
    if how == "attr":
        return f"{given[0]}.{op.name} = {given[1]}"
    if how == "item":
        return f"{given[0]}[{given[1]}] = {given[2]}"
    if how == "add" and op.metadata["sort"] == "attr":
        return f"{given[0]}.{op.metadata['target']} {op.metadata['op']}= {given[1]}"
    if how == "add" and op.metadata["sort"] == "item":
        return f"{given[0]}[{given[1]}] {op.metadata['op']}= {given[2]}"
    raise _CannotSay("it changes a variable of a module or of an enclosing function, or deletes something")
