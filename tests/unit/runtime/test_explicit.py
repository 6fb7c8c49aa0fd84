"""The public `run_ahead` and `ahead`."""

from __future__ import annotations

import importlib.util
import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import xcs_ast as xcs
from xcs_ast.errors import XcsError
from xcs_ast.runtime import explicit
from xcs_ast.runtime.site import Site

from .harness import decider, site


@pytest.fixture(params=["in place", "ahead"])
def where(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, eager: None) -> Site | None:
    """Every call in the test belongs to this site; or to none."""
    found = site() if request.param == "ahead" else None
    monkeypatch.setattr(explicit, "_site_at", lambda frame, block: found)
    return found


def test_one_hand_over(where: Site | None) -> None:
    out = []
    for x, ahead in xcs.run_ahead(lambda x: x * 2, range(100)):
        out.append((x, ahead()))
    assert out == [(x, x * 2) for x in range(100)]
    assert where is None or where.tally.started == 100


@pytest.mark.usefixtures("unchecked")
def test_several_hand_overs(monkeypatch: pytest.MonkeyPatch, eager: None) -> None:
    found = site(decider(2), stages=2, single=False)
    for each in (None, found):
        monkeypatch.setattr(explicit, "_site_at", lambda frame, block, each=each: each)

        def slice(x: int) -> Any:
            label = str(x)
            yield label
            if x % 2:
                return
            yield label * 2

        out = []
        for x, ahead in xcs.run_ahead(slice, [1, 2, 3, 4]):
            label = ahead.label()
            out.append((label, None if x % 2 else ahead.double()))
        assert out == [("1", None), ("2", "22"), ("3", None), ("4", "44")]
    assert found.tally.started == 4


def test_handles_may_be_kept_and_used_late_or_never(where: Site | None) -> None:
    kept = [ahead for _, ahead in xcs.run_ahead(lambda x: x * 2, range(50))]
    assert [ahead() for ahead in reversed(kept)] == [x * 2 for x in reversed(range(50))]
    with pytest.raises(XcsError, match="already"):
        kept[0]()
    unused = list(xcs.run_ahead(lambda x: x, range(50)))
    del unused


def test_leaving_early(where: Site | None) -> None:
    late = None
    for x, ahead in xcs.run_ahead(lambda x: x * 2, range(50)):
        late = ahead
        if x == 7:
            break
    assert late is not None
    assert late() == 14


@pytest.mark.usefixtures("unchecked")
def test_what_is_not_peekable(where: Site | None) -> None:
    assert [a() for _, a in xcs.run_ahead(lambda x: x, (x for x in range(5)))] == [0, 1, 2, 3, 4]
    assert [a() for _, a in xcs.run_ahead(len, ["a", "bc"])] == [1, 2]
    with pytest.raises(TypeError, match="not iterable"):
        for _ in xcs.run_ahead(lambda x: x, 5):  # type: ignore[type-var]
            pass


def test_ahead_in_place() -> None:
    calls: list[str] = []
    later = xcs.ahead(lambda: calls.append("later"))
    calls.append("first")
    assert later() is None
    assert calls == ["first", "later"]
    with pytest.raises(XcsError, match="already"):
        later()


def test_exceptions(where: Site | None) -> None:
    def fail(x: int) -> int:
        if x == 3:
            raise ValueError(x)
        return x

    out = []
    with pytest.raises(ValueError, match="3"):
        for _, ahead in xcs.run_ahead(lambda x: fail(x), range(9)):
            out.append(ahead())
    assert out == [0, 1, 2]


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], Any]:
    def load(source: str) -> Any:
        path = tmp_path / "written.py"
        path.write_text(textwrap.dedent(source))
        spec = importlib.util.spec_from_file_location("written", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkey = sys.modules
        monkey["written"] = module
        try:
            spec.loader.exec_module(module)
        finally:
            monkey.pop("written")
        return module

    return load


@pytest.mark.usefixtures("unchecked")
def test_facts_are_read_off_the_callers_source(
    load: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("xcs_ast.frontend.explicit")
    sites: list[Site] = []

    def make(facts: Any) -> Site:
        sites.append(Site(facts, decider()))
        return sites[-1]

    monkeypatch.setattr(explicit, "Site", make)
    module = load(
        """
        import xcs_ast as xcs

        def ensemble(models, inputs):
            results = []
            for model, ahead in xcs.run_ahead(lambda model: model(inputs), models):
                results.append(ahead())
            return results

        def both(f, g):
            handle = xcs.ahead(lambda: g())
            first = f()
            second = handle()
            return first, second

        top = []
        for x, ahead in xcs.run_ahead(lambda x: str(x), [1, 2, 3]):
            top.append(ahead())
        """
    )
    assert module.top == ["1", "2", "3"]
    meet = threading.Barrier(3)
    assert module.ensemble([lambda x, n=n: (meet.wait(30), n * x)[1] for n in range(3)], 5) == [0, 5, 10]
    two = threading.Barrier(2)
    assert module.both(lambda: (two.wait(30), "f")[1], lambda: (two.wait(30), "g")[1]) == ("f", "g")
    assert [each.facts.callees for each in sites] == [("str",), ("model",), ("g",)]
    assert [each.facts.env for each in sites] == [(), ("inputs", "results"), ("f", "g")]


def test_code_without_source_runs_in_place() -> None:
    names: dict[str, Any] = {"xcs": xcs}
    exec("out = [a() for x, a in xcs.run_ahead(lambda x: x, [1, 2])]\nb = xcs.ahead(lambda: 5)()", names)
    assert (names["out"], names["b"]) == ([1, 2], 5)
