# ruff: noqa
"""Calls that write to what they share and then look at it in every way there is, C code included."""

import array
import bisect
import collections
import copy
import dataclasses
import functools
import heapq
import io
import itertools
import json
import logging
import operator
import pickle
import random
import re
import statistics
import string
import sys
import textwrap
import types

from xcs_ast.testing import probe

EXTRA_CALLS = True

ROWS = [3, 1, 2]
TABLE = {"a": 1, "b": 2}
NAMES = {"x"}
TEXTS = ["q"]
LOG = []


def slow(x):
    probe.call(x)
    return x * 2


class Box:
    def __init__(self, n):
        self.n = n
        self.items = [n]

    def __repr__(self):
        return f"Box({self.n}, {self.items})"


BOX = Box(1)
BOXES = [Box(5), Box(2), Box(9)]


@dataclasses.dataclass(order=True)
class Row:
    n: int
    tags: list = dataclasses.field(default_factory=list)


ROW = Row(3)
POINT = types.SimpleNamespace(x=1)


def _each(look):
    """Each call writes everything, looks, waits, writes, and looks again."""

    def ask(x):
        ROWS.append(x)
        TABLE["a"] += x
        TABLE[x] = x
        NAMES.add(x)
        TEXTS.append(str(x))
        BOX.n += x
        BOX.items.append(x)
        BOXES[x % 3].n -= x * 3
        ROW.n += x
        ROW.tags.append(x)
        POINT.x += x
        first = look(x)
        slow(x)
        ROWS[0] += x
        TABLE["b"] = TABLE.get("b", 0) + x
        BOX.n += 1
        return first, look(x)

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
    return out, ROWS, TABLE, list(TABLE), BOX, BOXES, ROW


def case_repr_and_str():
    return _each(lambda x: (repr(ROWS), str(TABLE), f"{ROWS} {TABLE!r}", "%s %r" % (ROWS, TABLE), "{} {0}".format(ROWS) if 0 else "{0} {1[a]}".format(ROWS, TABLE)))


def case_repr_nested():
    return _each(lambda x: (repr([ROWS, (TABLE,)]), str({"k": ROWS}), f"{[BOX]}", repr(BOX), str(ROW), repr(POINT)))


def case_json():
    return _each(lambda x: (json.dumps(ROWS), json.dumps({"t": {str(k): v for k, v in TABLE.items()}, "r": [ROWS]}), json.dumps(vars(POINT))))


def case_pickle_and_copy():
    return _each(lambda x: (pickle.loads(pickle.dumps([ROWS, TABLE])), copy.copy(ROWS), copy.deepcopy([TABLE, ROWS]), copy.copy(BOX).n, copy.deepcopy(BOX).items))


def case_copies():
    return _each(lambda x: (list(ROWS), ROWS[:], ROWS.copy(), tuple(ROWS), [*ROWS, 0], dict(TABLE), {**TABLE}, TABLE.copy(), TABLE | {"z": 1}, sorted(map(str, NAMES | {9})), ROWS + [1], ROWS * 2))


def case_builtins():
    return _each(lambda x: (len(ROWS), sum(ROWS), max(ROWS), min(ROWS), sorted(ROWS), list(reversed(ROWS)), any(ROWS), all(ROWS), list(enumerate(ROWS)), list(zip(ROWS, TABLE)), bool(TABLE), set(ROWS) - {1}, frozenset(ROWS), bytes(r % 200 for r in ROWS)))


def case_compare():
    other = list(ROWS)
    return _each(lambda x: (ROWS == other, ROWS < other, ROWS != [3, 1, 2], TABLE == {"a": 2}, NAMES >= {"x"}, NAMES == {"x", 1}, (ROWS,) == (other,), [ROWS] == [other], 3 in ROWS, x in TABLE, x in NAMES, ROW < Row(5), ROW == Row(4)))


def case_list_methods():
    return _each(lambda x: (ROWS.index(x), ROWS.count(1), ROWS[-1], ROWS[1:3], ROWS[::-1]))


def case_dict_methods():
    return _each(lambda x: (list(TABLE.keys()), list(TABLE.values()), list(TABLE.items()), TABLE.get(x), TABLE.keys() & {"a", 1}, len(TABLE.items()), dict.fromkeys(TABLE), list(reversed(TABLE)), next(iter(TABLE))))


