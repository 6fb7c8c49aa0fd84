"""Mistakes planted in the static analysis, one for each rule and kind of model entry, each with a program.

With the mistake, the analysis says PROVEN of the program's tasks, which are not independent.

A mistake is planted by a patch of the running analysis. The models that the recorder goes by stay as they are,
so that what is put to the test is the analysis alone.
"""

# ruff: noqa: E501 - the programs are easier to read in one piece

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pytest

from xcs_ast.effects import region, statements
from xcs_ast.effects.machine import Sink
from xcs_ast.ir.effects import Access, CellVar, Channel, Effect, Location

__all__ = ["MUTATIONS", "Mutation"]

Plant = Callable[[pytest.MonkeyPatch], None]
Loses = Callable[[Effect], bool]
_Region: Final[Any] = region._Region


def writes(effect: Effect) -> bool:
    return effect.access is not Access.READ and isinstance(effect.where, Location | CellVar)


def reads(effect: Effect) -> bool:
    return effect.access is Access.READ and isinstance(effect.where, Location | CellVar)


def channels(effect: Effect) -> bool:
    return isinstance(effect.where, Channel)


def everything(effect: Effect) -> bool:
    return True


def _losing(
    original: Callable[..., Any], loses: Loses, only: Callable[..., bool] | None
) -> Callable[..., Any]:
    """The rule, but for those of its effects (and of what it calls)."""

    def mutated(self: Any, *args: Any, **kwargs: Any) -> Any:
        if only is not None and not only(self, *args, **kwargs):
            return original(self, *args, **kwargs)
        outer, self.sink = self.sink, Sink()
        try:
            return original(self, *args, **kwargs)
        finally:
            inner, self.sink = self.sink, outer
            for key in [key for key, effect in inner.effects.items() if loses(effect)]:
                del inner.effects[key]
            outer.take(inner)

    return mutated


def rule(name: str, loses: Loses, only: Callable[..., bool] | None = None) -> Plant:
    """Effects of one rule are lost (where `only` says so)."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(_Region, name, _losing(getattr(_Region, name), loses, only))

    return plant


def statement(kind: type[ast.stmt], loses: Loses) -> Plant:
    """Effects of one kind of statement are lost."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        handlers = statements._HANDLERS
        patch.setitem(handlers, kind, _losing(handlers[kind], loses, None))

    return plant


def model(dotted: str, loses: Loses) -> Plant:
    """Effects of one entry of the models are lost."""

    def is_it(self: Any, entry: Any, *rest: Any, **more: Any) -> bool:
        return bool(entry.dotted == dotted)

    return rule("run_entry", loses, is_it)


def special(name: str, loses: Loses = everything) -> Plant:
    """Effects of one special method are lost."""
    return rule("special", loses, lambda self, atom, method, *rest: method == name)


def through(kind: type, loses: Loses = everything) -> Plant:
    """What an attribute of this kind, found on a class, does when it is looked up."""
    return rule("_get_through", loses, lambda self, found, *rest: type(found) is kind)


def _own_list(patch: pytest.MonkeyPatch) -> None:
    original = _Region._live_defaults

    def mutated(self: Any, function: Any, path: Any, node: Any) -> Any:
        found = original(self, function, path, node)
        return {
            name: self.new_container(node, list) if type(self_of(value)) is list else value
            for name, value in found.items()
        }

    patch.setattr(_Region, "_live_defaults", mutated)


def self_of(value: Any) -> object:
    """The live object of an abstract value."""
    return next((getattr(atom, "obj", None) for atom in value), None)


def _generators(patch: pytest.MonkeyPatch) -> None:
    rule("_generator", everything)(patch)
    rule("iterate_payload", everything)(patch)


def _inherited(patch: pytest.MonkeyPatch) -> None:
    def only(self: Any, func: Any, receiver: Any, name: str, *rest: Any) -> bool:
        cls = type(getattr(receiver, "obj", None))
        return bool(name) and name not in vars(cls)

    rule("_call_bound", everything, only)(patch)


def _no_head(patch: pytest.MonkeyPatch) -> None:
    original = _Region._head

    def mutated(self: Any, loop: Any) -> Any:
        before = dict(self.stages[0].effects)
        found = original(self, loop)
        self.stages[0].effects = before
        return found

    patch.setattr(_Region, "_head", mutated)


