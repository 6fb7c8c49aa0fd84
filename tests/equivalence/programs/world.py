# ruff: noqa
"""The world outside: streams, files, directories, databases, logs, environment, context, the clock, the stack."""

import contextvars
import decimal
import inspect
import io
import json
import logging
import os
import pathlib
import sqlite3
import sys
import threading
import time
import warnings

from xcs_ast.testing import probe

RUNS_AHEAD = {"case_sleeping_calls", "case_time_of_day_formats", "case_decimal_context_is_yet_to_be_made"}


def calm(x):
    probe.call(x)
    return x


def case_sleeping_calls():
    def slow(x):
        time.sleep(0.001)
        return x * 2

    return [slow(x) for x in range(4)]


def case_print_in_callee():
    def say(x):
        print("call", x)
        return x

    out = []
    for x in [1, 2, 3]:
        out.append(say(x))
        print("body", x)
    return out


def case_stderr_and_stdout():
    def say(x):
        print(x, file=sys.stderr if x % 2 else sys.stdout)
        return x

    return [say(x) for x in [1, 2, 3]]


def case_print_to_string_io():
    out = io.StringIO()

    def say(x):
        print(x, file=out, end=";")
        return out.tell()

    return [say(x) for x in [1, 2, 3]], out.getvalue()


def case_stdout_replaced_in_loop():
    buffer = io.StringIO()
    saved = sys.stdout

    def say(x):
        print(x)
        return x

    for x in [1, 2, 3]:
        y = say(x)
        sys.stdout = buffer if x == 1 else saved
    sys.stdout = saved
    return buffer.getvalue()


def case_logging_in_callee():
    log = logging.getLogger("prog.a")
    log.setLevel(logging.INFO)

    def work(x):
        log.info("working on %s", x)
        log.debug("unseen")
        return x

    out = []
    for x in [1, 2]:
        out.append(work(x))
        log.warning("done %d", x)
    return out


def case_logging_exception():
    log = logging.getLogger("prog.b")

    def work(x):
        try:
            return 1 / x
        except ZeroDivisionError:
            log.exception("no")
            return None

    return [work(x) for x in [1, 0]]


def case_logging_level_changed():
    log = logging.getLogger("prog.c")
    log.setLevel(logging.INFO)

    def work(x):
        return log.isEnabledFor(logging.INFO)

    out = []
    for x in [1, 2, 3]:
        out.append(work(x))
        log.setLevel(logging.ERROR)
    return out


def case_warnings_once_per_place():
    def work(x):
        warnings.warn(f"odd {x}", UserWarning, stacklevel=2)
        return x

    out = []
    for x in [1, 2]:
        out.append(work(x))
    return out


def case_warning_same_text():
    def work(x):
        warnings.warn("deprecated", DeprecationWarning)
        return x

    with warnings.catch_warnings():
        warnings.simplefilter("once")
        return [work(x) for x in [1, 2, 3]]


def case_warning_becomes_error():
    def work(x):
        warnings.warn(f"w{x}")
        return x

    out = []
    with warnings.catch_warnings():
        for x in [1, 2, 3]:
            try:
                out.append(work(x))
            except UserWarning as error:
                out.append(error)
            warnings.simplefilter("error")
    return out


def case_file_append():
    def write(x):
        with open("log.txt", "a") as f:
            f.write(f"{x}\n")
        return os.path.getsize("log.txt")

    return [write(x) for x in [1, 22, 333]]


def case_file_written_by_body_read_by_callee():
    def read(x):
        try:
            return pathlib.Path("state.txt").read_text()
        except FileNotFoundError:
            return "none"

    out = []
    for x in [1, 2, 3]:
        out.append(read(x))
        pathlib.Path("state.txt").write_text(str(x))
    return out


def case_files_one_each():
    def write(x):
        path = pathlib.Path(f"{x}.json")
        path.write_text(json.dumps({"x": x}))
        return path.name

    return [write(x) for x in "ab"], sorted(os.listdir("."))


def case_shared_file_position():
    pathlib.Path("data.txt").write_text("one\ntwo\nthree\n")
    out = []
    with open("data.txt") as f:

        def line(x):
            return x, f.readline()

        for x in [1, 2, 3]:
            out.append(line(x))
    return out


def case_iterate_over_file():
    pathlib.Path("data.txt").write_text("one\ntwo\n")
    out = []
    with open("data.txt") as f:
        for line in f:
            out.append((calm(line.strip()), f.fileno() > 0))
    return out


def case_chdir_in_callee():
    def enter(name):
        os.makedirs(name)
        os.chdir(name)
        return os.path.basename(os.getcwd())

    out = []
    for name in ["a", "b"]:
        out.append(enter(name))
    return out


def case_chdir_in_body():
    for name in ["a", "b"]:
        os.mkdir(name)
        pathlib.Path(name, "f").write_text(name)

    def read(name):
        return pathlib.Path("f").read_text() if os.path.exists("f") else None

    out = []
    top = os.getcwd()
    for name in ["a", "b"]:
        out.append(read(name))
        os.chdir(os.path.join(top, name))
    return out


def case_environment_in_callee():
    def put(x):
        os.environ["XCS_CASE"] = os.environ.get("XCS_CASE", "") + x
        return os.environ["XCS_CASE"]

    return [put(x) for x in "abc"]


def case_environment_in_body():
    def get(x):
        return os.getenv("XCS_CASE_2", "unset")

    out = []
    for x in "ab":
        out.append(get(x))
        os.environ["XCS_CASE_2"] = x
    return out