def case_unpacking():
    def look(x):
        first, *rest = ROWS
        *_, last = TABLE
        (k, v), *_ = TABLE.items()
        return first, rest, last, k, v, max(*ROWS), (lambda *a, **k: (a, sorted(k)))(*ROWS, **{str(k): v for k, v in TABLE.items()})

    return _each(look)


def case_join_and_format():
    return _each(lambda x: (",".join(TEXTS), "-".join(map(str, ROWS)), "{}{}".format(*ROWS), "%d %d" % tuple(ROWS[:2]), "%(a)s" % TABLE, "{a}".format(**{"a": TABLE["a"]}), string.Template("$a").substitute(a=TABLE["a"]), textwrap.fill(" ".join(TEXTS), 20)))


def case_itertools():
    return _each(lambda x: (list(itertools.chain(ROWS, TABLE)), list(itertools.accumulate(ROWS)), list(itertools.islice(ROWS, 2)), list(itertools.pairwise(ROWS)), [k for k, g in itertools.groupby(ROWS)], list(itertools.combinations(ROWS, 2))[-1], list(itertools.compress(ROWS, TEXTS)), list(itertools.zip_longest(ROWS, TEXTS))[-1]))


def case_functools_and_operator():
    return _each(lambda x: (functools.reduce(operator.add, ROWS), operator.itemgetter(0, -1)(ROWS), operator.attrgetter("n")(BOX), operator.contains(ROWS, x), operator.length_hint(ROWS), operator.methodcaller("count", 1)(ROWS), list(map(operator.neg, ROWS)), functools.partial(max, ROWS)()))


def case_library_functions():
    return _each(lambda x: (heapq.nlargest(2, ROWS), statistics.mean(ROWS), bisect.bisect(sorted(ROWS), 2), collections.Counter(ROWS).most_common(1), collections.deque(ROWS, maxlen=2), random.Random(1).choice(ROWS), array.array("i", ROWS).tolist(), re.sub("q", lambda m: str(len(ROWS)), "qq")))


def case_sort_with_keys():
    return _each(lambda x: ([b.n for b in sorted(BOXES, key=lambda b: b.n)], max(BOXES, key=operator.attrgetter("n")).n, sorted(TABLE, key=str), sorted(TABLE.values(), key=lambda v: -v), min(ROWS, key=lambda r: (r % 2, r))))


def case_dataclass_functions():
    return _each(lambda x: (dataclasses.asdict(ROW), dataclasses.astuple(ROW), dataclasses.replace(ROW, n=0), repr(ROW), ROW == Row(ROW.n, list(ROW.tags)), sorted([ROW, Row(0)])[0].n))


def case_attributes_by_name():
    return _each(lambda x: (getattr(BOX, "n"), getattr(BOX, "none", 5), hasattr(BOX, "items"), sorted(BOX.__dict__), sorted(vars(BOX)), BOX.__dict__["n"], vars(POINT)["x"], object.__getattribute__(BOX, "n")))


def case_truth_and_conditions():
    return _each(lambda x: ("t" if ROWS else "f", not TABLE, ROWS and ROWS[0], TABLE.get(99) or ROWS, bool(NAMES), [r for r in ROWS if r in TABLE], {k: v for k, v in TABLE.items() if v}, x if ROWS[-1] > 1 else -x))


def case_match():
    def look(x):
        match ROWS:
            case [a, b, *rest]:
                first = a, b, rest
        match TABLE:
            case {"a": n, **others}:
                second = n, others
        match BOX:
            case Box(n=n, items=[f, *_]):
                third = n, f
        return first, second, third

    return _each(look)


def case_loops_over_pending():
    def look(x):
        out = []
        for r in ROWS:
            out.append(r)
        for k in TABLE:
            out.append(k)
        for k, v in TABLE.items():
            out.append((k, v))
        it = iter(ROWS)
        out.append(next(it))
        out.extend(it)
        return out, sum(1 for _ in NAMES)

    return _each(look)


def case_changed_while_iterated():
    def ask(x):
        seen = []
        for r in ROWS:
            seen.append(r)
            if len(ROWS) < 6 + x:
                ROWS.append(r + x)
        slow(x)
        return seen

    return [ask(x) for x in [1, 2, 3]], ROWS


