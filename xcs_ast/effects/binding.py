"""Binding the arguments of a call to the parameters of a function."""

from __future__ import annotations

from xcs_ast.effects.applying import Applying
from xcs_ast.effects.machine import Frame
from xcs_ast.effects.protocol import Args
from xcs_ast.effects.values import (
    BOTTOM,
    STR,
    New,
    Value,
    join,
)
from xcs_ast.native import final, use_own
from xcs_ast.source import grammar as ast
from xcs_ast.source.lookup import FunctionNode

use_own(globals())

__all__ = ["Arguments", "identity_of", "merge"]


class Arguments(Applying):
    """From arguments to variables."""

    def bind(
        self, body: FunctionNode, frame: Frame, args: Args, defaults: dict[str, Value], node: ast.AST | None
    ) -> bool:
        """Gives the parameters their values; `False` if the call always raises."""
        spec = body.args
        named = dict(args.keywords)
        positional = list(args.positional)
        places = [arg.arg for arg in (*spec.posonlyargs, *spec.args)]
        only_positional = {arg.arg for arg in spec.posonlyargs}
        values: dict[str, Value] = {}
        for name in places:
            if positional:
                values[name] = positional.pop(0)
                if name in named and name not in only_positional:
                    return False
                continue
            found = BOTTOM
            if name in named and name not in only_positional:
                values[name] = named.pop(name)
                continue
            for extra in (args.rest, args.more if name not in only_positional else None):
                if extra is not None:
                    found = join(found, extra)
            values[name] = join(found, defaults.get(name, BOTTOM))
            if name not in defaults and args.rest is None and args.more is None:
                return False
        for arg in spec.kwonlyargs:
            name = arg.arg
            if name in named:
                values[name] = named.pop(name)
            elif args.more is not None or name in defaults:
                values[name] = join(args.more or BOTTOM, defaults.get(name, BOTTOM))
            else:
                return False
        if (positional and spec.vararg is None) or (named and spec.kwarg is None):
            return False
        if spec.vararg is not None:
            values[spec.vararg.arg] = self._star(tuple(positional), args.rest, spec.vararg)
        if spec.kwarg is not None:
            values[spec.kwarg.arg] = self._double_star(named, args.more, spec.kwarg)
        self.fill_frame(frame, body, values)
        return True

    def fill_frame(self, frame: Frame, body: object, values: dict[str, Value]) -> None:
        """Puts values into a new frame's variables."""
        captured = frame.scope.captured
        if captured & (frame.scope.bound | frame.scope.targets):
            frame.cells = self.fresh(body, _Cells, (identity_of(frame), frozenset(values.items())))
            self.keep.append(frame)
        for name, value in values.items():
            if name in captured:
                assert frame.cells is not None
                self.grow_attr(frame.cells, name, value, touch=False)
            else:
                frame.locals[name] = value

    def _star(self, items: tuple[Value, ...], rest: Value | None, node: ast.arg) -> Value:
        if rest is None:
            return self.new_tuple(items, node)
        elements = rest
        for item in items:
            elements = join(elements, item)
        return self.new_container(node, tuple, elements, tag="args")

    def _double_star(self, named: dict[str, Value], more: Value | None, node: ast.arg) -> Value:
        tag = ("kwargs", tuple(sorted(named)), frozenset(named.items()))
        (made,) = self.new_container(node, dict, more or BOTTOM, STR if more is not None else BOTTOM, tag=tag)
        assert type(made) is New
        for name, value in named.items():
            self.grow_field(made.obj, name, value)
        return frozenset({made})


@final
class _Cells:
    """The class of the abstract objects that hold captured variables."""


def identity_of(frame: Frame) -> tuple[int, ...]:
    """Which closure a frame belongs to: equal for frames that see the same variables around them."""
    out: list[int] = []
    at: Frame | None = frame
    while at is not None:
        out += (id(at.function), id(at.cells) if at.region is None else id(at.region))
        at = at.parent
    return tuple(out)


def merge(first: Args, second: Args) -> Args:
    """The arguments of a partial and those of its call."""
    assert first.rest is None, "a partial is made of arguments that are known one by one"
    return Args(
        (*first.positional, *second.positional),
        first.keywords | second.keywords,
        second.rest,
        second.more if first.more is None else join(first.more, second.more or BOTTOM),
    )
