"""What single calls do: exact effects of callees that live in `callees.py`."""

from __future__ import annotations

import socket
from functools import partial
from typing import Any

import pytest

from tests.unit.effects import callees as c
from tests.unit.effects.harness import stage_of

SPACE = vars(c)
M = "module tests.unit.effects.callees"
WRITES_SHARED = [f"write {M}['SHARED'][]"]

PURE = [
    "pure(x)",
    "text_of(x)",
    "nested(x)",
    "sleeps(x)",
    "reads_global(x)",
    "reads_default(x)",
    "factorial(x)",
    "even(x)",
    "local_list(x)",
    "rows_total(x)",
    "rows_dump(x)",
    "chained(x)",
    "with_try(x)",
    "raises(x)",
    "late_binding(x)",
    "local_closure(x)",
    "uses_generator(x)",
    "generator(x)",
    "make_point(x)",
    "make_pair(x)",
    "match_it(x)",
    "spread(x)",
    "while_loop(x)",
    "imports_inside(x)",
    "deletes(x)",
    "type_name(x)",
    "Frozen(x).x",
    "Plain(x).bump(2)",
    "Derived(x).noisy",
    "Slotted(x).set(3)",
    "QuietDynamic().anything",
    "make_list(x)",
    "[pure(i) for i in range(x)]",
    "{i: pure(i) for i in range(x)}",
    "sum(pure(i) for i in range(x))",
    "max([x, 2], key=lambda v: -v)",
    "(lambda a, *b, **k: a + len(b) + len(k))(x, 1, z=2)",
    "sorted({x, 3}, reverse=True)",
    "', '.join(str(i) for i in (x, 2))",
    "isinstance(x, int) and not isinstance(x, (str, bytes))",
    "getattr(Plain(x), 'n')",
    "hasattr(Plain(x), 'missing')",
    "int('3') if x else None",
    "TABLE['a'] + TABLE.get('zz', 0)",
    "[*NAMES, x][-1]",
    "dict(TABLE, c=x)",
    "'%s-%d' % (x, x)",
    "'{} {}'.format(x, 1)",
    "math.floor(x) + math.sqrt(4)",
    "list(zip(NAMES, range(3)))",
    "list(map(pure, [x]))",
    "[v for v in enumerate(NAMES) if v[0]]",
    "x if x > 1 else -x",
]


@pytest.mark.parametrize("call", PURE)
def test_has_no_effect_that_others_could_see(call: str) -> None:
    found = stage_of(call, SPACE)
    allowed = ["read <dict>[]"] if call.startswith("imports_") else []  # sys.modules
    assert [line for line in found if not line.startswith(f"read {M}")] == allowed


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("global_counter(x)", [f"write {M}.TOTAL"]),
        ("appends_shared(x)", WRITES_SHARED),
        ("mutable_default(x)", [f"write {M}['mutable_default'].__defaults__[0][]"]),
        ("next_id(x)", [f"write {M}['COUNTER'].*"]),
        ("prints(x)", ["write channel stdout"]),
        ("counted(x)", ["read variable calls", "read variable function", "write variable calls"]),
        ("wrapped(x)", ["read variable function"]),
        ("cached(x)", [f"write {M}['cached'].*"]),
        ("uses_noisy_generator(x)", WRITES_SHARED),
        ("noisy_generator(x)", WRITES_SHARED),
        ("uses_context(x)", ["read variable func"]),
        ("uses_noisy_context(x)", ["read variable func", *WRITES_SHARED]),
        ("deletes_shared(x)", [f"write {M}['TABLE'][]"]),
        ("conditional_write(x)", WRITES_SHARED),
        ("swallow(x)", WRITES_SHARED),
        ("Counted()", ["write class Counted.made"]),
        ("mutates(SHARED)", WRITES_SHARED),
        ("mutates([x])", []),
        ("SHARED.append(x)", WRITES_SHARED),
        ("SHARED.sort(key=len)", WRITES_SHARED),
        ("TABLE.setdefault('q', x)", [f"write {M}['TABLE'][]"]),
        ("sort_key_evil([x])", WRITES_SHARED),
        ("list(map(appends_shared, [x]))", WRITES_SHARED),
        ("max([x, 2], key=appends_shared)", WRITES_SHARED),
        ("(lambda: appends_shared(x))()", WRITES_SHARED),
        ("[appends_shared(i) for i in range(x)]", WRITES_SHARED),
        ("any(appends_shared(i) for i in range(x))", WRITES_SHARED),
        ("setattr(Plain, 'k', x)", ["write class Plain.k"]),
    ],
)
def test_effects_on_shared_state(call: str, expected: list[str]) -> None:
    found = [line for line in stage_of(call, SPACE) if not line.startswith(f"read {M}")]
    assert found == expected


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ("uses_exec(x)", "looks at variables by name"),
        ("uses_locals(x)", "looks at variables by name"),
        ("coroutine(x)", "asynchronous"),
        ("imports_missing(x)", "not loaded yet"),
        ("Finalized()", "finalizer"),
        ("undefined_class(x)", None),
        ("eval('x')", "runs code that is not visible"),
        ("globals()", None),
        ("type('T', (), {})", "to make a class"),
        ("vars(Plain(x))", "as a dictionary"),
        ("getattr(Plain(x), str(x))", "a name that is not known"),
    ],
)
def test_what_cannot_be_followed_is_unknown(call: str, why: str | None) -> None:
    found = stage_of(call, SPACE)
    if why is not None:
        assert any(line.startswith("unknown: ") and why in line for line in found), found
    else:
        assert all(not line.startswith("write") or "channel" in line for line in found)