def case_dict_changed_while_iterated():
    def ask(x):
        slow(x)
        try:
            for k in TABLE:
                TABLE[f"{k}{x}"] = 0
        except RuntimeError as error:
            return str(error), list(TABLE)

    return [ask(x) for x in [1, 2, 3]], TABLE


def case_deletions():
    def ask(x):
        TABLE["t"] = x
        slow(x)
        del TABLE["t"]
        TABLE[x] = x
        del ROWS[0]
        ROWS.append(x)
        BOX.extra = x
        first = BOX.extra
        del BOX.extra
        return first, hasattr(BOX, "extra"), list(TABLE), ROWS[0], TABLE.pop(x), ROWS.pop()

    return [ask(x) for x in [1, 2, 3]], TABLE, ROWS, BOX


def case_global_deleted_and_made():
    def ask(x):
        global _made
        _made = x
        slow(x)
        first = _made
        del _made
        try:
            _made
        except NameError as error:
            return first, str(error)

    return [ask(x) for x in [1, 2, 3]], "_made" in globals()


def case_keys_of_equal_value():
    table = {1: "int"}

    def ask(x):
        table[float(x)] = x
        table[True] = "true"
        slow(x)
        table[2] = table.get(2.0, "none")
        return [(type(k).__name__, k) for k in table]

    return [ask(x) for x in [1, 2, 3]], table


def case_nan_keys():
    nan = float("nan")
    table = {}

    def ask(x):
        table[nan] = x
        table[float("nan")] = -x
        slow(x)
        return len(table), table[nan], nan in table, nan in [nan], [nan] == [nan]

    return [ask(x) for x in [1, 2, 3]], len(table)


def case_identity_of_numbers():
    state = {"n": 10**6}

    def ask(x):
        n = state["n"]
        same = n is state["n"]
        state["n"] = m = n + x
        slow(x)
        return same, state["n"] is m, m is n

    return [ask(x) for x in [1, 2, 3]], state


def case_identity_of_text():
    first = "a" * 50
    state = {"k": first}

    def ask(x):
        seen = state["k"] is first, state["k"] is not first
        if x == 2:
            state["k"] = "".join(["a"] * 50)
        slow(x)
        return seen

    return [ask(x) for x in [1, 2, 3]]


def case_aliases_inside_a_call():
    def ask(x):
        rows = ROWS
        mine = BOX.items
        rows.append(x)
        mine.append(x)
        slow(x)
        return len(ROWS), rows is ROWS, BOX.items[-1], mine == BOX.items, mine is BOX.items

    return [ask(x) for x in [1, 2, 3]], ROWS, BOX


def case_inplace_operators():
    state = {"l": [1], "t": (1,), "s": {1}, "d": {"k": 1}, "i": 1, "x": "a", "f": 1.5, "b": True}
    alias = dict(state)

    def ask(x):
        state["l"] += [x]
        state["t"] += (x,)
        state["s"] |= {x}
        state["d"] |= {x: x}
        state["i"] <<= x
        state["x"] *= 2
        state["f"] /= x + 1
        state["b"] += x
        slow(x)
        return [(k, v if k != "s" else sorted(v)) for k, v in state.items()]

    return [copy.deepcopy(v) for v in [ask(x) for x in [1, 2, 3]]], state, alias, [state[k] is alias[k] for k in state]


def case_inplace_not_looked_at():
    state = {"l": [1], "s": {1}, "d": {"k": 1}, "q": collections.deque([1], maxlen=2), "c": collections.Counter("a"), "y": bytearray(b"a")}
    alias = dict(state)

    def ask(x):
        slow(x)
        state["l"] += [x, x]
        state["s"] |= {x}
        state["d"] |= {x: x}
        state["q"] += [x]
        state["c"] += collections.Counter("ab")
        state["y"] += b"z"
        return x

    return [ask(x) for x in [1, 2, 3]], state, alias, [state[k] is alias[k] for k in state]