def case_sqlite_connection_in_callee():
    db = sqlite3.connect(":memory:")
    db.execute("create table t (x)")

    def insert(x):
        db.execute("insert into t values (?)", (x,))
        return db.execute("select count(*) from t").fetchone()[0]

    out = []
    for x in [1, 2, 3]:
        out.append(insert(x))
    rows = db.execute("select x from t").fetchall()
    db.close()
    return out, rows


def case_sqlite_read_only_is_bound_to_its_thread():
    db = sqlite3.connect(":memory:")
    db.execute("create table t (x)")
    db.execute("insert into t values (5)")

    def look(x):
        return db.execute("select x + ? from t", (x,)).fetchone()

    out = [look(x) for x in [1, 2]]
    db.close()
    return out


def case_sqlite_cursor_shared():
    db = sqlite3.connect(":memory:")
    cursor = db.execute("select 1 union select 2 union select 3")

    def fetch(x):
        return cursor.fetchone()

    out = []
    for x in range(4):
        out.append(fetch(x))
    db.close()
    return out


VAR = contextvars.ContextVar("VAR", default=0)


def case_context_variable_read():
    VAR.set(5)

    def get(x):
        return VAR.get() + x

    return [get(x) for x in [1, 2]]


def case_context_variable_set_in_callee():
    def put(x):
        VAR.set(VAR.get() + x)
        return VAR.get()

    return [put(x) for x in [1, 2, 3]], VAR.get()


def case_context_variable_set_in_body():
    def get(x):
        return VAR.get()

    out = []
    for x in [1, 2, 3]:
        out.append(get(x))
        VAR.set(x)
    return out


LOCAL = threading.local()


def case_thread_local():
    LOCAL.n = 1

    def use(x):
        LOCAL.n += x
        return LOCAL.n

    return [use(x) for x in [1, 2]]


def case_thread_local_read():
    LOCAL.n = 7

    def use(x):
        return getattr(LOCAL, "n", "missing")

    out = []
    for x in [1, 2]:
        out.append(use(x))
    return out


def case_current_thread_name():
    def who(x):
        return threading.current_thread().name, threading.get_ident() == main

    main = threading.get_ident()
    out = []
    for x in [1, 2]:
        out.append(who(x))
    return out


def case_lock_in_callee():
    lock = threading.Lock()
    order = []

    def work(x):
        with lock:
            order.append(x)
            return len(order)

    return [work(x) for x in "abc"], order


def case_lock_held_by_body():
    lock = threading.Lock()

    def free(x):
        return lock.locked()

    out = []
    for x in [1, 2]:
        out.append(free(x))
        with lock:
            out.append(free(x))
    return out


def case_rlock_held_around_loop():
    lock = threading.RLock()

    def work(x):
        with lock:
            return x

    out = []
    with lock:
        for x in [1, 2, 3]:
            out.append(work(x))
    return out


def case_frame_inspection():
    def caller(x):
        return sys._getframe(1).f_code.co_name, sys._getframe(1).f_lineno

    out = []
    for x in [1, 2]:
        out.append(caller(x))
    return out


def case_inspect_stack():
    def depth(x):
        return [f.function for f in inspect.stack()][:2]

    out = []
    for x in [1, 2]:
        out.append(depth(x))
    return out


def case_recursion_limit():
    def change(x):
        sys.setrecursionlimit(sys.getrecursionlimit() + x)
        return x

    return [change(x) for x in [1, 2]]


def case_recursion_depth_available():
    def deep(n):
        return 0 if n == 0 else 1 + deep(n - 1)

    out = []
    for n in [10, 200]:
        out.append(deep(n))
    return out


def case_clock_is_monotonic():
    def stamp(x):
        return time.monotonic()

    out = []
    for x in range(5):
        out.append(stamp(x))
    return len(out)


def case_json_of_items():
    return [json.loads(text)["a"] for text in ['{"a": 1}', '{"a": [2]}']]


def case_json_default_hook():
    log = []

    def default(o):
        log.append(type(o).__name__)
        return len(log)

    def dump(x):
        return json.dumps(x, default=default)

    return [dump(x) for x in [{1: {2}}, [object()]]], log


def case_sys_path_and_modules():
    def put(x):
        sys.path.append(x)
        return len(sys.path)

    before = len(sys.path)
    return [put(x) - before for x in ["a", "b"]]


def case_string_io_read_by_callee():
    buffer = io.StringIO("line 1\nline 2\n")

    def read(x):
        return buffer.readline()

    out = []
    for x in [1, 2, 3]:
        out.append(read(x))
    return out


def case_subprocess_free_of_order_is_not_assumed():
    def touch(x):
        os.system(f"echo {x} >> order.txt")
        return x

    return [touch(x) for x in "ab"], pathlib.Path("order.txt").read_text()


def case_time_of_day_formats():
    def show(x):
        return time.strftime("%Y", time.gmtime(x))

    return [show(x) for x in [0, 10**9]]


def case_random_seeded_in_callee():
    import random

    def draw(x):
        random.seed(x)
        return random.random()

    return [draw(x) for x in [1, 2]], random.random()


def case_random_shuffle_of_argument():
    import random

    def mix(xs):
        random.shuffle(xs)
        return xs

    return [mix([1, 2, 3, 4]) for _ in range(3)]


def case_decimal_context_is_yet_to_be_made():
    def third(x):
        time.sleep(0.001)
        return decimal.Decimal(x) / 3

    def all_of_them():
        out = []
        for x in range(1, 6):
            out.append(third(x))
        return out, bool(decimal.getcontext().flags[decimal.Inexact])

    return contextvars.Context().run(all_of_them)


def case_uuid_from_seeded_bits():
    import random
    import uuid

    def make(x):
        return str(uuid.UUID(int=random.getrandbits(128)))

    return [make(x) for x in range(3)]