@pytest.mark.parametrize(
    ("call", "item", "expected"),
    [
        ("x.get(1)", c.Plain(), ["read item.get", "read item.n"]),
        ("x.bump(1)", c.Plain(), ["read item.bump", "read item.n", "write item.n"]),
        ("x.record(1)", c.Plain(), ["read item.log", "read item.record", "write item.log[]"]),
        ("x(1)", c.Caller(), ["read item.get", "read item.helper", "read item.n"]),
        ("x.get(1)", c.Derived(), ["read item.get", "read item.n"]),
        ("x.double", c.Derived(), ["read item.n"]),
        ("x.noisy", c.Derived(), ["read item.n", "write item.n"]),
        ("x.static(1)", c.Derived(), ["read item.static"]),
        ("x.build(1).n", c.Derived(), ["read item.build"]),
        ("x.lazy", c.Derived(), ["read item.lazy", "read item.n", "write item.lazy"]),
        ("x.attr", c.Dynamic(), ["read item.attr", *WRITES_SHARED]),
        ("x.attr", c.QuietDynamic(), ["read item.attr"]),
        ("x.attr", c.Intercepting(), WRITES_SHARED),
        ("x.attr", c.HasDescriptor(), ["read item.attr", *WRITES_SHARED]),
        ("x == 1", c.EvilEq(), WRITES_SHARED),
        ("1 == x", c.EvilEq(), WRITES_SHARED),
        ("x != 1", c.EvilEq(), WRITES_SHARED),
        ("[1] == [x]", c.EvilEq(), WRITES_SHARED),
        ("(1, [x]) == (1, [2])", c.EvilEq(), WRITES_SHARED),
        ("x in [1]", c.EvilEq(), WRITES_SHARED),
        ("1 in [x]", c.EvilEq(), WRITES_SHARED),
        ("{x: 1}", c.EvilEq(), WRITES_SHARED),
        ("[x].index(3)", c.EvilEq(), WRITES_SHARED),
        ("bool(x)", c.EvilBool(), WRITES_SHARED),
        ("not x", c.EvilBool(), WRITES_SHARED),
        ("1 if x else 2", c.EvilBool(), WRITES_SHARED),
        ("x and 1", c.EvilBool(), WRITES_SHARED),
        ("any([x])", c.EvilBool(), WRITES_SHARED),
        ("x.upper()", c.EvilStr("a"), ["read item.upper", *WRITES_SHARED]),
        ("x['a']", c.EvilDict(), WRITES_SHARED),
        ("f'{x}'", c.EvilRepr(), WRITES_SHARED),
        ("f'{x!r}'", c.EvilRepr(), WRITES_SHARED),
        ("'%s' % x", c.EvilRepr(), WRITES_SHARED),
        ("'%s' % (x,)", c.EvilRepr(), WRITES_SHARED),
        ("str([x])", c.EvilRepr(), WRITES_SHARED),
        ("f'{[x]}'", c.EvilRepr(), WRITES_SHARED),
        ("[*x]", c.EvilIter(), WRITES_SHARED),
        ("sum(x)", c.EvilIter(), WRITES_SHARED),
        ("1 + x", c.EvilAdd(), WRITES_SHARED),
        ("sum([x])", c.EvilAdd(), WRITES_SHARED),
        ("x.set(1)", c.Slotted(1), ["write item.b"]),
        ("x.a", c.Slotted(1), ["read item.a"]),
        ("walk(x)", {"n": 1, "next": {"n": 2, "next": None}}, ["read item['next'][]", "read item[]"]),
        ("mutates(x)", [1], ["read item[]", "write item[]"]),
        ("sorts(x)", [1, 2], ["read item[]"]),
    ],
)
def test_effects_on_the_item(call: str, item: Any, expected: list[str]) -> None:
    found = [line for line in stage_of(call, SPACE, item=item) if line != "read item.*"]
    assert [line for line in found if not line.startswith(f"read {M}")] == expected


