# ruff: noqa
"""What is evaluated where something is defined or set up: annotations, keyword defaults, fields of dataclasses."""

import collections.abc
import copy
import dataclasses
import typing

from xcs_ast.testing import probe

RUNS_AHEAD = ["case_annotations_of_plain_types"]
RECORDED_AHEAD = ["case_keyword_default_that_collects", "case_dataclass_with_slots"]
EXTRA_CALLS = True

LOG = []


def slow(x):
    probe.call(x)
    return x * 2


def _each(ask):
    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        LOG.append("body")
    return out, LOG[:]


def case_annotation_with_an_effect():
    def note(x):
        LOG.append(x)
        return int

    def ask(x):
        def helper(a: note(x), *, b: note(-x) = 1) -> note(0):
            return a

        return slow(helper(x))

    return _each(ask)


def case_annotation_that_hashes():
    class Meta(type):
        def __hash__(cls):
            LOG.append("hash")
            return 1

    class Strange(metaclass=Meta):
        pass

    def ask(x):
        def helper(a: typing.List[Strange]):
            return a

        return slow(helper(x))

    return _each(ask)


def case_annotations_of_plain_types():
    class Item:
        pass

    def ask(x):
        def helper(
            a: int,
            b: list[Item] | None = None,
            *c: typing.Optional[str],
            d: typing.Callable[[int, Item], typing.Any] | None = None,
            e: typing.Union[int, dict[str, Item], "Item"] = 3,
            **f: collections.abc.Sequence[typing.Literal["a"]],
        ) -> tuple[int, ...]:
            return a

        return slow(helper(x))

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
    return out


def case_keyword_default_that_collects():
    seen = []

    def ask(x, *, into=seen):
        into.append(x)
        return slow(x)

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
    return out, seen


def case_keyword_defaults_changed_by_the_body():
    def ask(x, *, factor=5):
        return slow(x) * factor

    defaults = ask.__kwdefaults__
    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        defaults["factor"] = x
    return out


def case_keyword_defaults_changed_by_a_task():
    def factor(*, value=5):
        return value

    defaults = factor.__kwdefaults__

    def ask(x):
        defaults["value"] = slow(x)
        return factor()

    return _each(ask), defaults


def case_keyword_defaults_changed_between_two_calls_of_a_task():
    def factor(*, value=5):
        return value

    defaults = factor.__kwdefaults__

    def ask(x):
        before = factor()
        defaults["value"] = slow(x)
        return before, factor(), factor()

    return _each(ask), defaults


def case_dataclass_field_is_a_descriptor():
    class Noted:
        def __get__(self, obj, cls):
            return 5 if obj is None else obj._value

        def __set__(self, obj, value):
            LOG.append(value)
            obj._value = value

    @dataclasses.dataclass
    class Row:
        a: int = Noted()

    def ask(x):
        row = Row(x)
        slow(x)
        return row.a, Row().a, len(LOG)

    return _each(ask)


def case_dataclass_with_slots():
    @dataclasses.dataclass(slots=True, kw_only=True)
    class Row:
        a: int
        b: list = dataclasses.field(default_factory=list)

    rows = []

    def ask(x):
        row = Row(a=x)
        rows.append(row)
        row.b.append(slow(x))
        return row

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
    return out, rows, [a is b for a, b in zip(out, rows)]


def case_deep_copy_of_what_holds_itself():
    state = {"rows": [[1]]}
    state["self"] = state

    def ask(x):
        state["rows"][0].append(slow(x))
        made = copy.deepcopy(state)
        made["rows"][0].append("copy")
        return made["rows"], made["self"] is made

    return _each(ask), state["rows"]


class Refusing:
    def __init__(self, n):
        self.n = n

    def __iadd__(self, other):
        return NotImplemented

    def __add__(self, other):
        LOG.append(other)
        return Refusing(self.n + other)


def case_refused_in_place():
    def ask(x):
        value = Refusing(x)
        value += slow(x)
        return value.n

    return _each(ask)
