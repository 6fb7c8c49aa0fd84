# ruff: noqa
"""What recorded calls touch without naming it: finalizers of what they replace, keys with minds of their own, modules, files."""

import json
import logging
import os
import pathlib
import sys
import threading
import types
import weakref

from xcs_ast.testing import probe

EXTRA_CALLS = True

LOG = []


def slow(x):
    probe.call(x)
    return x * 2


class Loud:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        LOG.append(("gone", self.n))


def _each(ask):
    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
    return out, LOG[:]


def case_del_of_what_an_attribute_held():
    class S:
        pass

    s = S()
    s.current = Loud(0)

    def ask(x):
        before = len(LOG)
        s.current = x
        slow(x)
        return before, len(LOG)

    return _each(ask)


def case_del_of_what_an_item_held():
    table = {1: Loud(1), 2: Loud(2), 3: Loud(3)}

    def ask(x):
        table[x] = None
        slow(x)
        return len(LOG)

    return _each(ask)


def case_del_of_what_was_popped():
    rows = [Loud(1), Loud(2), Loud(3)]

    def ask(x):
        rows.pop()
        slow(x)
        return len(LOG)

    return _each(ask)


def case_del_of_what_was_cleared():
    tables = {x: {"a": [Loud(x)]} for x in (1, 2, 3)}

    def ask(x):
        tables[x].clear()
        slow(x)
        return len(LOG)

    return _each(ask)


def case_del_of_what_a_global_held():
    def ask(x):
        global _held
        _held = x
        slow(x)
        return len(LOG)

    globals()["_held"] = Loud(0)
    try:
        return _each(ask)
    finally:
        globals().pop("_held", None)


def case_del_of_what_a_cell_held():
    held = Loud(0)

    def ask(x):
        nonlocal held
        held = x
        slow(x)
        return len(LOG)

    return _each(ask)


def case_del_of_what_a_deque_pushed_out():
    import collections

    rows = collections.deque([Loud(1), Loud(2)], maxlen=2)

    def ask(x):
        rows.append(x)
        slow(x)
        return len(LOG)

    return _each(ask)


def case_del_of_a_nested_object():
    class Holder:
        def __init__(self, n):
            self.inner = Loud(n)

    class S:
        pass

    s = S()
    s.holder = Holder(0)

    def ask(x):
        s.holder = None
        slow(x)
        return len(LOG)

    return _each(ask)


def case_weak_reference_to_what_was_replaced():
    class Thing:
        pass

    class S:
        thing = Thing()

    ref = weakref.ref(S.thing, lambda r: LOG.append("dead"))

    def ask(x):
        S.thing = x
        slow(x)
        return ref() is None, len(LOG)

    return _each(ask)


def case_weak_set_of_what_was_popped():
    class Thing:
        pass

    rows = [Thing(), Thing(), Thing()]
    alive = weakref.WeakSet(rows)

    def ask(x):
        rows.pop()
        slow(x)
        return len(alive)

    return _each(ask)


class Sly:
    """Looks like the text "a" to a dictionary, and notes who asks."""

    def __hash__(self):
        return hash("a")

    def __eq__(self, other):
        LOG.append(("eq", type(other).__name__))
        return False


def case_key_in_the_dict_that_compares():
    table = {Sly(): 0}

    def ask(x):
        got = table.get("a", "none")
        slow(x)
        return got, len(LOG)

    return _each(ask)


def case_key_in_the_dict_that_compares_on_store():
    table = {Sly(): 0}

    def ask(x):
        table["a"] = x
        slow(x)
        return len(LOG), len(table)

    return _each(ask)


def case_element_in_the_set_that_compares():
    names = {Sly()}

    def ask(x):
        found = "a" in names
        slow(x)
        names.add("a")
        return found, len(LOG)

    return _each(ask)


def case_element_in_the_list_that_compares():
    rows = [Sly(), "a"]

    def ask(x):
        slow(x)
        return rows.index("a"), rows.count("a"), "a" in rows, rows == ["x", "a"], len(LOG)

    return _each(ask)


def case_instance_dict_with_a_sly_key():
    class S:
        pass

    s = S()
    s.__dict__[Sly()] = 1

    def ask(x):
        s.a = x
        slow(x)
        return s.a, len(LOG)

    return _each(ask)


def case_from_import_in_callee():
    def ask(x):
        from json import dumps

        slow(x)
        return dumps([x])

    saved = json.dumps
    out = []
    try:
        for x in [1, 2, 3]:
            out.append(ask(x))
            json.dumps = lambda v: "patched"
    finally:
        json.dumps = saved
    return out


def case_module_replaced():
    def ask(x):
        import json as module

        slow(x)
        return getattr(module, "mine", "real")

    out = []
    saved = sys.modules["json"]
    try:
        for x in [1, 2, 3]:
            out.append(ask(x))
            sys.modules["json"] = types.SimpleNamespace(mine=x)
    finally:
        sys.modules["json"] = saved
    return out


def case_file_read_by_calls_written_by_the_body():
    path = pathlib.Path("state.txt")
    path.write_text("0")

    def ask(x):
        slow(x)
        return path.read_text()

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        path.write_text(str(x))
    return out


def case_file_opened_by_calls_written_by_the_body():
    with open("state.txt", "w") as file:
        file.write("0")

    def ask(x):
        with open("state.txt") as file:
            before = file.read()
        slow(x)
        return before, os.path.exists("new.txt"), sorted(os.listdir("."))[:2], os.path.getsize("state.txt")

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        with open("state.txt", "a") as file:
            file.write(str(x))
        pathlib.Path("new.txt").touch()
    os.remove("new.txt")
    return out