def _handler_bodies(patch: pytest.MonkeyPatch) -> None:
    original = statements._HANDLERS[ast.Try]

    def mutated(self: Any, node: Any) -> Any:
        empty = [ast.copy_location(ast.ExceptHandler(h.type, h.name, [ast.Pass()]), h) for h in node.handlers]
        return original(self, ast.copy_location(ast.Try(node.body, empty, node.orelse, node.finalbody), node))

    patch.setitem(statements._HANDLERS, ast.Try, mutated)


def _no_else(patch: pytest.MonkeyPatch) -> None:
    original = statements._HANDLERS[ast.If]

    def mutated(self: Any, node: Any) -> Any:
        return original(self, ast.copy_location(ast.If(node.test, node.body, []), node))

    patch.setitem(statements._HANDLERS, ast.If, mutated)


@dataclass(frozen=True)
class Mutation:
    """One mistake. `program` has a `main`."""

    name: str
    lost: str
    """What the analysis does not see any more, in words."""
    plant: Plant
    program: str


def _calls(setup: str, after: str = "", items: str = "[3, 1, 2]", value: str = "task(x)") -> str:
    """A program that calls `task(x)` in a loop and does `after` in the body."""
    lines = [setup.strip(), "def main():", "    out = []", f"    for x in {items}:"]
    lines += [f"        out.append({value})"]
    lines += [f"        {line}" for line in after.strip().splitlines()]
    return "\n".join([*lines, "    return out", ""])


_BOX: Final = """
class Box:
    limit = 1
    def __init__(self): self.n = 0
    def put(self, x):
        self.n = self.n * 2 + x
        return self.n
box = Box()
"""

_PRINTING: Final = """
import io, sys
def task(x):
    print('working on', x)
    return x
def main():
    out = []
    before, sys.stdout = sys.stdout, io.TextIOWrapper(io.BytesIO(), 'utf-8', write_through=True)
    for x in [3, 1, 2]:
        out.append(task(x))
    out.append(sys.stdout.buffer.getvalue())
    sys.stdout = before
    return out
"""

_LOGGING: Final = """
import logging
log = logging.Logger('work')
log.addHandler(logging.NullHandler())  # with no stream, which would be an effect of its own
def task(x):
    log.info('item %s', x)
    return x
def main():
    out = []
    for x in [3, 1, 2]:
        out.append(task(x))
    return out
"""

