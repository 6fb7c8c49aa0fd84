"""What a clone shares with its original, and what is refused."""

from __future__ import annotations

import ast
import asyncio
import gc
import pickle
import sys
import threading
import traceback
import types
import weakref
from typing import Any

import pytest

from tests.unit.tracer.running import plain_clone
from xcs_ast.tracer import clones
from xcs_ast.tracer.clones import (
    Link,
    Refusal,
    clone_of,
    forget_clones,
    is_clone,
    register_slice,
    source_of,
)
from xcs_ast.tracer.hooks import Direct, Recorder

VALUE = 1


def reads_value() -> int:
    return VALUE


def with_defaults(a: int, b: list[int] = [], *, c: dict[str, int] = {}) -> Any:
    return a, b, c


def nested_everywhere(n: int) -> Any:
    def plain() -> int:
        return n

    class_ = [lambda: n, lambda: -n]
    made = [lambda x=x: x for x in range(2)]
    return plain, class_, made, next(iter((lambda: y) for y in [3]))


# fmt: off
def fails(a: Any, b: Any) -> Any:
    first = a.attribute
    return (
        first
        + b["key"]["other"]
    )


def fails_in_a_chain(a: Any, b: Any) -> Any:
    return (
        a
        .attribute
        .real.bit_count(
        ).conjugate(
            b["key"]
            ["other"]
        )
        .nothing(*b,
                 1)
    )


# fmt: on
def looks(a: int) -> Any:
    return locals()


def makes_class() -> type:
    class C:
        pass

    return C


def shadows(vars: Any) -> Any:
    return vars


def looks_at_other(x: Any) -> Any:
    return sorted(vars(x)), dir(x)[:0]


async def awaits(x: Any) -> Any:
    got = await asyncio.sleep(0, x)
    return [got, *[await asyncio.sleep(0, i) for i in range(2)]]


def clone(f: Any, recorder: Recorder | None = None) -> Any:
    return plain_clone(f, recorder)


def test_one_clone_for_each_task_and_function_and_one_code_for_all() -> None:
    a, b = Link(Recorder()), Link(Recorder())
    first = clone_of(reads_value, a)
    assert isinstance(first, types.FunctionType)
    assert clone_of(reads_value, a) is first
    other = clone_of(reads_value, b)
    assert isinstance(other, types.FunctionType)
    assert other is not first
    assert other.__code__ is first.__code__
    assert a.original_of(first) is reads_value
    assert b.original_of(first) is None
    assert is_clone(first.__code__)
    assert not is_clone(reads_value.__code__)
    assert isinstance(clone_of(first, a), Refusal)