def case_environment_read_by_calls():
    os.environ["V"] = "0"

    def ask(x):
        slow(x)
        return os.environ["V"], os.getenv("V"), os.environ.get("W", "none")

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        os.environ["V"] = str(x)
        os.environ["W"] = "set"
    del os.environ["V"], os.environ["W"]
    return out


def case_input_after_print():
    import io

    saved, sys.stdin = sys.stdin, io.StringIO("a\nb\nc\n")

    def ask(x):
        print("question", x)
        answer = input("? ")
        slow(x)
        return answer

    try:
        return _each(ask)
    finally:
        sys.stdin = saved


def case_write_to_descriptor_after_print():
    reader, writer = os.pipe()

    def ask(x):
        os.write(writer, b"x")
        slow(x)
        return os.read(reader, 1)

    try:
        return _each(ask)
    finally:
        os.close(reader)
        os.close(writer)


def case_loggers_made_by_calls():
    def ask(x):
        log = logging.getLogger(f"prog.made{x % 2}")
        slow(x)
        log.warning("from %d", x)
        return log.name, sorted(k for k in logging.root.manager.loggerDict if k.startswith("prog.made"))

    return _each(ask)


def case_logging_disabled_by_the_body():
    log = logging.getLogger("prog.disabled")
    log.setLevel(logging.INFO)

    def ask(x):
        log.info("at %d", x)
        return slow(x)

    try:
        for x in [1, 2, 3]:
            ask(x)
            logging.disable(logging.CRITICAL if x == 1 else logging.NOTSET)
    finally:
        logging.disable(logging.NOTSET)


def case_handler_added_by_the_body():
    import io

    log = logging.getLogger("prog.added")
    log.setLevel(logging.INFO)
    out = io.StringIO()
    handler = logging.StreamHandler(out)

    def ask(x):
        log.info("at %d", x)
        return slow(x)

    try:
        for x in [1, 2, 3]:
            ask(x)
            log.addHandler(handler)
    finally:
        log.removeHandler(handler)
    return out.getvalue()


def case_complex_and_bytes():
    state = {"z": complex(0.0, 0.0), "b": b"a"}

    def ask(x):
        slow(x)
        return str(state["z"]), state["b"]

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        state["z"] = complex(0.0, -0.0) if x == 1 else complex(-0.0, 0.0)
        state["b"] = b"b" if x == 2 else b"a"
    return out


def case_own_threads_change_state():
    state = {"n": 0}
    go, done = threading.Event(), threading.Event()

    def other():
        go.wait(5)
        state["n"] = 100
        done.set()

    thread = threading.Thread(target=other)
    thread.start()

    def ask(x):
        slow(x)
        return state["n"] > 50

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        go.set()
        done.wait(5)
    thread.join()
    return out


def case_closure_over_the_loop():
    callbacks = []

    def ask(x):
        callbacks.append(lambda: (x, len(callbacks)))
        slow(x)
        return callbacks[-1]()

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
    return out, [c() for c in callbacks]


def case_observers():
    class Subject:
        def __init__(self):
            self.observers = []
            self.events = []

        def fire(self, x):
            for observer in self.observers:
                observer(x)
            return slow(x)

    subject = Subject()
    subject.observers.append(subject.events.append)
    subject.observers.append(lambda x: subject.events.append(-x))
    subject.observers.append(lambda x: subject.observers.append(subject.events.append) if x == 2 else None)
    return _each(subject.fire), subject.events


def case_undo_log():
    class Account:
        def __init__(self):
            self.balance = 10
            self.undo = []

        def spend(self, x):
            self.undo.append(lambda old=self.balance: setattr(self, "balance", old))
            self.balance -= slow(x)
            if self.balance < 0:
                while self.undo:
                    self.undo.pop()()
                return "rolled back"
            return self.balance

    account = Account()
    return _each(account.spend), account.balance, len(account.undo)


def case_property_counts_reads():
    class Meter:
        reads = 0

        @property
        def value(self):
            type(self).reads += 1
            return self.reads

    meter = Meter()
    return _each(lambda x: (slow(x), meter.value, meter.value)), Meter.reads


def case_operator_on_shared_that_returns_self():
    class Total:
        def __init__(self):
            self.n = 0
            self.history = []

        def __iadd__(self, x):
            self.history.append(self.n)
            self.n += x
            return self

    class S:
        total = Total()

    def ask(x):
        S.total += slow(x)
        return x

    return _each(ask), S.total.n, S.total.history


def case_context_manager_on_shared():
    class Timer:
        def __init__(self):
            self.depth = 0
            self.spans = []

        def __enter__(self):
            self.depth += 1
            return self

        def __exit__(self, *exc):
            self.spans.append((self.depth, exc[0]))
            self.depth -= 1

    timer = Timer()

    def ask(x):
        with timer:
            answer = slow(x)
            if x == 2:
                with timer:
                    return answer
        return answer

    return _each(ask), timer.depth, timer.spans


def case_generator_method_over_shared():
    class Book:
        def __init__(self):
            self.pages = [1, 2, 3]
            self.read = 0

        def __iter__(self):
            for page in self.pages:
                self.read += 1
                yield page

    book = Book()

    def ask(x):
        slow(x)
        total = sum(book)
        book.pages.append(x)
        return total, book.read, max(book), x in book

    return _each(ask), book.read


def case_class_level_registry_by_decorator():
    registry = {}

    def register(name):
        def wrap(f):
            registry[name] = f
            return f

        return wrap

    def ask(x):
        @register(f"f{x}")
        def f(y):
            return x * y

        slow(x)
        return registry[f"f{x}"](10), len(registry)

    return _each(ask), {k: f(2) for k, f in registry.items()}
