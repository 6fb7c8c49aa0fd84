"""Interpreting lists of expressions: arguments, and the displays of tuples, lists, sets and dicts."""

from __future__ import annotations

from xcs_ast.effects.names import Names
from xcs_ast.effects.protocol import Args
from xcs_ast.effects.values import (
    BOTTOM,
    Const,
    New,
    Value,
    is_scalar,
    join,
    join_all,
)
from xcs_ast.native import Any, use_own
from xcs_ast.source import grammar as ast

use_own(globals())

__all__ = ["Displays"]


class Displays(Names):
    """What is written in brackets."""

    def evaluate(self, node: ast.expr) -> Value:
        """The value of an expression; its effects are recorded."""
        raise NotImplementedError

    def arguments(self, node: ast.Call) -> Args:
        """Evaluates the arguments of a call."""
        positional: list[Value] = []
        rest: Value | None = None
        for arg in node.args:
            if isinstance(arg, ast.Starred):
                value = self.evaluate(arg.value)
                exact = self.unpack_exact(value) if rest is None else None
                if exact is not None:
                    positional += exact
                    continue
                rest = join(rest or BOTTOM, self.iterate(value, arg))
            elif rest is not None:
                rest = join(rest, self.evaluate(arg))
            else:
                positional.append(self.evaluate(arg))
        keywords: dict[str, Value] = {}
        more: Value | None = None
        for keyword in node.keywords:
            value = self.evaluate(keyword.value)
            if keyword.arg is not None:
                keywords[keyword.arg] = value
                continue
            known, extra = self.mapping_arguments(value, node)
            for name, each in known.items():
                keywords[name] = join(keywords[name], each) if name in keywords else each
            if extra is not None:
                more = join(more or BOTTOM, extra)
        return Args(tuple(positional), keywords, rest, more)

    def mapping_arguments(self, value: Value, node: ast.AST) -> tuple[dict[str, Value], Value | None]:
        """What `**value` passes: keywords that are known, and the values of those that are not."""
        if len(value) == 1:
            (only,) = value
            if type(only) is New and only.obj.cls is dict:
                elems = self.get_part(only.obj, "elems")
                fields = self.get_fields(only.obj)
                if all(type(key) is str for key in fields):
                    return dict(fields), elems if elems else None
            exact = self.live_mapping(only, node)
            if exact is not None:
                return exact, None
        out = BOTTOM
        for atom in value:
            cls = self.exact(atom)
            if cls is dict:
                out = join(out, self.content(atom, node))
            elif not is_scalar(atom) and cls not in (list, tuple, set, frozenset):  # Those raise.
                return {}, self.fail(
                    "passes the content of something that is not a plain dict as keywords", node
                )
        return {}, out

    def live_mapping(self, atom: Any, node: ast.AST) -> dict[str, Value] | None:
        """The values of a live dict, one by one, by its keys."""
        from xcs_ast.effects import guards as g
        from xcs_ast.effects.values import Ref
        from xcs_ast.ir.effects import CONTENT
        from xcs_ast.ir.paths import KeyStep

        if type(atom) is not Ref or type(atom.obj) is not dict or len(atom.obj) > 24:
            return None
        if any(type(key) is not str for key in atom.obj):
            return None
        self.reads(atom.path, CONTENT, node)
        if self.recall((dict, CONTENT), atom.obj, atom.path):
            return None
        self.guard(g.KeysAre(atom.path, tuple(atom.obj)))
        return {key: self.wrap(atom.path.then(KeyStep(key)), value) for key, value in atom.obj.items()}

    # ------------------------------------------------------------------------------------------ displays

    def elements_of_display(self, nodes: list[ast.expr]) -> tuple[list[Value], Value | None]:
        """The elements of `[a, *b, c]`: those in front one by one, and what the rest may be."""
        items: list[Value] = []
        rest: Value | None = None
        for node in nodes:
            if isinstance(node, ast.Starred):
                value = self.evaluate(node.value)
                exact = self.unpack_exact(value) if rest is None else None
                if exact is not None:
                    items += exact
                else:
                    rest = join(rest or BOTTOM, self.iterate(value, node))
            elif rest is None:
                items.append(self.evaluate(node))
            else:
                rest = join(rest, self.evaluate(node))
        return items, rest

    def eval_tuple(self, node: ast.Tuple) -> Value:
        """`(a, b)`."""
        items, rest = self.elements_of_display(node.elts)
        if rest is None:
            return self.new_tuple(tuple(items), node)
        return self.new_container(node, tuple, join(join_all(items), rest))

    def eval_list(self, node: ast.List) -> Value:
        """`[a, b]`."""
        items, rest = self.elements_of_display(node.elts)
        return self.new_container(node, list, join(join_all(items), rest or BOTTOM))

    def eval_set(self, node: ast.Set) -> Value:
        """`{a, b}`."""
        items, rest = self.elements_of_display(node.elts)
        elements = join(join_all(items), rest or BOTTOM)
        self.hash_key(elements, node)
        return self.new_container(node, set, elements)

    def eval_dict(self, node: ast.Dict) -> Value:
        """`{a: b, **c}`."""
        (made,) = self.new_container(node, dict)
        for key, value_node in zip(node.keys, node.values, strict=True):
            if key is None:
                value = self.evaluate(value_node)
                for atom in value:
                    cls = self.exact(atom)
                    known = self.live_mapping(atom, node)
                    if known is not None:
                        for name, each in known.items():
                            self.store_content(made, each, node, key=frozenset({Const(name)}))
                    elif cls is dict:
                        keys = self.content(atom, node, keys=True)
                        self.hash_key(keys, node)
                        if type(atom) is New:
                            for name, each in self.get_fields(atom.obj).items():
                                self.store_content(made, each, node, key=frozenset({Const(name)}))
                            self.store_content(
                                made,
                                self.get_part(atom.obj, "elems"),
                                node,
                                key=self.get_part(atom.obj, "keys"),
                            )
                        else:
                            self.store_content(made, self.content(atom, node), node, key=keys)
                    else:
                        self.fail("merges something that is not a plain dict", node)
                continue
            key_value = self.evaluate(key)
            self.hash_key(key_value, node)
            self.store_content(made, self.evaluate(value_node), node, key=key_value)
        return frozenset({made})
