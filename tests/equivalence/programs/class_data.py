# ruff: noqa
"""What lasting classes hold (tables, members, slots), and where loggers log: changed between entries and in the body."""

import collections
import enum
import functools
import io
import logging
import os

RECORDED_AHEAD = True
RECORDED_IN_PLACE = ["case_loggers_end_elsewhere"]
EXTRA_CALLS = True


def entered(task, items=(1, 2, 3)):
    out = []
    for x in items:
        out.append(task(x))
    return out


def entries(task, *changes):
    yield entered(task)
    yield entered(task)
    for change in changes:
        change()
        yield entered(task)


def between(task, *changes):
    """The one loop, entered again after each change."""
    return [*entries(task, *changes)]


def told(task, *changes):
    """So, and with all changes in the middle of a loop."""
    out = between(task, *changes)
    for x, change in enumerate(changes):
        out.append(task(x))
        change()
    return out


class Base:
    table = {"a": 1, "b": 2}
    row = [7]
    part = collections.Counter("a")


class Below(Base):
    pass


holder = Below()


class Getter:
    def __get__(self, obj, cls):
        return {"a": "got", "b": obj is None}


class Keyed(dict):
    def __missing__(self, key):
        return ["missing", key]


def look(x):
    return holder.table["a"], Below.table["b"], len(Base.row), holder.row[0], holder.part["a"], x


def case_a_table_of_a_class_is_replaced():
    def assign(cls, name, value):
        return lambda: setattr(cls, name, value)

    result = told(
        look,
        assign(Base, "table", {"a": "other", "b": [1]}),
        assign(Below, "table", {"a": None, "b": 2.5}),
        lambda: vars(holder).update(table={"a": "own"}),
        lambda: vars(holder).clear(),
        assign(Below, "table", Getter()),
        assign(Base, "row", "text"),
        assign(Base, "row", [True]),
        assign(Below, "table", Keyed(b=1)),
        lambda: delattr(Below, "table"),
        lambda: Base.row.append(3),
        assign(Base, "part", Keyed()),
    )
    Base.table, Base.row, Base.part = {"a": 1, "b": 2}, [7], collections.Counter("a")
    return result


class Kind(enum.Enum):
    A = 1
    B = 2


def member(x):
    return Kind["A"].name, Kind["AB"[x % 2]].value, [each.name for each in Kind], x


def case_members_by_name():
    map_, names = Kind._member_map_, Kind._member_names_
    result = between(
        member,
        lambda: map_.update(A=Kind.B),
        lambda: names.reverse(),
        lambda: map_.update(A=Kind.A),
    )
    names[:] = ["A", "B"]
    return result


class Slotted:
    __slots__ = ("n",)

    def __init__(self, n):
        self.n = n


Pair = collections.namedtuple("Pair", "n m")


class Lazy:
    @functools.cached_property
    def n(self):
        return "lazy"


def fields(x):
    return Slotted(x).n, Pair(x, 0).n, Lazy().n


def case_slots_and_fields_are_replaced():
    slot, field, lazy = Slotted.n, Pair.n, vars(Lazy)["n"]
    result = between(
        fields,
        lambda: setattr(Pair, "n", Pair.m),
        lambda: setattr(Pair, "n", property(lambda self: ("own", len(self)))),
        lambda: setattr(Lazy, "n", 5),
        lambda: setattr(Lazy, "n", property(lambda self: [])),
        lambda: setattr(Pair, "n", field),
        lambda: setattr(Lazy, "n", lazy),
    )
    return result, slot is Slotted.n


def setting(x):
    return os.environ.get("XCS_TEST_SETTING", "none"), x


def case_the_environment_by_its_get():
    result = between(
        setting,
        lambda: os.environ.update(XCS_TEST_SETTING="a"),
        lambda: os.environ.pop("XCS_TEST_SETTING", None),
    )
    os.environ.pop("XCS_TEST_SETTING", None)
    return result


def plain_logger(name):
    logger = logging.Logger(name)
    logger.parent = None
    logger.addHandler(logging.StreamHandler(io.StringIO()))
    return logger


log, other = plain_logger("one"), plain_logger("two")


def say(x):
    log.warning("at %s", x)
    return x


def case_loggers_end_elsewhere():
    global log
    first, ends = log, [log.handlers[0].stream, other.handlers[0].stream, io.StringIO(), io.StringIO()]
    noted = []

    class Noting(logging.Handler):
        def emit(self, record):
            noted.append((record.getMessage(), len(noted)))

    def switch():
        global log
        log = other

    result = told(
        say,
        lambda: setattr(first, "parent", other),
        lambda: log.handlers[0].setStream(ends[2]),
        lambda: other.handlers[0].setStream(ends[3]),
        lambda: log.addHandler(Noting()),
        lambda: log.removeHandler(log.handlers[-1]),
        lambda: log.addFilter(lambda record: "3" not in record.getMessage()),
        lambda: log.filters.clear(),
        switch,
    )
    log = first
    return result, [each.getvalue() for each in ends], noted
