"""Defects in the effects engine and in the effect models."""

# ruff: noqa: E501 - the tables quote the source as it is

from __future__ import annotations

from typing import Final

from tests.seeded.defect import Defect, Kind

__all__ = ["DEFECTS"]

_ENGINE: Final = (
    "tests/unit/effects",
    "tests/equivalence/test_small.py",
)
_MODELS: Final = ("tests/unit/models", *_ENGINE)
_BUILTINS: Final = "xcs_ast/effects/models/builtins.effects"

DEFECTS: Final = (
    Defect(
        "augmented-attribute-not-written",
        Kind.MISSED_WRITE,
        "`self.n += 1` reads, and writes nothing",
        "xcs_ast/effects/statements.py",
        "            self.store_attr(\n"
        "                owner, name, self.binary(op, old, self.evaluate(node.value), node, inplace=True), target\n"
        "            )\n",
        "            self.binary(op, old, self.evaluate(node.value), node, inplace=True)\n",
        _ENGINE,
    ),
    Defect(
        "deleted-item-not-written",
        Kind.MISSED_WRITE,
        "`del d[k]` changes nothing",
        "xcs_ast/effects/subscripts.py",
        "                self.store_content(atom, BOTTOM, node)\n",
        "",
        _ENGINE,
    ),
    Defect(
        "nonlocal-not-written",
        Kind.MISSED_WRITE,
        "a closure that assigns a `nonlocal` variable leaves no trace",
        "xcs_ast/effects/names.py",
        "                self.emit(Access.WRITE, CellVar(name, owner), node, codes.SHARED_WRITE)\n",
        "",
        _ENGINE,
    ),
    Defect(
        "loop-target-no-write",
        Kind.MISSED_WRITE,
        "the loop's own target is not written: a callee that reads it as a global sees no conflict",
        "xcs_ast/effects/region.py",
        "        self.assign(loop.target, item)\n",
        "        if isinstance(loop.target, ast.Name):\n"
        "            self.set_local(self.frame, loop.target.id, item)\n"
        "        else:\n"
        "            self.assign(loop.target, item)\n",
        _ENGINE,
    ),
    Defect(
        "cached-property-not-written",
        Kind.MISSED_WRITE,
        "a `cached_property` keeps nothing",
        "xcs_ast/effects/attributes.py",
        "            self._plain_store(atom, cls, found.attrname or name, value, node)\n",
        "",
        _ENGINE,
    ),
    Defect(
        "lru-cache-not-written",
        Kind.MISSED_WRITE,
        "a function under `lru_cache` keeps nothing: two tasks may make two objects",
        "xcs_ast/effects/calls.py",
        "        self.store_shared(ref.path, obj, WHOLE, BOTTOM, node)\n        inner =",
        "        inner =",
        _ENGINE,
    ),
    Defect(
        "raised-object-not-written",
        Kind.MISSED_WRITE,
        "raising an exception object that others hold does not change its traceback",
        "xcs_ast/effects/statements.py",
        '                        self.store_shared(atom.path, atom.obj, "__traceback__", unknown("a traceback"), node)\n',
        "                        pass\n",
        _ENGINE,
    ),
    Defect(
        "default-argument-fresh",
        Kind.FRESHNESS,
        "a default value that is a list counts as new in each call",
        "xcs_ast/effects/calls.py",
        "            out[name] = self.wrap(holder.then(KeyStep(index)), value)\n",
        "            out[name] = (\n"
        "                self.new_container(node, list)\n"
        "                if type(value) is list\n"
        "                else self.wrap(holder.then(KeyStep(index)), value)\n"
        "            )\n",
        _ENGINE,
    ),
    Defect(
        "stored-object-stays-fresh",
        Kind.FRESHNESS,
        "an object that was put into shared state still counts as the task's own",
        "xcs_ast/effects/machine.py",
        '                return unknown("uses an object that was stored in shared state meanwhile")\n',
        "                out.add(atom)\n",
        _ENGINE,
    ),
    Defect(
        "fresh-object-used-by-stage-and-body",
        Kind.FRESHNESS,
        "an object that the body makes and a later call reads is not compared",
        "xcs_ast/effects/region.py",
        "        self._fresh_conflicts()\n",
        "",
        _ENGINE,
    ),
    Defect(
        "item-of-an-earlier-iteration",
        Kind.ALIASING,
        "an item that a variable carries to the next iteration is taken for that iteration's item",
        "xcs_ast/effects/region.py",
        '                    return unknown("uses an item of an earlier iteration")\n',
        "                    out = join(out, frozenset({atom}))\n",
        _ENGINE,
    ),
    Defect(
        "items-not-told-apart",
        Kind.GUARD,
        "nothing checks that an item is not the very object which the body changes",
        "xcs_ast/effects/region.py",
        "        self._apart()\n",
        "",
        _ENGINE,
    ),
    Defect(
        "type-guard-lost",
        Kind.GUARD,
        "an analysis for one type of item is believed of all",
        "xcs_ast/effects/machine.py",
        "                self.guard(g.TypeIs(path, kind))\n",
        "                pass\n",
        _ENGINE,
    ),
    Defect(
        "method-guard-lost",
        Kind.GUARD,
        "an analysis is believed after a method of the class has been replaced",
        "xcs_ast/effects/machine.py",
        "            self.guard(g.ClassAttr(cls, name, found))\n",
        "            pass\n",
        _ENGINE,
    ),
    Defect(
        "instance-attribute-guard-lost",
        Kind.GUARD,
        "an analysis is believed of an instance that overrides the method",
        "xcs_ast/effects/attributes.py",
        "            self.guard(g.NoInstanceAttr(atom.path, name))\n            return stored or None, False\n",
        "            return stored or None, False\n",
        _ENGINE,
    ),
    Defect(
        "branch-guard-lost",
        Kind.GUARD,
        "a branch is decided by a value that nobody checks again",
        "xcs_ast/effects/machine.py",
        "            self.guard(g.ValueIs(atom.path, atom.value))\n",
        "            pass\n",
        _ENGINE,
    ),
    Defect(
        "absent-key-guard-lost",
        Kind.GUARD,
        "a global name that was missing is believed to be missing for good",
        "xcs_ast/effects/attributes.py",
        "            self.guard(g.LacksKey(root, name))\n",
        "            pass\n",
        _ENGINE,
    ),
    Defect(
        "keys-compare-silently",
        Kind.FORGOTTEN,
        "looking up a key runs no `__eq__` of the keys' class",
        "xcs_ast/effects/containers.py",
        "        return all(is_scalar(key) for key in self.content(atom, node, keys=True))\n",
        "        return True\n",
        _ENGINE,
    ),
    Defect(
        "exit-of-with-not-run",
        Kind.FORGOTTEN,
        "`__exit__` has no effects",
        "xcs_ast/effects/handling.py",
        "            swallows |= self._exit_manager(atom, node)\n",
        "            pass\n",
        _ENGINE,
    ),
    Defect(
        "handler-sees-only-the-end",
        Kind.CONTROL,
        "an `except` clause starts from the variables as they were before the `try`",
        "xcs_ast/effects/names.py",
        "        for catcher in frame.catchers:\n            catcher[name] = join(catcher.get(name, BOTTOM), value)\n",
        "",
        _ENGINE,
    ),
    Defect(
        "callers-not-visible",
        Kind.CONTEXT,
        "a callee that looks at its callers may run where it has others",
        "xcs_ast/effects/machine.py",
        '        if name == "stack" and self.context is not None and self.context[0] == "stage":\n',
        '        if name == "frames" and self.context is not None and self.context[0] == "stage":\n',
        _MODELS,
    ),
    Defect(
        "declaration-leaks-to-other-functions",
        Kind.BINDING,
        "what was declared of one closure holds for all that have its code",
        "xcs_ast/effects/declare.py",
        "    if known is not None and known[0]() is function:\n        return known[1]\n",
        "    if known is not None and known[0]() is function:\n        return known[1]\n"
        '    for reference, what in tuple(_by_object.values()):\n        if getattr(reference(), "__code__", 0) is getattr(function, "__code__", 1):\n'
        "            return what\n",
        _ENGINE,
    ),
    Defect(
        "model-of-append-loses-its-write",
        Kind.MODEL,
        "`list.append` does not change the list",
        _BUILTINS,
        "append: writes self; stores 0 in self\n",
        "append: ignores 0\n",
        _MODELS,
    ),
    Defect(
        "model-of-setdefault-loses-its-write",
        Kind.MODEL,
        "`dict.setdefault` only looks",
        _BUILTINS,
        "setdefault: keyed 0 in self; writes self; stores 0 in self; stores arg 1|None in self as value -> ",
        "setdefault: keyed 0 in self; reads self -> ",
        _MODELS,
    ),
    Defect(
        "model-of-sorted-forgets-its-key",
        Kind.MODEL,
        "`sorted` does not call its `key`",
        _BUILTINS,
        "sorted: iterates 0; calls key(elem 0); orders elem 0 elem 0; orders result key result key;\n",
        "sorted: iterates 0; ignores key; orders elem 0 elem 0;\n",
        _MODELS,
    ),
    Defect(
        "model-of-print-unordered",
        Kind.MODEL,
        "lines may be printed in any order",
        _BUILTINS,
        "special flush __bool__ __len__; channel stdout write; rule print; ignores file\n",
        "special flush __bool__ __len__; channel stdout read; rule print; ignores file\n",
        _MODELS,
    ),
    Defect(
        "model-of-random-unordered",
        Kind.MODEL,
        "random numbers may be drawn in any order",
        "xcs_ast/effects/models/random.effects",
        "random: channel random write -> float\n",
        "random: channel random read -> float\n",
        _MODELS,
    ),
    Defect(
        "model-of-deque-loses-its-write",
        Kind.MODEL,
        "`deque.append` does not change the deque",
        "xcs_ast/effects/models/collections.effects",
        "append appendleft: writes self; stores 0 in self\n",
        "append appendleft: ignores 0\n",
        _MODELS,
    ),
    Defect(
        "model-of-remove-unordered",
        Kind.MODEL,
        "files may be made and removed in any order",
        "xcs_ast/effects/models/os.effects",
        "    reads times; channel cwd read; channel filesystem write; may-block\n",
        "    reads times; channel cwd read; channel filesystem read; may-block\n",
        _MODELS,
    ),
)
