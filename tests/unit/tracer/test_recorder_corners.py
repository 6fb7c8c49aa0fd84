"""Rare ways through the recorder: doomed tasks, code that cannot be cloned, odd callables."""

from __future__ import annotations

import os
import types
import weakref
from typing import Any

import pytest

from tests.unit.tracer.test_transaction_rules import begin
from xcs_ast.tracer import (
    asking,
    clones,
    finalizers,
    hook_parts,
    observing_effects,
    passes,
    speculative,
    trace,
)
from xcs_ast.tracer.clones import Link
from xcs_ast.tracer.hooks import Recorder
from xcs_ast.tracer.kinds import MISSING, Stop
from xcs_ast.tracer.speculation import FAILED, Speculation


class Thing:
    def __init__(self) -> None:
        self.n = 1

    def method(self) -> int:
        return self.n


# quick looks


def test_a_doomed_task_looks_at_nothing() -> None:
    for look in (
        lambda r: r._is_new({}),
        lambda r: r.look_at_element([1], 0),
        lambda r: r.loop(),
        lambda r: r.run_direct(_plain, (1,), {}),
        lambda r: r._handle(len, ("do_len", ""), ([],), {}),
    ):
        transaction, recorder = begin()
        transaction.doom()
        with pytest.raises(Stop):
            look(recorder)


def test_a_method_is_known_by_its_name() -> None:
    _, recorder = begin()
    thing = Thing()
    assert recorder.look_for_method(thing, "method") is None
    recorder.load_attr(thing, "n")
    recorder.learn(thing, "n")
    recorder.learn(thing, "method")
    assert recorder.look_for_method(thing, "method") in (Thing.method, None)
    assert recorder.look_for_method(thing, "n") is None
    recorder.spots = None
    assert recorder.look_at_element([1], 0) is MISSING


# speculation


def test_a_speculation_that_has_nothing_to_go_on_with() -> None:
    assert repr(FAILED) == "FAILED"
    task = Speculation(lambda item: item, 1)
    with pytest.raises(RuntimeError, match="hand-over"):
        task.resume()
    task.run()
    task.run()
    task.drop()
    task.rest()


def test_what_cannot_be_looked_at_is_valid_so_far(monkeypatch: Any) -> None:
    task = Speculation(lambda item: item, 1)

    def fails(upto: Any = None) -> bool:
        raise RuntimeError("dictionary changed size during iteration")

    assert task.valid_so_far()
    task._passes.insert(0, types.SimpleNamespace(transaction=types.SimpleNamespace(validate=fails)))  # type: ignore[arg-type]
    assert task.valid_so_far()


def test_repetitions_that_are_alike() -> None:
    assert passes._alike([1, {"a": (2,)}], [1, {"a": (2,)}])
    assert passes._alike(Thing(), Thing())
    assert not passes._alike(1, "1")
    assert not passes._alike([1], [1, 2])
    assert not passes._alike(1, 2)


def test_errors_that_may_be_ours() -> None:
    assert passes._is_doubtful(TypeError("made by hand"))
    assert not passes._is_doubtful(KeyError("made by hand"))


def test_a_replay_that_would_end_something_is_not_valid() -> None:
    transaction, recorder = begin()
    thing = Thing()
    watched = weakref.ref(thing)
    shared = {"a": thing}
    recorder.store_item(1, shared, "a")
    assert not transaction.validate()
    assert transaction.noticed
    assert watched() is thing


# the recorder


def _raises_when_closed() -> Any:
    try:
        yield 1
    finally:
        raise ValueError("closed")


def test_what_was_kept_is_closed_silently() -> None:
    _, recorder = begin()
    made = _raises_when_closed()
    next(made)
    recorder.pinned = [made]
    recorder.unpin()
    assert not recorder.pinned
    assert made.gi_frame is None


def test_after_its_turn_another_recorder_does_it() -> None:
    _, recorder = begin()
    assert recorder.match_subject(5) == 5
    recorder.successor = Recorder()
    assert recorder.call(max, 1, 2) == 2


def _probing() -> BaseException:
    transaction, _ = begin()

    def fails() -> object:
        raise ValueError("seen")

    try:
        transaction.probe(fails)
    except ValueError as error:
        return error
    raise AssertionError


def _files(error: BaseException) -> list[str]:
    found, entry = [], error.__traceback__
    while entry is not None:
        found.append(os.path.basename(entry.tb_frame.f_code.co_filename))
        entry = entry.tb_next
    return found


