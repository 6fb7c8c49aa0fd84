"""Variables: local, captured, free, global, built in; and those of the region itself."""

from __future__ import annotations

from types import CellType

import xcs_ast.effects.guards as g
from xcs_ast.diagnostics import codes_effects as codes
from xcs_ast.effects.machine import Frame
from xcs_ast.effects.rules import Rules
from xcs_ast.effects.values import BOTTOM, Value, join, unknown
from xcs_ast.ir.effects import Access, CellVar
from xcs_ast.ir.paths import MISSING, AttrStep, KeyStep, Path, PinnedRoot
from xcs_ast.native import use_own
from xcs_ast.source import grammar as ast

use_own(globals())

__all__ = ["Env", "Names", "join_env"]

Env = dict[str, Value]


def join_env(a: Env, b: Env) -> Env:
    """The variables after one of two ways."""
    if a == b:
        return a
    out = dict(a)
    for name, value in b.items():
        mine = out.get(name)
        out[name] = value if mine is None else join(mine, value)
    return out


class Names(Rules):
    """Reading and writing variables."""

    def load_name(self, name: str, node: ast.AST | None) -> Value:
        """The value of a name in the current frame."""
        return self.local_variable(self.frame, name, node)

    def local_variable(self, frame: Frame, name: str, node: ast.AST | None) -> Value:
        """A name as the code of this frame sees it."""
        if frame.region is not None:
            return self._region_name(frame, name, node)
        found = frame.locals.get(name)
        if found is not None:
            return found
        scope = frame.scope
        if frame.cells is not None and name in scope.captured:
            held = self.get_attr(frame.cells, name)
            if name in scope.bound:
                return held or BOTTOM
            if name in scope.targets and held is not None:
                return join(held, self._outer(frame, name, node))
        if name in scope.bound:
            return BOTTOM
        if name in scope.module:
            return self._global(frame, name, node)
        return self._outer(frame, name, node)

    def _outer(self, frame: Frame, name: str, node: ast.AST | None) -> Value:
        found = self._free(frame, name, node)
        return self._global(frame, name, node) if found is None else found

    def free_variable(self, frame: Frame, name: str, node: ast.AST | None) -> Value:
        """A variable of an enclosing function; nothing if there is none."""
        return self._free(frame, name, node) or BOTTOM

    def _free(self, frame: Frame, name: str, node: ast.AST | None) -> Value | None:
        at: Frame | None = frame
        while at is not None:
            if at.function is not None:
                if name in at.function.__code__.co_freevars:
                    return self._real_cell(at, name, node)
                return None
            outer = at.parent
            if outer is None:
                return None
            if outer.region is not None:
                return self._region_name(outer, name, node, captured=True)
            if name in outer.scope.bound or name in outer.scope.targets:
                held = None if outer.cells is None else self.get_attr(outer.cells, name)
                if held is not None or name in outer.scope.bound:
                    return held or BOTTOM
            at = outer
        return None

    def _real_cell(self, frame: Frame, name: str, node: ast.AST | None) -> Value:
        function, base = frame.function, frame.path
        assert function is not None
        assert base is not None
        assert function.__closure__ is not None
        index = function.__code__.co_freevars.index(name)
        cell = function.__closure__[index]
        at = base.then(AttrStep("__closure__")).then(KeyStep(index))
        if name != "__class__":
            where = CellVar(name, self._cell_identity(name, cell, at))
            self.emit(Access.READ, where, node, codes.SHARED_READ)
        stored = self.recall(("cell", name), cell, at)
        try:
            content = cell.cell_contents
        except ValueError:
            self.guard(g.NoInstanceAttr(at, "cell_contents"))
            return stored
        return join(self.wrap(at.then(AttrStep("cell_contents")), content), stored)

    def _cell_identity(self, name: str, cell: CellType, at: Path) -> int | None:
        """By which the analysis tells a variable from others of its name."""
        owner = self.owned(at, cell)
        if owner is not None:
            self.cell_paths.setdefault(CellVar(name, owner), {})[at] = None
        return owner

    def _global(self, frame: Frame, name: str, node: ast.AST | None) -> Value:
        found = self.load_global(frame.space, name, node)
        if found is not None and name in frame.space:
            return found
        inner = frame.builtins.get(name, MISSING)
        root = Path(PinnedRoot(frame.builtins))
        self.reads(root, name, node)
        stored = self.recall((dict, "global " + name), frame.builtins, root)
        if inner is MISSING:
            self.guard(g.LacksKey(root, name))
            return join(found or BOTTOM, stored)
        return join(join(self.wrap(root.then(KeyStep(name)), inner), stored), found or BOTTOM)

    # -------------------------------------------------------------------------------------------- storing

    def store_name(self, name: str, value: Value, node: ast.AST | None) -> None:
        """Assigns a name in the current frame."""
        frame = self.frame
        scope = frame.scope
        if frame.region is not None:
            self._region_store(frame, name, value, node)
        elif name in scope.module:
            self.store_global(frame.space, name, value, node)
            self._global_changed(frame, name)
        elif name in scope.outer:
            self._store_free(frame, name, value, node)
        elif frame.cells is not None and name in scope.captured:
            self.grow_attr(frame.cells, name, value, touch=False)
        else:
            self.set_local(frame, name, value)

    def set_local(self, frame: Frame, name: str, value: Value) -> None:
        """Assigns a variable that nobody else sees."""
        frame.locals[name] = value
        for catcher in frame.catchers:
            catcher[name] = join(catcher.get(name, BOTTOM), value)

    def delete_name(self, name: str, node: ast.AST | None) -> None:
        """`del name`."""
        frame = self.frame
        scope = frame.scope
        if frame.region is not None or name in scope.module or name in scope.outer:
            self.store_name(name, unknown(f"uses {name}, which was deleted"), node)
        frame.locals.pop(name, None)

    def _store_free(self, frame: Frame, name: str, value: Value, node: ast.AST | None) -> None:
        at: Frame | None = frame
        while at is not None:
            function = at.function
            if function is not None:
                assert function.__closure__ is not None
                assert at.path is not None
                index = function.__code__.co_freevars.index(name)
                place = at.path.then(AttrStep("__closure__")).then(KeyStep(index))
                owner = self._cell_identity(name, function.__closure__[index], place)
                self.emit(Access.WRITE, CellVar(name, owner), node, codes.SHARED_WRITE)
                self.remember(("cell", name), owner, value)
                return
            outer = at.parent
            if outer is None:
                break
            if outer.region is not None:
                self.emit(Access.WRITE, CellVar(name), node, codes.SHARED_WRITE)
                self.remember(("cell", name), None, value)
                self.set_local(outer, name, join(outer.locals.get(name, BOTTOM), value))
                return
            if name in outer.scope.bound and outer.cells is not None:
                self.grow_attr(outer.cells, name, value, touch=False)
                return
            at = outer
        self.fail(f"assigns the variable {name} of an enclosing function", node)

    # --------------------------------------------------------------------------------- the region's own names

    def _is_slice_variable(self, frame: Frame, name: str) -> bool:
        """Inside a hand-over, what the region assigns is a variable of the slice."""
        return self.context is not None and self.context[0] == "stage" and name in frame.scope.bound

    def _region_name(self, frame: Frame, name: str, node: ast.AST | None, *, captured: bool = False) -> Value:
        region = frame.region
        assert region is not None
        value = frame.locals.get(name)
        if captured and frame.cells is not None:
            value = join(value or BOTTOM, self.get_attr(frame.cells, name) or BOTTOM) or value
        if name in frame.scope.targets and value is not None and name not in region.own:
            return value
        if region.at_module_level and name not in region.private:
            return self._module_level_name(frame, name, value, node)
        if name in region.cells and not self._is_slice_variable(frame, name):
            self.emit(Access.READ, CellVar(name), node, codes.SHARED_READ)
            stored = self.recall(("cell", name), None, _NOWHERE)
            for known_owner, other in self.stores.get(("cell", name), ()):
                if known_owner is not None:
                    stored = join(stored, other)
            value = join(value or BOTTOM, stored) if value is not None or stored else None
        if value is not None:
            return value
        if name in region.own or name in frame.scope.bound:
            return unknown(f"uses {name}, of which nothing is known when the region is entered")
        return self._global(frame, name, node)

    def _module_level_name(self, frame: Frame, name: str, value: Value | None, node: ast.AST | None) -> Value:
        if value is None:
            return self._global(frame, name, node)
        if not self._is_slice_variable(frame, name):
            self.reads(Path(PinnedRoot(frame.space)), name, node)
        self.read.add(("changed", name))
        if name in self.changed_globals:
            found = self.recall((dict, "global " + name), frame.space, Path(PinnedRoot(frame.space)))
            return join(value, found)
        return value

    def _global_changed(self, frame: Frame, name: str) -> None:
        """Code that the region calls has assigned a global."""
        if name not in self.changed_globals:
            self.changed_globals.add(name)
            if ("changed", name) in self.read:
                self.again = True

    def _region_store(self, frame: Frame, name: str, value: Value, node: ast.AST | None) -> None:
        region = frame.region
        assert region is not None
        self.set_local(frame, name, value)
        if name in frame.scope.captured:
            if frame.cells is None:
                frame.cells = self.fresh(frame, Frame, "region")
            self.grow_attr(frame.cells, name, value, touch=False)
        if name in frame.scope.targets and name not in frame.scope.bound:
            return
        elsewhere = region.at_module_level or (name not in region.own and name in frame.space)
        if elsewhere and name not in region.private:
            self.store_global(frame.space, name, value, node)
        if name in region.cells:
            self.emit(Access.WRITE, CellVar(name), node, codes.SHARED_WRITE)
            self.remember(("cell", name), None, value)


_NOWHERE = Path(PinnedRoot(None))
