"""Ways that are seldom gone: what the runtime does where it cannot, or need not, run ahead."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import pytest

from tests.unit.runtime.harness import decider, pair, site
from xcs_ast import config
from xcs_ast.ir.effects import Blocking
from xcs_ast.ir.sites import RegionKind
from xcs_ast.ir.verdict import Verdict, VerdictKind
from xcs_ast.runtime import deciding, explicit, forking, prediction, run, schedule
from xcs_ast.runtime import site as sites
from xcs_ast.runtime.hazards import Hazards
from xcs_ast.runtime.matching import Match
from xcs_ast.runtime.pool import POOL
from xcs_ast.runtime.prediction import CannotTell
from xcs_ast.runtime.unwinding import _chain, raise_in_place, trim

COLLECT = """
def collect(xs, f, out):
    for x in xs:
        out.append(f(x))
    return out
"""
BLOCK = {"text": "a = __xcs_stage__(0, g())\n", "kind": RegionKind.BLOCK}


# ------------------------------------------------------------------------------------------------- the hedge


class Silent:
    """In the place of the hedge: nobody asks."""

    def arm(self, run: object, after: int) -> None:
        pass


def test_the_hedge_starts_what_follows_an_item_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "HEDGE", Silent())
    second, answers = threading.Event(), []

    def f(x: int) -> int:
        if x == 1:
            second.set()
        elif x == 0:
            now = time.perf_counter_ns()
            answers.extend(handle.hedge(now) for _ in range(run._ASK_AGAIN))
            answers.append(handle.hedge(now + 10**15))  # it has been waiting for long
            answers.append(handle.hedge(now + 10**15))  # what was to be done is done
            assert second.wait(60), "the second item did not start before the first had come back"
        return x

    where = site(decider(blocking=Blocking.MAYBE))
    with config.overridden(eager=False, hedge_us=1e6):
        handle: Any = where.enter(lambda x: f(x), [0, 1, 2])
        assert [handle.ahead(0) for _ in handle] == [0, 1, 2]
    assert answers[:-3] == [10**9 << n for n in range(1, run._ASK_AGAIN)]
    assert answers[-3:] == [0, 0, 0]
    assert handle.hedge(0) == 0, "it is over"
    assert where.tally.ahead


# ------------------------------------------------------------------------------------------ hooks of tests


def test_what_a_schedule_raises_is_ignored(monkeypatch: pytest.MonkeyPatch, eager: None) -> None:
    def hook(event: str, of: object, index: int) -> None:
        raise KeyError(event)

    _, ahead = pair(COLLECT, site())
    monkeypatch.setattr(schedule, "hook", hook)
    try:
        assert schedule.allows(None, 0)
        schedule.tell(schedule.TAKE, None, 0)
        assert ahead([1, 2, 3], str, []) == ["1", "2", "3"]
    finally:
        monkeypatch.setattr(schedule, "hook", None)
    schedule.tell(schedule.TAKE, None, 0)


# ---------------------------------------------------------------------------------------------- blocks


def thunk() -> int:
    return 1


def refused(decide: Callable[..., Any] | None = None) -> tuple[Any, set[str]]:
    """What `block` gives, and the codes that say why."""
    where = site(decide or decider(), **BLOCK)
    handle = where.block((thunk,))
    verdict = where.last_verdict
    return handle, {reason.code for reason in verdict.reasons} if verdict is not None else set()


def test_blocks_that_stay_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused()[0] is not None
    assert refused(decider(kind=VerdictKind.SERIAL))[0] is None
    assert refused(decider(prefix=0))[0] is None
    handle, codes = refused(decider(blocking=Blocking.MAYBE))
    assert handle is None
    assert codes == {sites.codes.MAY_NOT_BLOCK}
    with config.overridden(enabled=False):
        handle, codes = refused()
        assert handle is None
        assert codes == {sites.codes.DISABLED}
    monkeypatch.setattr(sites, "unfit", lambda: sites.codes.REPLACED)
    handle, codes = refused()
    assert handle is None
    assert codes == {sites.codes.REPLACED}


def test_a_block_stays_plain_where_the_stack_is_deep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sites, "too_deep", lambda: True)
    assert refused()[0] is None


def test_a_fault_of_ours_leaves_a_block_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise LookupError("ours")

    where = site(decider(), **BLOCK)
    monkeypatch.setattr(where.__class__, "_block", fails)
    assert where.block((thunk,)) is None


def test_a_site_has_no_other_attributes() -> None:
    where = site()
    with pytest.raises(AttributeError, match="a site has no attribute 'nothing'"):
        where.nothing  # noqa: B018
    assert not list(where.rest()), "nobody has entered it"


def test_what_is_prepared_comes_before_the_tasks(eager: None) -> None:
    log: list[object] = []
    where = site(decider(prepare=(lambda: log.append("prepared"),)))
    _, ahead = pair(COLLECT, where)
    ahead([1, 2], log.append, [])
    assert log[0] == "prepared"


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [(0, 3, [0, 1, 2]), (1, "abc", [1, 2]), (True, 3, None), (0, 3.0, None), (0, None, None)],
)
def test_loops_that_count(start: Any, limit: Any, expected: list[int] | None, eager: None) -> None:
    where = site()
    handle = where.enter_steps(lambda x: x, start, limit)
    if expected is None:
        assert not handle
        assert not list(handle)
        assert not list(handle.rest())
    else:
        assert [handle.ahead(0) for _ in handle] == expected  # type: ignore[union-attr]


@pytest.mark.usefixtures("unchecked")
def test_what_is_proven_alone_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    from xcs_ast.verifier import Decision

    said = {kind: Decision(Verdict(kind)) for kind in VerdictKind}
    for kind, decision in said.items():
        monkeypatch.setattr(deciding, "decide", lambda *_, decision=decision: decision)
        found = deciding.decide_proven(None, {}, {}, ())  # type: ignore[arg-type]
        expected = VerdictKind.SERIAL if kind is VerdictKind.SPECULATIVE else kind
        assert found.verdict.kind is expected


# --------------------------------------------------------------------------------------------- explicit


def test_a_fault_of_ours_leaves_explicit_code_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise LookupError("ours")

    monkeypatch.setattr(explicit, "_site_at", fails)
    assert explicit.ahead(lambda: 5)() == 5
    assert explicit._entered(thunk, [1], sys._getframe()) is None


def test_explicit_code_in_a_world_that_was_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explicit, "intact", lambda: False)
    assert explicit._site_at(sys._getframe(), True) is None
    assert explicit.ahead(lambda: 5)() == 5


def test_places_are_remembered_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(explicit, "facts_for_caller", lambda *found: asked.append(found))
    monkeypatch.setattr(explicit, "_sites", {})
    monkeypatch.setattr(explicit, "_MOST_SITES", 2)
    for _ in range(3):
        explicit.ahead(thunk)
    assert len(asked) == 1, "one place is asked for once"
    explicit.ahead(thunk)
    explicit.ahead(thunk)
    assert len(explicit._sites) == 1, "there were too many"


@pytest.mark.usefixtures("unchecked")
def test_names_for_readers() -> None:
    handle = explicit.Handle(None)  # type: ignore[arg-type]
    assert handle.any_name is handle
    with pytest.raises(AttributeError):
        handle.__wrapped__  # noqa: B018


# -------------------------------------------------------------------------------------------- exceptions


def linked(*errors: BaseException) -> list[BaseException | None]:
    """The chain of contexts, from the first on."""
    chain: list[BaseException | None] = []
    at: BaseException | None = errors[0]
    while at is not None and at not in chain:
        chain.append(at)
        at = at.__context__
    return chain


def test_chains_of_contexts_have_no_cycles() -> None:
    a, b, c, d = (ValueError(name) for name in "abcd")
    a.__context__ = b
    _chain(a, c)
    assert linked(a) == [a, b, c]
    _chain(a, b)
    assert linked(a) == [a, b, c], "it is in the chain already"
    d.__context__ = c
    c.__context__ = None
    _chain(a, d)
    assert linked(a) == [a, b, c, d], "what was handled had ended with the same exception"
    c.__context__ = a
    _chain(a, ValueError("other"))
    assert linked(a) == [a, b, c], "what is a cycle already stays as it is"


def test_what_was_handled_may_have_contexts_of_its_own() -> None:
    a, b, c, d = (ValueError(name) for name in "abcd")
    b.__context__ = c
    c.__context__ = d
    d.__context__ = b
    _chain(a, b)
    assert linked(a) == [a, b, c, d]


def test_entries_of_ours_alone() -> None:
    try:
        raise_in_place(ValueError())
    except ValueError as error:
        inner = error.__traceback__.tb_next  # type: ignore[union-attr]
        assert isinstance(inner, TracebackType)
        error.__traceback__ = inner
        trim(error, ())
        assert error.__traceback__ is None


# ------------------------------------------------------------------------------- what executed graphs compare


class method:  # noqa: N801
    """A class of the program's with the name of a type of Python's."""

    def __init__(self, number: int) -> None:
        self.number = number

    @property
    def __self__(self) -> object:
        raise AssertionError("user code runs")

    __func__ = __name__ = __self__


builtin_function_or_method = type("builtin_function_or_method", (method,), {})
function = type("function", (method,), {"__get__": lambda *_: pytest.fail("user code runs")})
LIST = [1]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (1, 1, True),
        (1, True, False),
        (1.5, 1.5, True),
        (0.0, -0.0, False),
        (float("nan"), float("nan"), False),
        (1j, 1j, True),
        (range(3), range(3), True),
        (range(0, 3, 2), range(0, 4, 2), False),
        (LIST.append, LIST.append, True),
        (LIST.append, LIST.extend, False),
        (LIST.append, [1].append, False),
        (test_names_for_readers, test_entries_of_ours_alone, False),
        (method(1), method(1), False),
        (builtin_function_or_method(1), builtin_function_or_method(1), False),
        ((1, 2), (1, 2), True),
        ((1, 2), (1,), False),
        ((1, (2, "a")), (1, (2, "a")), True),
        ((1, (2, "a")), (1, (2, "b")), False),
    ],
    ids=map(str, range(18)),
)
def test_what_nobody_could_tell_apart(one: Any, other: Any, expected: bool) -> None:
    ours = {id(one), *(id(each) for each in one if isinstance(each, tuple))} if type(one) is tuple else ()
    assert Match((), (), ours).same(one, other) is expected


def test_containers_are_compared_by_parts_only_where_nobody_knows_them() -> None:
    mine, theirs = {"a": [1]}, {"a": [1]}
    made, ours = {id(theirs), id(theirs["a"])}, {id(mine), id(mine["a"])}
    assert Match((), made, ours).same(mine, theirs)
    assert not Match({id(theirs)}, made, ours).same(mine, theirs)
    assert not Match((), {id(theirs)}, ours).same(mine, theirs)
    assert not Match((), made, {id(mine)}).same(mine, theirs), "the list in it is the program's"
    other = {"b": [1]}
    assert not Match((), made, {id(other), id(other["b"])}).same(other, theirs)
    twice, pair = (theirs, theirs), (mine, {"a": [1]})
    ours |= {id(pair), id(pair[1]), id(pair[1]["a"])}
    assert not Match((), made, ours).same(pair, twice), "one object there, two here"


def test_an_outcome_holds_what_somebody_refers_to() -> None:
    def compared() -> tuple[Match, tuple[Any, ...], dict[str, Any]]:
        inner: list[Any] = [1]
        mine, theirs = ({"a": inner, "b": inner}, tuple([2])), ({"a": [1], "b": None}, tuple([2]))
        theirs[0]["b"] = theirs[0]["a"]
        made = {id(theirs[0]), id(theirs[0]["a"])}
        match = Match((), made, {id(mine[0]), id(inner), id(mine[1])})
        assert match.calls((len, (mine[0],), {"k": mine[1]}), len, (theirs[0],), {"k": theirs[1]})
        assert not match.exact
        return match, (mine[0],), {"k": mine[1]}

    match, args, kwargs = compared()
    assert match.stays_inside(args, kwargs)
    outcome = [args[0]["b"]]
    assert not match.stays_inside(args, kwargs)
    outcome = kwargs["k"]
    assert not match.stays_inside(args, kwargs)
    del outcome
    assert match.stays_inside(args, kwargs)


class Holder:
    own = function(1)
    slot = property(lambda self: pytest.fail("user code runs"))

    def ask(self) -> int:
        return 1


def test_methods_are_foretold_without_running_anything() -> None:
    holder = Holder()
    assert prediction._method(holder, "ask")() == 1
    assert prediction._method([2, 1], "copy")() == [2, 1]
    for name in ("own", "slot", "nothing"):
        with pytest.raises(CannotTell):
            prediction._method(holder, name)
    holder.ask = lambda: 2  # type: ignore[method-assign]
    with pytest.raises(CannotTell):
        prediction._method(holder, "ask")


def test_items_and_attributes_are_foretold_of_plain_things() -> None:
    assert prediction._element({"a": 1}, "a") == 1
    for container, key in (({(): 1}, "a"), (dict.fromkeys(range(2000)), 1), ({1}, 1), ([1], Holder())):
        with pytest.raises(CannotTell):
            prediction._element(container, key)
    assert prediction._attribute(Holder, "own") is vars(Holder)["own"]
    with pytest.raises(CannotTell):
        prediction._attribute(Holder(), "slot")


def test_a_bound_method_that_is_handed_on_is_known_to_others() -> None:
    hazards, made = Hazards(), [1]
    hazards.made.add(id(made))
    hazards.keep([made.append])
    assert id(made) in hazards.kept
    assert id(made) not in hazards.made


# ------------------------------------------------------------------------------------------------- processes


def test_threads_that_cannot_be_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forking, "_TASKS", "/nowhere/at/all")
    assert forking._count() == 0


def test_what_goes_wrong_before_a_fork_is_no_concern_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> int:
        raise OSError

    monkeypatch.setattr(forking, "_count", fails)
    forking.prepare()
    assert POOL.idle or POOL.threads