def test_our_frames_are_in_no_traceback() -> None:
    error = _probing()
    here = os.path.basename(__file__)
    assert _files(error) == [here, "transaction.py", here]
    speculative.without_our_entries(error)
    assert _files(error) == [here, here]
    error = _probing()
    assert error.__traceback__ is not None
    error.__traceback__ = error.__traceback__.tb_next
    speculative.without_our_entries(error)
    assert _files(error) == [here]


def test_an_empty_cell_holds_nothing() -> None:
    assert speculative._content(types.CellType(1)) == 1
    assert speculative._content(types.CellType()) is None


# clones


def _plain(x: int) -> int:
    return x + 1


def test_functions_that_cannot_be_cloned(monkeypatch: Any) -> None:
    code = _plain.__code__

    def fails(*_: Any) -> Any:
        raise RecursionError("deep")

    def strange(*_: Any) -> Any:
        free = (lambda: code).__code__
        return types.SimpleNamespace(code=free, own=(), nested=())

    with monkeypatch.context() as patch:
        patch.setattr(clones, "instrument", fails)
        assert "RecursionError" in clones._make_plan(_plain.__code__, False).reason
        patch.setattr(clones, "instrument", strange)
        assert "free variables" in clones._make_plan(_plain.__code__, False).reason
    with monkeypatch.context() as patch:
        patch.setattr(clones, "intact", lambda: False)
        assert clones._plan(_plain.__code__.replace(co_name="third"), False).code is None
    builtins: dict[str, Any] = {"__build_class__": None}
    other = types.FunctionType(_plain.__code__, {"__builtins__": builtins})
    other.__globals__["__builtins__"] = {}
    assert isinstance(clones.clone_of(other, Link(Recorder())), clones.Refusal)


def test_after_a_fork_nobody_holds_the_lock() -> None:
    before = clones._making
    clones._after_fork()
    assert clones._making is not before


# parts


class Unnamed:
    def __str__(self) -> str:
        return "unnamed"

    def __call__(self, **named: Any) -> Any:
        return named


def test_texts_and_parts_of_hooks() -> None:
    assert hook_parts.function_text(Unnamed()) == "unnamed"
    assert hook_parts.function_text(len) == "len()"
    with pytest.raises(ImportError, match="gone"):
        hook_parts.load_builtin({"__builtins__": {}}, "zz", "gone")
    with pytest.raises(NameError):
        hook_parts.load_builtin({"__builtins__": {}}, "zz")
    odd: dict[Any, Any] = {1: 1}
    with pytest.raises(TypeError, match="multiple values"):
        hook_parts.merge_keywords(len, odd, odd)
    assert hook_parts.submodule_or_error(os, "path") is os.path
    with pytest.raises(ImportError):
        hook_parts.submodule_or_error(os, "missing")


def test_functions_without_a_signature() -> None:
    assert trace.bound(max, (1, 2), {}) == {"arg0": 1, "arg1": 2}
    assert trace.arguments_of(max, (1, 2), {}) == (1, 2)
    trace.check_arguments(max, (1,), {})
    with pytest.raises(TypeError):
        trace.arguments_of(_plain, (), {})


def _generates() -> Any:
    yield 1


def test_a_generator_is_one_step() -> None:
    graph = trace.trace_function(_generates)
    assert list(graph.recording.result) == [1]


def test_what_calls_touch() -> None:
    touches, _ = observing_effects.call_touches(Unnamed(), (), {"a b": 1})
    assert touches
    inner: list[Any] = [bytearray(b"a")]
    found = observing_effects._containers({"a": inner})
    assert inner in found
    assert not list(finalizers.noticeable({"a": bytearray(b"a")}))


def test_a_class_that_decides_itself_is_asked() -> None:
    class Meta(type):
        def __subclasscheck__(cls, other: type) -> bool:
            return True

    class Own(metaclass=Meta):
        pass

    assert not asking._asks_library_only(Own)


def test_the_object_of_a_weak_proxy_is_not_asked() -> None:
    asked: list[str] = []

    class Asked:
        def __getattr__(self, name: str) -> object:
            asked.append(name)
            raise AttributeError(name)

    thing = Asked()
    proxy = weakref.proxy(thing)
    found = list(finalizers.noticeable(thing))
    told = weakref.proxy(thing, lambda _: None)
    assert found == []
    assert [why for _, why in finalizers.noticeable(thing)] == ["a weak reference may tell of its end"]
    assert asked == []
    del proxy, told
