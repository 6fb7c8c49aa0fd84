"""Declarations."""

from __future__ import annotations

import gc
import sys
import types
import weakref
from collections.abc import Iterator

import pytest

from tests.unit.effects import callees as c
from tests.unit.effects.harness import stage_of
from tests.unit.effects.test_regions import loop
from xcs_ast.effects import declared, off, ordered, pure, set_declared_names, unordered
from xcs_ast.effects.declare import Declared, is_off
from xcs_ast.effects.describe import describe_summary
from xcs_ast.ir.paths import Binding


@pytest.fixture(autouse=True)
def _no_names() -> Iterator[None]:
    yield
    set_declared_names({})


def test_a_declared_function_is_returned_unchanged() -> None:
    def f() -> None: ...

    assert pure(f) is f
    assert declared(f) is Declared.PURE
    assert unordered(f) is f
    assert declared(f) is Declared.UNORDERED


def test_declarations_do_not_keep_functions_alive() -> None:
    def f() -> None: ...

    pure(f)
    reference = weakref.ref(f)
    del f
    gc.collect()
    assert reference() is None


def test_a_declaration_holds_for_one_function_alone() -> None:
    def make(n: int):
        def f(x: int) -> int:
            c.SHARED.append(n)
            return x

        return f

    one, other = make(1), make(2)
    assert pure(one) is one
    assert declared(one) is Declared.PURE
    assert declared(other) is None
    assert any(line.startswith("write") for line in stage_of("f(x)", vars(c), f=other))


def test_a_name_under_which_a_module_offers_what_another_one_defines(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `httpx.Client.get` is defined in `httpx._client`."""

    class Client:
        def get(self) -> None: ...

        @staticmethod
        def put() -> None: ...

    class Special(Client):
        pass

    set_declared_names({"front_of_shop.Special.get": "unordered", "front_of_shop.Client.put": "pure"})
    assert declared(Client.get) is None
    shop = types.ModuleType("front_of_shop")
    monkeypatch.setitem(sys.modules, "front_of_shop", shop)
    assert declared(Client.get) is None
    shop.Client, shop.Special = Client, Special  # type: ignore[attr-defined]
    assert declared(Client.get) is Declared.UNORDERED
    assert declared(Client.put) is Declared.PURE
    assert declared(Special) is None
    set_declared_names({})
    assert declared(Client.get) is None


def test_what_a_name_leads_to_is_not_kept_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = types.ModuleType("front_of_shop")
    monkeypatch.setitem(sys.modules, "front_of_shop", shop)
    shop.f = lambda: None  # type: ignore[attr-defined]
    set_declared_names({"front_of_shop.f": "pure"})
    assert declared(shop.f) is Declared.PURE
    reference = weakref.ref(shop.f)
    del shop.f
    gc.collect()
    assert reference() is None


@pytest.mark.parametrize("name", ["front_of_shop", "front_of_shop.n", "front_of_shop.n.real", "nobody.knows"])
def test_names_that_lead_nowhere(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    shop = types.ModuleType("front_of_shop")
    shop.n = 1  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "front_of_shop", shop)
    set_declared_names({name: "pure"})
    assert declared(len) is None


def test_what_each_declaration_means_for_a_call() -> None:
    def f(x: int) -> int:
        c.SHARED.append(x)
        return x

    assert any(line.startswith("write") for line in stage_of("f(x)", vars(c), f=f))
    assert stage_of("f(x)", vars(c), f=pure(f)) == []
    assert stage_of("f(x)", vars(c), f=unordered(f)) == ["read channel network"]
    assert stage_of("f(x)", vars(c), f=ordered(f)) == ["write channel network"]
    assert any(line.startswith("write") for line in stage_of("f(x)", vars(c), f=off(f)))
    assert is_off(f)


def test_declarations_by_name() -> None:
    set_declared_names({"tests.unit.effects.callees.appends_shared": "pure"})
    assert "write" not in str(stage_of("appends_shared(x)", vars(c)))
    with pytest.raises(ValueError, match="nonsense"):
        set_declared_names({"a.b": "nonsense"})


def test_the_result_of_a_declared_function_is_known_by_its_annotation() -> None:
    def typed_result(x) -> str:
        return c.SHARED[x]

    def untyped(x):
        return eval("x")

    assert "unknown" not in str(stage_of("f(x).upper()", vars(c), f=pure(typed_result)))
    assert "unknown" in str(stage_of("f(x).upper()", vars(c), f=pure(untyped)))


def test_what_is_declared_of_one_item_is_not_believed_of_the_next() -> None:
    def quiet(n: int) -> int:
        c.SHARED.append(n)
        return n

    def loud(n: int) -> int:
        c.SHARED.append(n)
        return n

    pure(quiet)
    env: dict[str, object] = {"out": []}
    effects = loop("out.append(__xcs_stage__(0, x(1)))", item=quiet, env=env)
    assert not describe_summary(effects.stages[0])
    assert all(guard.holds(Binding(quiet, env)) for guard in effects.guards)
    assert not all(guard.holds(Binding(loud, env)) for guard in effects.guards)