def case_bytearray_and_array():
    data, numbers = bytearray(b"abc"), array.array("i", [1, 2])

    def ask(x):
        data.append(65 + x)
        data[0] = 70 + x
        numbers.append(x)
        view = memoryview(data)
        slow(x)
        got = bytes(view[:2])
        view.release()
        return got, len(data), numbers.tolist(), bytes(data)

    return [ask(x) for x in [1, 2, 3]], data, numbers


def case_deque_and_counter_and_chain():
    queue = collections.deque([1, 2, 3])
    counts = collections.Counter("abc")
    chain = collections.ChainMap({"own": 1}, TABLE)

    def ask(x):
        queue.append(x)
        left = queue.popleft()
        queue.rotate(1)
        counts.update("ab")
        counts.subtract(a=1)
        chain["n"] = x
        TABLE["a"] += 1
        slow(x)
        return left, list(queue), sorted(counts.elements()), chain["a"], chain["n"], len(chain), counts.total()

    return [ask(x) for x in [1, 2, 3]], queue, counts, chain


def case_string_io():
    out = io.StringIO()

    def ask(x):
        print("line", x, file=out)
        out.write("more\n")
        slow(x)
        return out.getvalue(), out.tell()

    return [ask(x) for x in [1, 2, 3]]


def case_stdout_that_is_string_io():
    saved, sys.stdout = sys.stdout, io.StringIO()

    def ask(x):
        print("line", x)
        slow(x)
        return sys.stdout.getvalue()

    try:
        return [ask(x) for x in [1, 2, 3]]
    finally:
        sys.stdout = saved


def case_log_into_string_io():
    out = io.StringIO()
    log = logging.getLogger("prog.stringio")
    log.setLevel(logging.INFO)
    handler = logging.StreamHandler(out)
    log.addHandler(handler)

    def ask(x):
        log.info("line %d", x)
        slow(x)
        return out.getvalue()

    try:
        return [ask(x) for x in [1, 2, 3]]
    finally:
        log.removeHandler(handler)


def case_log_into_a_memory_handler():
    import logging.handlers

    log = logging.getLogger("prog.memory")
    log.setLevel(logging.INFO)
    handler = logging.handlers.BufferingHandler(100)
    log.addHandler(handler)

    def ask(x):
        log.info("line %d", x)
        slow(x)
        return len(handler.buffer)

    try:
        return [ask(x) for x in [1, 2, 3]]
    finally:
        log.removeHandler(handler)
        handler.close()


def case_bytes_io():
    out = io.BytesIO()

    def ask(x):
        out.write(b"%d;" % x)
        slow(x)
        return out.getvalue(), bytes(out.getbuffer())

    return [ask(x) for x in [1, 2, 3]]


def case_stdout_over_python_buffer():
    class Raw(io.RawIOBase):
        written = 0

        def writable(self):
            return True

        def write(self, data):
            Raw.written += len(data)
            return len(data)

    saved, sys.stdout = sys.stdout, io.TextIOWrapper(Raw(), write_through=True)

    def ask(x):
        print("line", x)
        slow(x)
        return Raw.written

    try:
        return [ask(x) for x in [1, 2, 3]]
    finally:
        sys.stdout = saved


def case_stdout_that_cannot_encode():
    saved, sys.stdout = sys.stdout, io.TextIOWrapper(io.BytesIO(), "ascii", write_through=True)
    counts = {"before": 0, "after": 0}

    def ask(x):
        counts["before"] += 1
        print("line", x, "é" if x == 2 else "e")
        counts["after"] += 1
        return slow(x)

    out = []
    try:
        for x in [1, 2, 3]:
            try:
                out.append(ask(x))
            except UnicodeEncodeError as error:
                out.append((error.reason, error.__traceback__.tb_next.tb_frame.f_code.co_name))
        return out, counts, sys.stdout.buffer.getvalue()
    finally:
        sys.stdout = saved


def case_stdout_closed_in_between():
    saved, sys.stdout = sys.stdout, io.TextIOWrapper(io.BytesIO(), write_through=True)
    counts = {"before": 0, "after": 0}

    def ask(x):
        counts["before"] += 1
        print("line", x)
        counts["after"] += 1
        return slow(x)

    out = []
    try:
        for x in [1, 2, 3]:
            try:
                out.append(ask(x))
            except ValueError as error:
                out.append(str(error))
            if x == 1:
                sys.stdout.close()
        return out, counts
    finally:
        sys.stdout = saved


