# ruff: noqa
"""The same thing seen or changed through two doors, of which a model or a rule might know one only."""

import csv
import io
import logging
import os
import pathlib
import time

EXTRA_CALLS = True
RUNS_AHEAD = {"case_patterns_by_position"}


def case_items_of_a_dict_in_text():
    inner = []
    table = {"k": inner}

    def look(x):
        return repr(table.items()), str(table.values()), f"{table.items()}"

    out = []
    for x in [1, 2, 3]:
        out.append(look(x))
        inner.append(x)
    return out


def case_objects_in_the_text_of_a_view():
    class Loud:
        n = 0

        def __repr__(self):
            Loud.n += 1
            return f"loud {Loud.n}"

    table = {"k": [Loud()]}

    def look(x):
        return repr(table.values())

    return [look(x) for x in [1, 2, 3]], Loud.n


def case_time_zone_of_the_module():
    os.environ["TZ"] = "UTC"
    time.tzset()

    def look(x):
        return time.timezone, time.tzname

    out = []
    try:
        for x in [1, 2, 3]:
            out.append(look(x))
            os.environ["TZ"] = f"ABC{x}"
            time.tzset()
    finally:
        os.environ["TZ"] = "UTC"
        time.tzset()
    return out


def case_shell_writes_a_file():
    def look(x):
        return os.path.exists("q") and os.path.getsize("q")

    out = []
    for x in [1, 22, 333]:
        out.append(look(x))
        os.system(f"echo {x} > q")
    return out


def case_shell_sees_the_environment():
    def echo(x):
        os.system("echo $XCS_CASE_3 >> q")
        return x

    os.environ["XCS_CASE_3"] = "0"
    first = echo(1)
    os.environ["XCS_CASE_3"] = "1"
    second = echo(2)
    return first, second, pathlib.Path("q").read_text()


def case_limit_of_csv():
    def look(x):
        try:
            return list(csv.reader(["a" * 9]))
        except csv.Error as error:
            return str(error)

    before = csv.field_size_limit()
    out = []
    for x in [1, 2, 3]:
        out.append(look(x))
        csv.field_size_limit(2)
    csv.field_size_limit(before)
    return out


def case_dialect_of_csv():
    def look(x):
        try:
            return list(csv.reader(["a;b|c"], "xcs-case"))
        except csv.Error as error:
            return str(error)

    out = []
    for x in ";|,":
        out.append(look(x))
        csv.register_dialect("xcs-case", delimiter=x)
    csv.unregister_dialect("xcs-case")
    return out


def _logger(name, handler):
    log = logging.getLogger(f"side_doors.{name}")
    log.setLevel(logging.INFO)
    log.propagate = False
    log.handlers[:] = [handler]
    return log


def _closed(log):
    for handler in log.handlers:
        handler.close()
    log.handlers.clear()


def case_log_file_read_by_callee():
    log = _logger("a", logging.FileHandler("app.log"))

    def look(x):
        return pathlib.Path("app.log").read_text()

    def work(x):
        log.info("work %s", x)
        return x

    out = []
    for x in [1, 2, 3]:
        out.append(look(x))
        log.info("body %s", x)
    first = work(4)
    out += [first, look(4)]
    _closed(log)
    return out


def case_log_file_looked_at_by_the_same_task():
    log = _logger("b", logging.FileHandler("app.log", delay=True))

    def work(x):
        log.info("work %s", x)
        return os.path.exists("app.log") and os.path.getsize("app.log")

    out = [work(x) for x in [1, 2, 3]]
    _closed(log)
    return out


def case_log_in_memory():
    stream = io.StringIO()
    log = _logger("c", logging.StreamHandler(stream))

    def look(x):
        return stream.getvalue()

    out = []
    for x in [1, 2, 3]:
        out.append(look(x))
        log.info("body %s", x)
    _closed(log)
    return out


def case_log_between_prints():
    import sys

    log = _logger("d", logging.StreamHandler(sys.stdout))

    def work(x):
        log.info("work %s", x)
        return x

    def show(x):
        print("show", x)
        return x

    first = work(1)
    second = show(2)
    out = [first, second]
    for x in [3, 4]:
        out.append(work(x))
        print("body", x)
    _closed(log)
    return out