def test_an_attribute_of_the_instance_shadows_the_method() -> None:
    item = c.Plain()
    item.get = c.appends_shared  # type: ignore[method-assign]
    assert stage_of("x.get(1)", SPACE, item=item) == ["read item.get", *WRITES_SHARED]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: c.make_adder(3), ["read variable n"]),
        (lambda: c.make_accumulator(), ["read variable total", "write variable total"]),
        (lambda: c.Plain().bump, ["read f.__self__.n", "write f.__self__.n"]),
        (lambda: partial(c.pure), ["read f.keywords[]"]),
        (lambda: partial(c.mutates, []), ["read f.args[0][]", "read f.keywords[]", "write f.args[0][]"]),
        (lambda: c.SHARED.append, ["write <list>[]"]),
        (lambda: len, []),
        (lambda: str.upper, []),
    ],
)
def test_effects_of_callables_in_variables(make: Any, expected: list[str]) -> None:
    call = "f()" if isinstance(make(), partial) and make().args else "f(x)"
    item = "a" if make() in (str.upper, len) else 1
    assert stage_of(call, SPACE, item=item, f=make()) == expected


def test_requests_are_told_apart_by_method_and_url() -> None:
    env = "read channel environment"
    posts = stage_of("posts(x)", SPACE, item="http://h/x")
    assert posts == [env, "write channel network"]
    assert stage_of("posts(x)", SPACE, item="http://h/v1/chat/completions") == [env, "read channel inference"]
    assert stage_of("posts(x)", SPACE, item="http://h/x?u=/v1/chat/completions") == posts
    assert stage_of("gets(x)", SPACE, item="http://h/x") == [env, "read channel network"]


def test_how_long_connections_wait_is_part_of_each_request() -> None:
    def sets(x: float) -> None:
        socket.setdefaulttimeout(x)

    assert "write channel network" in stage_of("sets(x)", SPACE, sets=sets)


@pytest.mark.parametrize("call", ["f()", "f(1, 2)", "f(y=1)", "f(1, x=2)", "g(1)", "(lambda: f(1))(1)"])
def test_a_call_that_does_not_fit_raises_before_anything_is_done(call: str) -> None:
    def f(x: int) -> None:
        c.SHARED.append(x)

    def g() -> Any:
        c.SHARED.append(1)
        yield 1

    assert stage_of(call, SPACE, f=f, g=g) == []
    assert stage_of("f(1)", SPACE, f=f) == WRITES_SHARED
