"""Straight-line blocks, and sites at module level, where the site itself is the handle."""

from __future__ import annotations

import ast
import gc
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from xcs_ast import config
from xcs_ast.ir.effects import Blocking
from xcs_ast.ir.sites import RegionKind
from xcs_ast.runtime.pool import POOL
from xcs_ast.runtime.site import Site, bind_sites

from .harness import PLACEHOLDER, decider, site

TEXT = "a = f()\nb = __xcs_stage__(0, g())\nc = __xcs_stage__(1, h())\n"


def block_site(decide: Callable[..., Any] | None = None) -> Site:
    return site(decide or decider(2), text=TEXT, kind=RegionKind.BLOCK, stages=2)


def block(where: Site, f: Any, g: Any, h: Any) -> Any:
    try:
        handle = where.block((lambda: g(), lambda: h()), ()) if where.worthwhile() else None
        if handle:
            a = f()
            b = handle.ahead(0)
            c = handle.ahead(1)
        else:
            a = f()
            b = g()
            c = h()
    except BaseException:
        where.trim()
        raise
    return a, b, c


def test_three_calls_overlap() -> None:
    meet = threading.Barrier(3)
    where = block_site()
    assert block(where, *(lambda n=n: (meet.wait(30), n)[1] for n in "abc")) == ("a", "b", "c")
    assert where.tally.ahead == 2


@pytest.mark.parametrize("prefix", [1, 2])
def test_stages_beyond_the_prefix_stay_in_place(prefix: int) -> None:
    home, seen = threading.get_ident(), {}
    where = block_site(decider(prefix))
    meet = threading.Barrier(2)
    block(
        where,
        lambda: meet.wait(30),
        lambda: (seen.update(g=threading.get_ident()), meet.wait(30)),
        lambda: seen.update(h=threading.get_ident()),
    )
    assert seen["g"] != home
    assert (seen["h"] == home) is (prefix == 1) or prefix == 2


def test_an_exception_before_the_hand_over_cancels_the_rest() -> None:
    release, ran = threading.Event(), []
    where = block_site()

    def fail() -> None:
        raise ValueError("first")

    with config.overridden(workers=1):
        other = block_site()
        blocked = other.block((lambda: release.wait(30), lambda: None))
        with pytest.raises(ValueError, match="first") as caught:
            block(where, fail, lambda: ran.append("g"), lambda: ran.append("h"))
        assert [entry.name for entry in caught.traceback] == [
            "test_an_exception_before_the_hand_over_cancels_the_rest",
            "block",
            "fail",
        ]
        release.set()
        assert blocked is not None
        blocked.ahead(0)
        blocked.ahead(1)
        until = time.monotonic() + 60
        while not POOL.idle and time.monotonic() < until:
            time.sleep(0.001)
    assert ran == []


def test_an_exception_of_a_thunk_comes_at_its_place() -> None:
    order: list[str] = []

    def fail() -> None:
        raise KeyError("g")

    with pytest.raises(KeyError) as caught:
        block(block_site(), lambda: order.append("f"), fail, lambda: None)
    assert order == ["f"]
    assert [entry.name for entry in caught.traceback][1:] == ["block", "fail"]


@pytest.mark.parametrize("blocking", [Blocking.MAYBE, Blocking.NEVER])
def test_only_likely_waits_start_early(blocking: Blocking) -> None:
    where = block_site(decider(2, blocking))
    assert where.block((lambda: 1, lambda: 2)) is None
    with config.overridden(eager=True):
        assert block_site(decider(2, blocking)).block((lambda: 1, lambda: 2))


def test_a_dropped_block_lets_go() -> None:
    class Thing:
        pass

    where = block_site()
    thing = Thing()
    watched = weakref.ref(thing)
    gc.disable()
    try:
        handle = where.block((lambda thing=thing: thing, lambda: 2))
        assert handle is not None
        assert handle.ahead(0) is thing
        del thing
        assert handle.ahead(1) == 2
        assert watched() is None
    finally:
        gc.enable()


def _module(source: str, where: Site, names: dict[str, Any]) -> dict[str, Any]:
    tree = ast.parse(source.replace("SITE", repr(PLACEHOLDER)))
    namespace = dict(names, __name__="a_module")
    exec(bind_sites(compile(tree, "module.py", "exec"), {PLACEHOLDER: where}), namespace)
    return namespace