def case_redirected_in_the_callee():
    import contextlib

    def ask(x):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            print("inside", x)
            slow(x)
        print("outside", x)
        return out.getvalue()

    return [ask(x) for x in [1, 2, 3]]


def case_argument_with_pending_writes():
    def ask(x):
        TABLE["a"] += x
        ROWS.append(x)
        probe.call((TABLE, ROWS))
        TABLE["a"] += x
        return x

    return [ask(x) for x in [1, 2, 3]], TABLE


def case_argument_inside_a_fresh_object():
    def ask(x):
        BOX.n += x
        wrapped = {"box": [BOX]}
        probe.call(wrapped)
        BOX.n += x
        return x

    return [ask(x) for x in [1, 2, 3]], BOX


def case_threads_in_the_callee():
    from concurrent.futures import ThreadPoolExecutor

    def add(y):
        TABLE["a"] += y
        return TABLE["a"]

    def ask(x):
        TABLE["a"] += x
        with ThreadPoolExecutor(1) as pool:
            got = list(pool.map(add, [x, x]))
        slow(x)
        return got

    return [ask(x) for x in [1, 2, 3]], TABLE


def case_asyncio_in_the_callee():
    import asyncio

    async def add(y):
        TABLE["a"] += y
        await asyncio.sleep(0)
        return TABLE["a"]

    async def both(x):
        return await asyncio.gather(add(x), add(x))

    def ask(x):
        TABLE["a"] += x
        got = asyncio.run(both(x))
        slow(x)
        return got

    return [ask(x) for x in [1, 2, 3]], TABLE


def case_callbacks_from_c():
    def count(x):
        TABLE["a"] += 1
        return TABLE["a"]

    def ask(x):
        out = [
            list(map(count, [1, 2])),
            list(filter(count, [1, 2])),
            sorted([3, 1, 2], key=count),
            functools.reduce(lambda a, b: a + count(b), [1, 2], 0),
            re.sub("a", lambda m: str(count(m)), "aa"),
            max([1, 2], key=count),
            list(itertools.takewhile(lambda v: count(v) % 5, [1, 2, 3])),
            list(iter(lambda: count(0), TABLE["a"] + 3)),
            [count(v) for v in iter([1])],
            sum(count(v) for v in (1, 2)),
            ",".join(str(count(v)) for v in (1, 2)),
            dict((v, count(v)) for v in (1, 2)),
            next(v for v in (count(0), count(1))),
            any(count(v) > 10**6 for v in (1, 2)),
            "{}".format(count(1)),
            collections.defaultdict(lambda: count(0))["k"],
            {}.get("k", count(1)),
            json.loads("[1]", parse_int=lambda s: count(s)),
            json.dumps({1}, default=lambda o: count(o)),
            list(itertools.groupby([1, 1, 2], key=count))[0][0],
            heapq.nsmallest(1, [2, 1], key=count),
            bisect.bisect([1, 2], 2, key=count),
            list(itertools.accumulate([1, 2], lambda a, b: count(b))),
            list(itertools.starmap(lambda a: count(a), [(1,)])),
        ]
        slow(x)
        return out

    return [ask(x) for x in [1, 2, 3]], TABLE


def case_deep_recursion():
    def down(n):
        TABLE["a"] += 1
        return 0 if n == 0 else 1 + down(n - 1)

    def ask(x):
        slow(x)
        return down(300 + x)

    return [ask(x) for x in [1, 2, 3]], TABLE


def case_recursion_error_caught():
    def down(n):
        TABLE["a"] += 1
        return 0 if n == 0 else 1 + down(n - 1)

    def ask(x):
        slow(x)
        try:
            return down(400)
        except RecursionError:
            return "too deep"

    return [ask(x) for x in [1, 2, 3]], TABLE


def case_shared_exception_raised_on_stale_state():
    failure = ValueError("shared")
    state = {"bad": True}

    def ask(x):
        slow(x)
        if state["bad"]:
            try:
                raise failure
            except ValueError as error:
                error.add_note(str(x))
        return x

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        state["bad"] = False
    return out, failure.__notes__, failure.__traceback__ is None, failure.__context__