def test_two_threads_that_make_a_clone_at_once_make_one_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slice's clone is known by its code, where its entry is to go from a traceback."""

    def asked(x: int) -> int:
        return x

    make, both = clones._make_plan, threading.Barrier(2)

    def making(code: types.CodeType, stepwise: bool) -> Any:
        plan = make(code, stepwise)
        both.wait(30)
        return plan

    monkeypatch.setattr(clones, "_make_plan", making)
    made: list[Any] = []
    threads = [
        threading.Thread(target=lambda: made.append(clone_of(asked, Link(Direct())))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {id(clone.__code__) for clone in made} == {id(clones.instrumented(asked.__code__))}


def test_what_stands_for_a_slice_is_not_forgotten() -> None:
    function = eval(compile("lambda x: x", "<slice>", "eval"))
    tree = ast.parse("lambda x: x", mode="eval")
    assert isinstance(tree.body, ast.Lambda)
    register_slice(function.__code__, tree.body, "<slice>", None)
    made = clone_of(function, Link(Direct()))
    assert isinstance(made, types.FunctionType)
    forget_clones()
    register_slice(function.__code__, tree.body, "<slice>", None)
    assert clones.instrumented(function.__code__) is made.__code__
    assert is_clone(made.__code__)


def test_globals_are_those_of_the_original(monkeypatch: pytest.MonkeyPatch) -> None:
    made = clone(reads_value)
    assert made.__globals__ is globals()
    monkeypatch.setitem(globals(), "VALUE", 5)
    assert made() == 5
    assert not [name for name in globals() if name.startswith("_xcs")]


def test_defaults_are_those_of_the_original() -> None:
    made = clone(with_defaults)
    assert made(1)[1] is with_defaults(1)[1]
    assert made(1)[2] is with_defaults(1)[2]
    assert (made.__name__, made.__qualname__) == ("with_defaults", "with_defaults")


def test_switching_changes_the_recorder_of_running_clones() -> None:
    seen: list[str] = []

    class Seeing(Direct if False else Recorder):
        def __init__(self, name: str) -> None:
            self.name = name

        def load_attr(self, o: Any, name: str, /) -> Any:
            seen.append(self.name)
            return super().load_attr(o, name)

    def slice_() -> Any:
        x = 1
        yield x.real
        yield x.imag

    link = Link(Seeing("first"))
    made = clone_of(slice_, link)
    assert isinstance(made, types.FunctionType)
    running = made()
    next(running)
    link.switch(Seeing("second"))
    next(running)
    assert seen == ["first", "second"]


def test_nested_functions_have_the_code_of_the_original() -> None:
    codes: list[set[int]] = []
    for f in (nested_everywhere, clone(nested_everywhere)):
        plain, lambdas, made, lazy = f(2)
        assert (plain(), [g() for g in lambdas], [g() for g in made], lazy()) == (2, [2, -2], [0, 1], 3)
        codes.append({id(g.__code__) for g in (plain, *lambdas, *made, lazy)})
    assert codes[0] == codes[1]


def test_cells_are_shared_with_siblings() -> None:
    def pair() -> Any:
        n = 0

        def bump() -> int:
            nonlocal n
            n += 1
            return n

        return bump, lambda: n

    bump, look = pair()
    made = clone(bump)
    assert (made(), bump(), made(), look()) == (1, 2, 3, 3)


@pytest.mark.parametrize("recorder", [Recorder, Direct])
def test_errors_have_the_place_of_the_original_expression(recorder: Any) -> None:
    o = types.SimpleNamespace(attribute=1)
    cases = [(1, {}), (o, {}), (o, {"key": {}}), (o, {"key": {"other": "x"}})]
    for original, arguments in [(f, arguments) for f in (fails, fails_in_a_chain) for arguments in cases]:
        found = []
        for f in (original, clone(original, recorder())):
            with pytest.raises(Exception) as caught:
                f(*arguments)
            frames = [
                (frame.name, frame.lineno, frame.end_lineno, frame.colno, frame.end_colno)
                for frame in traceback.extract_tb(caught.value.__traceback__)
                if frame.filename == __file__ and frame.name == original.__name__
            ]
            found.append((type(caught.value), str(caught.value), frames))
        assert found[0] == found[1]


def test_coroutines() -> None:
    assert asyncio.run(clone(awaits)(7)) == asyncio.run(awaits(7)) == [7, 0, 1]


def test_refusals() -> None:
    link = Link(Recorder())
    assert "locals" in getattr(clone_of(looks, link), "reason", "")
    assert getattr(clone_of(makes_class, link), "reason", "") == "a class statement"
    space: dict[str, Any] = {}
    exec("def unwritten(): pass", space)
    assert clone_of(space["unwritten"], link) == Refusal("no source")
    assert clone(shadows)(3) == 3
    o = types.SimpleNamespace(a=1)
    assert clone(looks_at_other)(o) == looks_at_other(o)


@pytest.mark.usefixtures("unchecked")
def test_no_function_of_python() -> None:
    assert isinstance(clone_of(len, Link(Recorder())), Refusal)  # type: ignore[arg-type]


def test_slices_without_a_file() -> None:
    text = (
        "lambda item: (t := item + 1, (yield (0, t)), [(lambda: z)() for z in (t,)], (yield (1, lambda: t)))"
    )
    tree = ast.parse(text, mode="eval")
    assert isinstance(tree.body, ast.Lambda)
    function = eval(compile(tree, "<slice>", "eval"))
    register_slice(function.__code__, tree.body, "<slice>", None)
    link = Link(Recorder())
    made = clone_of(function, link)
    assert isinstance(made, types.FunctionType), made
    (zero, first), (one, inner) = list(made(4))
    assert (zero, first, one, inner()) == (0, 5, 1, 5)
    (_, plain) = list(function(4))[1]
    assert plain.__code__ is inner.__code__
    assert source_of(inner.__code__) is not None
    again = clone_of(inner, link)
    assert isinstance(again, types.FunctionType)
    assert again() == 5


def test_slices_inside_of_a_class_mangle() -> None:
    tree = ast.parse("def slice_(self):\n    __x = self.__secret\n    return __x, __name__")
    node = tree.body[0]
    assert isinstance(node, ast.FunctionDef)
    holder = ast.ClassDef(name="_K", bases=[], keywords=[], body=[node], decorator_list=[])
    if sys.version_info >= (3, 12):
        holder.type_params = []
    space: dict[str, Any] = {"__name__": "n"}
    exec(compile(ast.fix_missing_locations(ast.Module([holder], [])), "<k>", "exec"), space)
    function = space["_K"].__dict__["slice_"]
    register_slice(function.__code__, node, "<k>", "_K")
    assert clone(function)(types.SimpleNamespace(_K__secret=9)) == (9, "n")


def test_what_leaves_a_clone_is_plain() -> None:
    plain, *_ = clone(nested_everywhere)(1)
    assert not is_clone(plain.__code__)
    assert plain.__code__.co_freevars == ("n",)
    assert not [name for name in gc.get_referents(plain) if isinstance(name, Recorder)]
    assert pickle.loads(pickle.dumps(clone(with_defaults)(1))) == (1, [], {})


def test_temporaries_keep_nothing_alive() -> None:
    class Thing:
        ok = True

    def drops(make: Any, check: Any) -> Any:
        a = make() or make()
        check("bound", 1)
        del a
        check("or", 0)
        for a, b in [(make(), make())]:
            check("for", 2)
            del a, b
            check("deleted", 0)
        (a, (b, *c)) = make(), [make(), make()]
        del a, b, c
        check("unpacked", 0)
        with make.manager() as (a, b):
            del a, b
            check("with", 0)
        x = y = make()
        del x, y
        check("chained", 0)
        if make() and make():
            check("test", 0)
        return [check("inside", 0) for _ in range(1)]

    for wanted in (False, True):
        things: weakref.WeakSet[Thing] = weakref.WeakSet()
        notes: list[Any] = []

        class Make:
            def __call__(self) -> Thing:
                thing = Thing()
                things.add(thing)
                return thing

            def manager(self) -> Any:
                class Manager:
                    def __enter__(_) -> Any:
                        return self(), self()

                    def __exit__(self, *error: object) -> None:
                        pass

                return Manager()

        def check(name: str, expected: int) -> None:
            notes.append((name, len(things)))

        f = clone(drops) if wanted else drops
        f(Make(), check)
        if not wanted:
            plain = notes
        else:
            assert notes == plain


def test_forgetting() -> None:
    made = clone(reads_value)
    forget_clones()
    assert made() == VALUE
    assert clone(reads_value)() == VALUE
    link = Link(Recorder())
    first = clone_of(reads_value, link)
    link.close()
    assert clone_of(reads_value, link) is not first