def case_metaclass_that_hashes():
    seen = []

    class Meta(type):
        def __hash__(cls):
            seen.append("hash")
            return 1

        def __eq__(cls, other):
            seen.append("eq")
            return cls is other

    class Thing(metaclass=Meta):
        def __init__(self):
            self.n = 1

        def get(self, x):
            return self.n + x

    thing = Thing()

    def make(x):
        return Thing().get(x)

    def use(x):
        return thing.get(x)

    return [make(x) for x in [1, 2]], [use(x) for x in [1, 2]], seen


def case_library_patched_by_a_task():
    import json

    before = json._default_encoder

    def work(x):
        json._default_encoder = json.JSONEncoder(indent=x)
        return json.dumps([x])

    out = [work(x) for x in [1, 2]]
    json._default_encoder = before

    def indent(x):
        json._default_encoder.indent = x
        return json.dumps([x])

    out += [indent(x) for x in [1, 2]]
    json._default_encoder.indent = None
    return out


def case_library_patched_by_the_body():
    import json
    import textwrap

    def look(x):
        return json.dumps([x, x]), textwrap.wrap("a b", 2)

    wrap, out = textwrap.TextWrapper.wrap, []
    for x in [1, 2, 3]:
        out.append(look(x))
        json.JSONEncoder.item_separator = ";"
        textwrap.TextWrapper.wrap = lambda self, text: ["c"]
    json.JSONEncoder.item_separator = ", "
    textwrap.TextWrapper.wrap = wrap
    return out


def case_stream_under_another_name():
    import pprint

    stream = io.StringIO()

    def look(x):
        return stream.getvalue()

    out = []
    for x in [1, 2, 3]:
        out.append(look(x))
        pprint.pprint([x], stream)
    return out


def case_telling_where_writes():
    file = open("pending.txt", "w")

    def tell(x):
        return file.tell()

    def size(x):
        return os.path.getsize("pending.txt")

    file.write("abc")
    first = tell(1)
    second = size(1)
    file.write("def")
    third = file.seek(0)
    fourth = size(2)
    file.close()
    return first, second, third, fourth


def case_time_zone_set_without_the_environment():
    os.environ["TZ"] = "UTC"
    time.tzset()

    def look(x):
        return time.localtime(0).tm_hour

    out = []
    os.environ["TZ"] = "ABC5"
    for x in [1, 2, 3]:
        out.append(look(x))
        time.tzset()
    os.environ["TZ"] = "UTC"
    time.tzset()
    return out


def case_timeout_of_all_sockets():
    import socket

    def look(x):
        return socket.getdefaulttimeout()

    out = []
    for x in [1, 2, 3]:
        out.append(look(x))
        socket.setdefaulttimeout(x)
    socket.setdefaulttimeout(None)
    return out


def case_names_of_log_levels():
    def look(x):
        return logging.getLevelName(25)

    out = []
    for x in [1, 2, 3]:
        out.append(look(x))
        logging.addLevelName(25, f"L{x}")
    logging.addLevelName(25, "Level 25")
    return out


def case_table_of_a_library():
    import html
    import html.entities

    def look(x):
        return html.unescape("&xcsq;")

    out = []
    for x in [1, 2, 3]:
        out.append(look(x))
        html.entities.html5["xcsq;"] = str(x)
    del html.entities.html5["xcsq;"]
    return out


def case_value_of_a_member():
    import enum

    Color = enum.Enum("Color", "RED BLUE")

    def look(x):
        return Color.RED.value

    out = []
    for x in [1, 2, 3]:
        out.append(look(x))
        Color.RED._value_ = x * 2
    return out


def case_metaclass_asked_by_suppress():
    import contextlib

    asked = []

    class Meta(type):
        def __subclasscheck__(cls, other):
            asked.append(other.__name__)
            return type.__subclasscheck__(cls, other)

    class Error(Exception, metaclass=Meta):
        pass

    def work(x):
        with contextlib.suppress(Error):
            raise Error(x)
        return len(asked)

    def look(x):
        return len(asked)

    out = [work(x) for x in [1, 2]]
    for x in [1, 2, 3]:
        out.append(look(x))
        with contextlib.suppress(KeyError, Error):
            raise Error(x)
    return out


