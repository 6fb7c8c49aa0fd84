"""What the lower parts of the interpreter ask of the upper ones."""

from __future__ import annotations

from enum import EnumMeta

import xcs_ast.effects.guards as g
from xcs_ast.effects.containers import Containers
from xcs_ast.effects.resolve import (
    class_name,
    computes_class,
    find_behind,
    is_library,
    is_mutable_class,
    is_plain_metaclass,
    module_of,
    mro_of,
)
from xcs_ast.effects.values import (
    BOTTOM,
    AnyException,
    Atom,
    New,
    Ref,
    Value,
    class_of,
    is_scalar,
    join,
    unknown,
)
from xcs_ast.ir.paths import MISSING, AttrStep, Path, PinnedRoot, static_attr
from xcs_ast.native import Any, final, use_own
from xcs_ast.records import dataclass, field
from xcs_ast.source import grammar as ast

use_own(globals())

__all__ = ["Args", "Protocol"]


@final
@dataclass(slots=True)
class Args:
    """The arguments of a call. `rest` stands for any number of more positional ones, `more` for keywords."""

    positional: tuple[Value, ...] = ()
    keywords: dict[str, Value] = field(default_factory=dict)
    rest: Value | None = None
    more: Value | None = None

    def prepend(self, value: Value) -> Args:
        """With one more argument in front."""
        return Args((value, *self.positional), self.keywords, self.rest, self.more)

    def every(self) -> list[Value]:
        """All argument values."""
        out = [*self.positional, *self.keywords.values()]
        if self.rest is not None:
            out.append(self.rest)
        if self.more is not None:
            out.append(self.more)
        return out


class Protocol(Containers):
    """Declared here, defined above; and how `super()` looks things up."""

    def lineage(self, cls: type) -> tuple[type, ...]:
        """The classes of `cls` in the order of lookup, relied on."""
        if is_mutable_class(cls):
            self.guard(g.Lineage(cls, mro_of(cls)))
        return mro_of(cls)

    def with_plain_metaclass(self, cls: type, node: ast.AST | None) -> bool:
        """As `is_plain_metaclass`, relied on."""
        for name in ("__getattribute__", "__call__", "__setattr__"):
            self.protocol(type(cls), name)
        self.class_attr(type(cls), "__getattr__", node)  # `type` has none: to assign it is a plain write
        return is_plain_metaclass(cls)

    def computes_class(self, cls: type) -> bool:
        """As the function of this name, relied on."""
        self.protocol(cls, "__class__")
        self.protocol(cls, "__getattribute__")
        return computes_class(cls)

    def compute_their_class(self, args: Args) -> bool:
        """Whether an argument would run code if a library asked what it is an instance of.

        Functions of `builtins` go by the type, and `isinstance` has a rule.
        """
        kinds = {class_of(atom) for value in args.every() for atom in value if not is_scalar(atom)}
        return any(cls is not None and cls is not AnyException and self.computes_class(cls) for cls in kinds)

    def plain_attr(self, value: Value, name: str) -> Value:
        """What objects hold under a name, where no code is asked."""
        out = BOTTOM
        for atom in value:
            if type(atom) is New:
                out = join(out, self.get_attr(atom.obj, name) or BOTTOM)
            elif type(atom) is Ref:
                self.exact(atom)
                found = static_attr(atom.obj, name)
                if found is MISSING:
                    return unknown(f"uses .{name} of a {class_name(type(atom.obj))}")
                out = join(out, self.wrap(atom.path.then(AttrStep(name)), found))
            elif not is_scalar(atom):
                return unknown(f"uses .{name} of something")
        return out

    def is_enumeration(self, cls: type, name: str) -> bool:
        """Whether it is one whose metaclass does under this name what all do; relied on."""
        if not issubclass(type(cls), EnumMeta):
            return False
        owner, _ = self.protocol(type(cls), name)
        return owner is None or is_library(module_of(owner))

    def behind(self, cls: type, start: type, name: str, node: ast.AST | None) -> tuple[type | None, Any]:
        """As `class_attr`, but behind `start` in the lookup order of `cls`."""
        owner, found = find_behind(cls, start, name)
        passed = False
        for base in self.lineage(cls):
            if passed and is_mutable_class(base):
                path = Path(PinnedRoot(base))
                self.reads(path, name, node)
                if base is owner:
                    self.guard(g.SameObject(path.then(AttrStep(name)), found))
                    break
                self.guard(g.NoInstanceAttr(path, name))
                if self.is_changed((type(base), name), base, path):
                    self.fail(f"{class_name(base)}.{name} is set here", node)
            if passed and base is owner:
                break
            passed = passed or base is start
        return owner, found

    def call(self, function: Value, args: Args, node: ast.AST | None) -> Value:
        """The value of a call."""
        raise NotImplementedError

    def call_atom(self, function: Atom, args: Args, node: ast.AST | None) -> Value:
        """The value of a call of one possible callee."""
        raise NotImplementedError

    def special(self, atom: Atom, name: str, args: tuple[Value, ...], node: ast.AST | None) -> Value | None:
        """The value of a special method; `None` if the type has none."""
        raise NotImplementedError

    def get_item(self, value: Value, index: Value, node: ast.AST | None) -> Value:
        """`value[index]`."""
        raise NotImplementedError

    def index_of_slice(self, atom: Atom, node: ast.AST | None) -> Value:
        """What is asked of a slice where it is used as an index."""
        raise NotImplementedError

    def take_operand(self, atom: Atom, name: str, other: Value, node: ast.AST | None) -> None:
        """What a special method of a builtin sequence asks of the other operand."""
        raise NotImplementedError

    def made_by_operator(self, name: str, atom: Atom, other: Value, node: ast.AST | None) -> Value:
        """What a special method of a builtin container makes of the other operand."""
        raise NotImplementedError

    def iterate(self, value: Value, node: ast.AST | None) -> Value:
        """What iterating over a value yields."""
        raise NotImplementedError

    def run_attribute_model(self, atom: Atom, cls: type, name: str, node: ast.AST | None) -> Value | None:
        """The value of an attribute that a model describes; `None` if none does."""
        raise NotImplementedError

    def run_variable_model(self, module: str, name: str, node: ast.AST | None) -> None:
        """What a model says of reading a module's variable, which code in C may assign."""
        raise NotImplementedError