MODULE_LOOP = """
out = []
try:
    SITE.enter_module(lambda x: f(x), xs)
    for x in SITE:
        out.append(SITE.ahead(0))
    else:
        for x in SITE.rest():
            out.append(f(x))
        else:
            out.append("else")
except:
    SITE.trim()
    raise
"""


@pytest.mark.parametrize("xs", [[], [1], [1, 2, 3], list(range(100)), (x for x in range(5))])
def test_a_loop_at_module_level(xs: Any, eager: None) -> None:
    where = site()
    expected = [str(x) for x in (range(5) if not isinstance(xs, list) else xs)]
    names = _module(MODULE_LOOP, where, {"xs": xs, "f": str})
    assert names["out"] == [*expected, "else"]
    assert not [name for name in names if "xcs" in name]
    assert not where


def test_a_module_that_runs_again_inside_its_own_loop(eager: None) -> None:
    where = site()
    depth: list[int] = []

    def f(x: int) -> Any:
        return x

    def visit(x: int) -> None:
        if x == 1 and len(depth) < 3:
            depth.append(x)
            assert _module(source, where, names)["out"] == [0, 1, 2, 3, "else"]

    source = MODULE_LOOP.replace("out.append(SITE.ahead(0))", "out.append(SITE.ahead(0)); visit(x)").replace(
        "out.append(f(x))", "out.append(f(x)); visit(x)"
    )
    names = {"xs": [0, 1, 2, 3], "f": f, "visit": visit}
    assert _module(source, where, names)["out"] == [0, 1, 2, 3, "else"]
    assert len(depth) == 3
    assert not where


def test_an_exception_at_module_level_leaves_nothing_behind(eager: None) -> None:
    where = site()

    def f(x: int) -> int:
        if x == 2:
            raise ValueError(x)
        return x

    for _ in range(3):
        with pytest.raises(ValueError, match="2"):
            _module(MODULE_LOOP, where, {"xs": [0, 1, 2, 3], "f": f})
        assert not where
    assert _module(MODULE_LOOP, where, {"xs": [0, 1], "f": f})["out"] == [0, 1, "else"]


def test_a_comprehension_at_module_level(eager: None) -> None:
    where = site(kind=RegionKind.COMPREHENSION)
    source = """
out = ([SITE.ahead(0) for x in SITE]
       if SITE.enter_module(lambda x: f(x), xs) else [f(x) for x in SITE.rest()])
again = ([SITE.ahead(0) for x in SITE]
         if SITE.enter_module(lambda x: f(x), ()) else [f(x) for x in SITE.rest()])
"""
    names = _module(source, where, {"xs": [0, 1, 2, 3], "f": str})
    assert names["out"] == ["0", "1", "2", "3"]
    assert names["again"] == []
    assert not where


def test_a_comprehension_goes_through_the_run_to_its_end() -> None:
    where = site(decider(admit=lambda item: item != 3), kind=RegionKind.COMPREHENSION)
    for options in ({"eager": True}, {"min_task_us": 1e9}, {"min_task_us": 0.0}):
        with config.overridden(**options):
            where = site(decider(admit=lambda item: item != 3), kind=RegionKind.COMPREHENSION)
            handle = where.enter(lambda x: x * 2, list(range(10)))
            assert handle
            assert [handle.ahead(0) for _ in handle] == [x * 2 for x in range(10)]


def test_a_block_at_module_level() -> None:
    where = block_site()
    meet = threading.Barrier(2)
    source = """
if SITE.worthwhile() and SITE.block_module((lambda: g(), lambda: h())):
    a = f()
    b = SITE.ahead(0)
    c = SITE.ahead(1)
else:
    a = b = c = None
"""
    names = _module(source, where, {"f": lambda: meet.wait(30), "g": lambda: meet.wait(30), "h": lambda: 3})
    assert names["c"] == 3
    assert not where


def test_bind_sites_replaces_placeholders_at_every_depth() -> None:
    where = site()
    code = compile(
        f"def f():\n  def g():\n    return {PLACEHOLDER!r}\n  return g, lambda: {PLACEHOLDER!r}\n",
        "x.py",
        "exec",
    )
    names: dict[str, Any] = {}
    exec(bind_sites(code, {PLACEHOLDER: where}), names)
    inner, small = names["f"]()
    assert inner() is where
    assert small() is where
    assert bind_sites(code, {}) is code