def case_metaclass_asked_for_subclasses_only():
    import abc

    asked = []

    class Meta(type):
        def __subclasscheck__(cls, other):
            asked.append(other.__name__)
            return True

    class AbstractMeta(abc.ABCMeta):
        def __subclasscheck__(cls, other):
            asked.append(other.__name__)
            return True

    class Plain(metaclass=Meta):
        pass

    class Abstract(metaclass=AbstractMeta):
        pass

    def ask(x):
        return issubclass(int, Plain), isinstance(x, Abstract), issubclass(x.__class__, (str, Plain))

    def look(x):
        return len(asked)

    out = [(ask(x), len(asked)) for x in [1, 2]]
    for x in [1, 2, 3]:
        out.append(look(x))
        issubclass(int, Plain)
    for x in [1, 2, 3]:
        out.append(look(x))
        isinstance(x, Abstract)
    return out


def case_abstract_class_learns_of_a_subclass():
    import abc
    import numbers

    class Abstract(abc.ABC):
        pass

    class Thing:
        pass

    class Odd:
        pass

    def look(x):
        return isinstance(Thing(), Abstract), issubclass(Thing, (str, Abstract)), isinstance(Odd(), numbers.Number)

    out = []
    for x in [1, 2, 3]:
        out.append(look(x))
        Abstract.register(Thing)
    for x in [1, 2, 3]:
        out.append(look(x))
        if x == 2:
            numbers.Number.register(Odd)
    return out


def case_class_gets_a_method_that_counts():
    import abc
    import collections.abc

    class Thing:
        pass

    class Register(abc.ABC):
        pass

    def look(x):
        return isinstance(Thing(), collections.abc.Sized)

    out = []
    for x in [1, 2, 3]:
        out.append(look(x))
        Register.register(int)
        Thing.__len__ = lambda self: 1
    return out


class Spot:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y


class Told:
    __match_args__ = ("first", "count")
    log = []

    @property
    def first(self):
        Told.log.append("first")
        return 1

    @property
    def count(self):
        return len(Told.log)


def case_patterns_by_position():
    from xcs_ast.testing import probe

    def what(x):
        probe.call("what")
        match x:
            case Spot(0, y):
                return "axis", y
            case Spot(x=a, y=b) if a == b:
                return "same", a
            case Spot(a, Spot(b, c)):
                return "nested", a, b, c
            case int(n) | float(n):
                return "number", n
            case str(s):
                return "text", s
            case [str(s), *rest]:
                return "list", s, len(rest)
            case _:
                return "other"

    things = [Spot(0, 1), Spot(2, 2), Spot(1, Spot(2, 3)), 5, 1.5, "a", ["b", 1], None]
    return [what(x) for x in things]


def case_patterns_that_count():
    Told.log.clear()
    told = Told()

    def ask(x):
        match told:
            case Told(1, n):
                return n

    def look(x):
        return len(Told.log)

    out = [ask(x) for x in [1, 2]]
    for x in [1, 2, 3]:
        out.append(look(x))
        match told:
            case Told(2):
                out.append("two")
    return out


def case_patterns_replaced():
    spot = Spot(1, 2)

    def ask(x):
        match spot:
            case Spot(n):
                return n

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        Spot.__match_args__ = ("y", "x") if x % 2 else ("x", "y")
    Spot.__match_args__ = ("x", "y")
    for x in [1, 2, 3]:
        out.append(ask(x))
        spot.x += 1
    return out


class Row:
    asked = 0

    def __len__(self):
        Row.asked += 1
        return 1

    def __getitem__(self, index):
        return index


def case_class_that_becomes_a_sequence():
    import collections.abc

    row = Row()
    Row.asked = 0

    def ask(x):
        match row:
            case [n]:
                return n, Row.asked
            case {"a": 1}:
                return "mapping"
            case _:
                return "none", Row.asked

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        if x == 2:
            collections.abc.Sequence.register(Row)
    out += [ask(x) for x in [1, 2]]
    return out