MUTATIONS: Final = (
    # ------------------------------------------------------------------------------------------ storing
    Mutation(
        "attribute store", "that `o.n = v` changes o", rule("_plain_store", writes),
        _calls(_BOX + "def task(x):\n    box.n = x\n    return x\n"),
    ),
    Mutation(
        "augmented attribute", "that `o.n += v` changes o", statement(ast.AugAssign, writes),
        _calls(_BOX + "def task(x):\n    box.n += x\n    return x\n"),
    ),
    Mutation(
        "item store in a dict", "that `d[k] = v` changes d", rule("_set_item_of", writes),
        _calls("d = {}\ndef task(x):\n    d[x] = x\n    return x\n"),
    ),
    Mutation(
        "item store in a list", "that `l[i] = v` changes l", rule("_set_item_of", writes),
        _calls("seen = [0] * 4\ndef task(x):\n    seen[0] = x\n    return seen[0]\n"),
    ),
    Mutation(
        "augmented item", "that `d[k] += v` changes d", statement(ast.AugAssign, writes),
        _calls("d = {'n': 0}\ndef task(x):\n    d['n'] += x\n    return x\n"),
    ),
    Mutation(
        "item deletion", "that `del d[k]` changes d", rule("delete_item", writes),
        _calls("d = {1: 1, 2: 2, 3: 3}\ndef task(x):\n    del d[x]\n    return len(d)\n"),
    ),
    Mutation(
        "attribute deletion", "that `del o.n` changes o", rule("delete_attr", writes),
        _calls(
            "class P: n = 0\np = P()\np.n = 1\n"
            "def task(x):\n    if x == 1:\n        del p.n\n    return x\n"
        ),
    ),
    Mutation(
        "global store", "that a function assigns a global", rule("store_global", writes),
        _calls("last = 0\ndef task(x):\n    global last\n    last = x\n    return x\n"),
    ),
    Mutation(
        "nonlocal store", "that a function assigns a variable of an enclosing one", rule("_store_free", writes),
        _calls(
            "def make():\n    last = 0\n    def task(x):\n        nonlocal last\n        last = last * 2 + x\n"
            "        return last\n    return task\ntask = make()\n"
        ),
    ),
    Mutation(
        "slot store", "that a slot is assigned", rule("_plain_store", writes),
        _calls("class S:\n    __slots__ = ('n',)\ns = S()\ndef task(x):\n    s.n = x\n    return x\n"),
    ),
    Mutation(
        "custom __setattr__", "what a `__setattr__` in Python does", rule("_store_attr_of", everything),
        _calls(
            "log = []\nclass S:\n    def __setattr__(self, name, value):\n        log.append((name, value))\n"
            "s = S()\ndef task(x):\n    s.n = x\n    return len(log)\n"
        ),
    ),
    # ------------------------------------------------------------------------------------------ reading
    Mutation(
        "global read", "that a global is read", rule("load_global", reads),
        _calls(
            "rate = 1\ndef task(x): return x * rate\ndef bump():\n    global rate\n    rate += 1\n", "bump()"
        ),
    ),
    Mutation(
        "closure cell read", "that a closure's variable is read", rule("_real_cell", reads),
        _calls(
            "def make():\n    rate = 1\n    def task(x): return x * rate\n    def bump():\n        nonlocal rate\n"
            "        rate += 1\n    return task, bump\ntask, bump = make()\n", "bump()"
        ),
    ),
    Mutation(
        "attribute read", "that an instance's attribute is read", rule("_own_attr", reads),
        _calls(_BOX + "def task(x): return box.n + x\n", "box.n = x"),
    ),
    Mutation(
        "class attribute read", "that an attribute comes from a class", rule("class_attr", reads),
        _calls(_BOX + "def task(x): return Box.limit + x\n", "Box.limit = x"),
    ),
    Mutation(
        "list read", "that the content of a list is read", rule("content", reads),
        _calls("seen = [1]\ndef task(x):\n    n = 0\n    for y in seen: n += y\n    return n\n", "seen.append(x)"),
    ),
    Mutation(
        "dict lookup", "that `d[k]` reads d", rule("lookup_item", reads),
        _calls("d = {'n': 1}\ndef task(x): return d['n'] + x\n", "d['n'] = x"),
    ),
    Mutation(
        "membership", "that `x in s` reads s", rule("contains", reads),
        _calls("seen = set()\ndef task(x): return x in seen\n", "seen.add(2)"),
    ),
    Mutation(
        "deep read", "that all inside an argument is read", rule("deep", reads),
        _calls("import json\nd = {'a': [1]}\ndef task(x): return json.dumps(d)\n", "d['a'].append(x)"),
    ),
    Mutation(
        "taking an item apart", "that the slice unpacks its item", _no_head,
        "def task(x): return x\nrows = [[1, 2], [3, 4], [5, 6]]\ndef main():\n    out = []\n"
        "    for a, b in rows:\n        out.append(task(a))\n        rows[-1][0] = 99\n    return out\n",
    ),
    # ------------------------------------------------------------------------------------------ calling
    Mutation(
        "method call", "what a method does", rule("_call_bound", everything),
        _calls(_BOX + "def task(x): return box.put(x)\n"),
    ),
    Mutation(
        "inherited method", "what a method of a base class does", _inherited,
        _calls(_BOX + "class Sub(Box): pass\nsub = Sub()\ndef task(x): return sub.put(x)\n"),
    ),
    Mutation(
        "super()", "what a method reached through `super()` does", rule(
            "_call_bound", everything, lambda self, func, *rest: "Box.put" in repr(getattr(func, "obj", ""))
        ),
        _calls(
            _BOX + "class Sub(Box):\n    def put(self, x): return super().put(x) + 1\n"
            "sub = Sub()\ndef task(x): return sub.put(x)\n"
        ),
    ),
    Mutation(
        "property", "what a property's getter does", through(property),
        _calls(
            "class P:\n    n = 0\n    @property\n    def next(self):\n        self.n += 1\n        return self.n\n"
            "p = P()\ndef task(x): return p.next * 10 + x\n"
        ),
    ),
    Mutation(
        "property setter", "what a property's setter does", rule("set_by_default", everything),
        _calls(
            "log = []\nclass P:\n    @property\n    def n(self): return 0\n    @n.setter\n"
            "    def n(self, value): log.append(value)\np = P()\ndef task(x):\n    p.n = x\n    return x\n"
        ),
    ),
    Mutation(
        "__init__", "what a constructor does beyond its object", rule("_initialized", everything),
        _calls(
            "made = []\nclass C:\n    def __init__(self, x):\n        self.x = x\n        made.append(x)\n"
            "def task(x): return C(x).x\n"
        ),
    ),
    Mutation(
        "callback", "what a function does that C code calls back", rule("_clause", writes),
        _calls(
            "seen = []\ndef key(y):\n    seen.append(y)\n    return -y\n"
            "def task(x): return sorted([x, x + 1], key=key)\n"
        ),
    ),
    Mutation(
        "functools.partial", "what a partial's function does", rule("_call_partial", everything),
        _calls(
            "import functools\nseen = []\ndef add(a, x):\n    seen.append(a + x)\n    return len(seen)\n"
            "task = functools.partial(add, 1)\n"
        ),
    ),
    Mutation(
        "nested function", "what a function does that the task defines", rule("_call_info", everything),
        _calls(
            "seen = []\ndef task(x):\n    def inner(y):\n        seen.append(y)\n        return len(seen)\n"
            "    return inner(x)\n"
        ),
    ),
    Mutation(
        "generator", "what a generator's body does", _generators,
        _calls(
            "seen = []\ndef steps(x):\n    seen.append(x)\n    yield len(seen)\n"
            "def task(x):\n    n = 0\n    for y in steps(x): n += y\n    return n\n"
        ),
    ),
    Mutation(
        "mutable default", "that a default value is one object for all calls", _own_list,
        _calls("def task(x, seen=[]):\n    seen.append(x)\n    return len(seen)\n"),
    ),
    Mutation(
        "callable object", "what `__call__` does", rule("_call_object", everything),
        _calls(
            "class T:\n    n = 0\n    def __call__(self, x):\n        self.n += x\n        return self.n\n"
            "task = T()\n"
        ),
    ),
    Mutation(
        "class method", "what a class method does to its class", rule("_call_bound", everything),
        _calls(
            "class C:\n    n = 0\n    @classmethod\n    def add(cls, x):\n        cls.n += x\n        return cls.n\n"
            "def task(x): return C.add(x)\n"
        ),
    ),
    # ------------------------------------------------------------------------------- special methods
    Mutation(
        "with-enter", "what `__enter__` does", special("__enter__"),
        _calls(
            "class M:\n    n = 0\n    def __enter__(self):\n        self.n += 1\n        return self\n"
            "    def __exit__(self, *error): return None\nm = M()\n"
            "def task(x):\n    with m: return x * m.n\n"
        ),
    ),
    Mutation(
        "with-exit", "what `__exit__` does", special("__exit__"),
        _calls(
            "class M:\n    n = 0\n    def __enter__(self): return self\n"
            "    def __exit__(self, *error): self.n += 1\nm = M()\n"
            "def task(x):\n    with m: y = x\n    return y * m.n\n"
        ),
    ),
    Mutation(
        "shared iterator", "that iterating advances an iterator", special("__next__"),
        _calls(
            "class Ids:\n    n = 0\n    def __iter__(self): return self\n    def __next__(self):\n"
            "        self.n += 1\n        return self.n\nids = Ids()\n"
            "def task(x):\n    for n in ids: return n * 10 + x\n"
        ),
    ),
    Mutation(
        "operator", "what `__add__` does", rule("_by_methods", everything),
        _calls(
            "class V:\n    n = 0\n    def __add__(self, x):\n        self.n += 1\n        return self.n + x\n"
            "v = V()\ndef task(x): return v + x\n"
        ),
    ),
    Mutation(
        "comparison", "what `__lt__` does", special("__lt__"),
        _calls(
            "class V:\n    n = 0\n    def __lt__(self, x):\n        self.n += 1\n        return self.n < x\n"
            "v = V()\ndef task(x): return v < x\n"
        ),
    ),
    Mutation(
        "truth test", "what `__bool__` does", special("__bool__"),
        _calls(
            "class V:\n    n = 0\n    def __bool__(self):\n        self.n += 1\n        return self.n % 2 == 0\n"
            "v = V()\ndef task(x): return x if v else -x\n"
        ),
    ),
    Mutation(
        "f-string", "what `__str__` does", rule("_text_of_object", everything),
        _calls(
            "class V:\n    n = 0\n    def __str__(self):\n        self.n += 1\n        return str(self.n)\n"
            "v = V()\ndef task(x): return f'{v}{x}'\n"
        ),
    ),
    Mutation(
        "__getitem__", "what `__getitem__` does", special("__getitem__"),
        _calls(
            "class V:\n    n = 0\n    def __getitem__(self, k):\n        self.n += 1\n        return self.n\n"
            "v = V()\ndef task(x): return v[x]\n"
        ),
    ),
    Mutation(
        "__getattr__", "what `__getattr__` does", rule(
            "call_atom", everything, lambda self, f, *rest: "__getattr__" in repr(getattr(f, "obj", ""))
        ),
        _calls(
            "asked = []\nclass V:\n    def __getattr__(self, name):\n        asked.append(name)\n"
            "        return len(asked)\nv = V()\ndef task(x): return v.anything + x\n"
        ),
    ),
    # ------------------------------------------------------------------------------------ control flow
    Mutation(
        "except clause", "what an `except` clause does", _handler_bodies,
        _calls(
            "failed = []\ndef task(x):\n    try:\n        return 1 // (x - 1)\n    except ZeroDivisionError:\n"
            "        failed.append(x)\n        return 0\n", items="[1, 1, 3]"
        ),
    ),
    Mutation(
        "else branch", "what an `else` branch does", _no_else,
        _calls(
            "odd = []\ndef task(x):\n    if x % 2 == 0:\n        return x\n    else:\n        odd.append(x)\n"
            "    return len(odd)\n"
        ),
    ),
    Mutation(
        "comprehension", "what a comprehension's element does", rule("run_comprehension", writes),
        _calls("seen = []\ndef task(x): return [seen.append(y) for y in (x, x)]\n"),
    ),
    # --------------------------------------------------------------------------------- entries of models
    Mutation(
        "model of list.append", "that it changes the list", model("builtins.list.append", writes),
        _calls("seen = []\ndef task(x):\n    seen.append(x)\n    return x\n"),
    ),
    Mutation(
        "model of list.pop", "that it changes the list", model("builtins.list.pop", writes),
        _calls("left = [5, 6, 7]\ndef task(x): return left.pop() + x\n"),
    ),
    Mutation(
        "model of dict.pop", "that it changes the dict", model("builtins.dict.pop", writes),
        _calls("d = {1: 5, 2: 6, 3: 7}\ndef task(x): return d.pop(x)\n"),
    ),
    Mutation(
        "model of dict.update", "that it changes the dict", model("builtins.dict.update", writes),
        _calls("d = {}\ndef task(x):\n    d.update({x: x})\n    return x\n"),
    ),
    Mutation(
        "model of dict.setdefault", "that it changes the dict", model("builtins.dict.setdefault", writes),
        _calls("d = {}\ndef task(x): return d.setdefault('first', x)\n"),
    ),
    Mutation(
        "model of dict.get", "that it reads the dict", model("builtins.dict.get", reads),
        _calls("d = {}\ndef task(x): return d.get('last', 0) + x\n", "d['last'] = x"),
    ),
    Mutation(
        "model of set.add", "that it changes the set", model("builtins.set.add", writes),
        _calls("seen = set()\ndef task(x):\n    seen.add(x)\n    return x\n"),
    ),
    Mutation(
        "model of deque.append", "that it changes the deque", model("collections.deque.append", writes),
        _calls("import collections\nseen = collections.deque(maxlen=2)\ndef task(x):\n    seen.append(x)\n    return x\n"),
    ),
    Mutation(
        "model of len", "that it reads the list", rule("_of_container", reads),
        _calls("seen = []\ndef task(x): return len(seen)\n", "seen.append(x)"),
    ),
    Mutation(
        "model of sum", "that it reads the list", model("builtins.sum", reads),
        _calls("seen = [1]\ndef task(x): return sum(seen)\n", "seen.append(x)"),
    ),
    Mutation(
        "model of print", "that it uses stdout", model("builtins.print", channels), _PRINTING
    ),
    Mutation("model of logging", "that it uses the log", model("logging.Logger.info", channels), _LOGGING),
)  # fmt: skip