def case_shared_exception_as_context():
    inner = ValueError("inner")

    def ask(x):
        slow(x)
        try:
            try:
                raise KeyError(x)
            except KeyError:
                raise inner
        except ValueError as error:
            return error is inner, repr(error.__context__)

    return [ask(x) for x in [1, 2, 3]], repr(inner.__context__)


def case_descriptor_of_the_class_replaced():
    class S:
        n = 1

    s = S()

    def ask(x):
        slow(x)
        before = s.n
        S.n = property(lambda self: ("property", x))
        return before, s.n

    return [ask(x) for x in [1, 2, 3]]


def case_attribute_becomes_slot_of_dict():
    class S:
        def __init__(self):
            self.n = 1

    s = S()

    def ask(x):
        s.__dict__ = {"n": s.n + slow(x)}
        return s.n, vars(s)

    return [ask(x) for x in [1, 2, 3]], s


def case_writes_through_vars_and_globals():
    def ask(x):
        vars(BOX)["n"] = BOX.n + slow(x)
        globals()["_by_name"] = x
        BOX.__dict__.update(late=x)
        return BOX.n, _by_name, BOX.late

    try:
        return [ask(x) for x in [1, 2, 3]]
    finally:
        globals().pop("_by_name", None)


def case_result_read_by_the_next_through_a_list():
    history = []

    def ask(x):
        history.append({"x": x, "seen": len(history)})
        slow(x)
        history[-1]["done"] = True
        return history[-1]

    out = []
    for x in [1, 2, 3]:
        got = ask(x)
        got["body"] = x
        out.append(got)
    return out, history


def case_unused_results():
    items = [5]

    def ask(x):
        items.append(x) or items.append(-x)
        TABLE.setdefault("new", []).append(x)
        TABLE.update(u=x)
        TABLE.update([("v", x)], w=x)
        NAMES.update([x], (x + 1,))
        items.extend(y for y in (x, x + 1))
        items.insert(0, x)
        [items.append(y) for y in (7, 8)]
        slow(x)

    for x in [1, 2, 3]:
        ask(x)
    return items, TABLE, sorted(map(str, NAMES))


def case_generator_passed_to_shared():
    items = []

    def ask(x):
        slow(x)
        items.extend(len(items) + y for y in (x, x))
        return x

    return [ask(x) for x in [1, 2, 3]], items


def case_extended_by_itself():
    items = [1]

    def ask(x):
        slow(x)
        items.extend(items)
        items.append(items[-1] + x)
        return x

    return [ask(x) for x in [1, 2]], items


def case_self_reference():
    node = {"name": "n"}

    def ask(x):
        node["self"] = node
        node["n"] = node.get("n", 0) + slow(x)
        return node["self"] is node, node["self"]["self"]["n"]

    return [ask(x) for x in [1, 2, 3]], node["n"]


def case_mutable_key_object():
    class Key:
        def __init__(self, n):
            self.n = n

    keys = [Key(1), Key(2)]
    table = {}

    def ask(x):
        key = keys[x % 2]
        table[key] = table.get(key, 0) + slow(x)
        return len(table)

    return [ask(x) for x in [1, 2, 3]], [table[k] for k in keys]


def case_tuple_keys_and_nested_tables():
    table = collections.defaultdict(lambda: collections.defaultdict(int))

    def ask(x):
        table[x % 2][("k", x)] += slow(x)
        table["all"]["n"] += 1
        return x

    return [ask(x) for x in [1, 2, 3]], {k: dict(v) for k, v in table.items()}


def case_class_with_counter_and_instances():
    class Task:
        count = 0
        registry = {}

        def __init__(self, name):
            type(self).count += 1
            self.id = self.count
            self.registry[name] = self

    def ask(x):
        task = Task(f"t{x}")
        slow(x)
        return task.id

    return [ask(x) for x in [1, 2, 3]], Task.count, list(Task.registry)


def case_swap_and_rebind():
    def ask(x):
        global ROWS
        old = ROWS
        ROWS = [*ROWS, slow(x)]
        return old is ROWS, len(ROWS), len(old)

    try:
        return [ask(x) for x in [1, 2, 3]], ROWS
    finally:
        globals()["ROWS"] = [3, 1, 2]
