# ruff: noqa
"""The world outside, shared by all calls: files, streams, settings of the process, contexts, the stack."""

import abc
import contextvars
import csv
import decimal
import io
import json
import logging
import os
import pathlib
import random
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
import traceback
import types
import warnings

from xcs_ast.testing import probe

EXTRA_CALLS = True

LOG = []


def slow(x):
    probe.call(x)
    return x * 2


def case_file_counter():
    path = pathlib.Path("counter.txt")
    path.write_text("0")

    def ask(x):
        n = int(path.read_text())
        answer = slow(x)
        path.write_text(str(n + answer))
        return n

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
    return out, path.read_text()


def case_file_appended():
    def ask(x):
        with open("log.txt", "a") as file:
            file.write(f"{x}\n")
        return slow(x)

    return [ask(x) for x in [1, 2, 3]]


def case_shared_open_file():
    file = open("shared.txt", "w")

    def ask(x):
        file.write(f"begin {x}\n")
        answer = slow(x)
        file.write(f"end {x}\n")
        return answer

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        file.write("body\n")
    file.close()
    return out


def case_shared_file_position():
    file = open("shared.txt", "w+")

    def ask(x):
        file.write(f"{x};")
        slow(x)
        return file.tell()

    out = [ask(x) for x in [10, 2, 300]]
    file.seek(0)
    return out, file.read()


def case_file_closed_by_the_body():
    file = open("closed.txt", "w")

    def ask(x):
        answer = slow(x)
        file.write(f"{x}\n")
        return answer

    out = []
    for x in [1, 2, 3]:
        try:
            out.append(ask(x))
        except ValueError as error:
            out.append(str(error))
        if x == 1:
            file.close()
    return out


def case_string_io_shared():
    out = io.StringIO()

    def ask(x):
        out.write(f"{x},")
        print("p", x, file=out)
        return slow(x)

    return [ask(x) for x in [1, 2, 3]], out.getvalue()


def case_csv_writer_shared():
    out = io.StringIO()
    writer = csv.writer(out)

    def ask(x):
        writer.writerow([x, slow(x)])
        return x

    return [ask(x) for x in [1, 2, 3]], out.getvalue()


def case_reads_lines_of_shared_file():
    pathlib.Path("in.txt").write_text("a\nb\nc\nd\n")
    file = open("in.txt")

    def ask(x):
        return file.readline(), slow(x)

    out = [ask(x) for x in range(3)]
    file.close()
    return out


def case_cache_on_disk():
    def ask(x):
        path = pathlib.Path(f"cache{x}.json")
        if path.exists():
            return "cached", json.loads(path.read_text())
        answer = slow(x)
        path.write_text(json.dumps(answer))
        return "made", answer

    return [ask(x) for x in [1, 2, 1, 3, 2]]


def case_look_that_fails_until_the_body_writes():
    sizes = []

    def size(path):
        sizes.append(path)
        try:
            return os.path.getsize(path)
        except OSError as error:
            return error.errno

    out = []
    for path in ["0", "1", "2", "3"]:
        out.append(size(path))
        pathlib.Path(str(int(path) + 1)).write_text(path)
    return out, sizes


def case_temporary_names():
    def ask(x):
        with tempfile.TemporaryDirectory(dir=".") as folder:
            pathlib.Path(folder, "x").write_text(str(x))
            return slow(x), len(os.listdir("."))

    return [ask(x) for x in [1, 2, 3]]


def case_rename_and_list():
    pathlib.Path("0").write_text("")

    def ask(x):
        os.rename(str(x), str(x + 1))
        slow(x)
        return os.listdir(".")

    return [ask(x) for x in [0, 1, 2]]


def case_chdir_in_task():
    def ask(x):
        os.makedirs(f"d{x}", exist_ok=True)
        os.chdir(f"d{x}")
        slow(x)
        return len(pathlib.Path.cwd().parts)

    out = []
    home = os.getcwd()
    for x in [1, 2, 3]:
        out.append(ask(x))
    last = os.path.relpath(os.getcwd(), home)
    os.chdir(home)
    return [n - out[0] for n in out], last


def case_chdir_in_body():
    os.makedirs("e/f", exist_ok=True)
    home = os.getcwd()

    def ask(x):
        slow(x)
        return os.path.basename(os.getcwd())

    out = []
    for x in ["e", "f"]:
        os.chdir(x)
        out.append(ask(x))
    os.chdir(home)
    return out


def case_environ():
    os.environ["N"] = "0"

    def ask(x):
        os.environ["N"] = str(int(os.environ["N"]) + slow(x))
        return os.environ["N"], os.getenv("M")

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        os.environ["M"] = str(x)
    return out


def case_random_in_callee():
    def ask(x):
        return random.random(), slow(x), random.choice("abcdef")

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        random.shuffle(out)
    return out


def case_random_seeded_by_the_task():
    def ask(x):
        random.seed(x)
        slow(x)
        return random.random()

    return [ask(x) for x in [1, 2, 1]], random.random()


def case_own_generator_shared():
    rng = random.Random(5)

    def ask(x):
        return rng.randint(0, 1000), slow(x)

    return [ask(x) for x in [1, 2, 3]], rng.random()


def case_own_generator_per_call():
    def ask(x):
        rng = random.Random(x)
        return slow(x), rng.random(), rng.sample(range(100), 3)

    return [ask(x) for x in [1, 2, 3]]


def case_sqlite_in_callee():
    db = sqlite3.connect(":memory:")
    db.execute("create table t (id integer primary key, x int)")

    def ask(x):
        answer = slow(x)
        cursor = db.execute("insert into t (x) values (?)", (answer,))
        return cursor.lastrowid, db.total_changes

    out = []
    for x in [3, 1, 2]:
        out.append(ask(x))
    rows = db.execute("select * from t").fetchall()
    db.close()
    return out, rows


def case_sqlite_cursor_shared():
    db = sqlite3.connect(":memory:")
    db.executescript("create table t (x int); insert into t values (1), (2), (3), (4);")
    cursor = db.execute("select x from t order by x")

    def ask(i):
        row = cursor.fetchone()
        return row, slow(i)

    out = [ask(i) for i in range(3)]
    db.close()
    return out


def case_warnings_once():
    def ask(x):
        warnings.warn("careful", UserWarning)
        return slow(x)

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        warnings.warn(f"body {x}", UserWarning)
    return out


def case_warnings_filter_changed():
    def ask(x):
        slow(x)
        warnings.warn(f"w{x}", DeprecationWarning)
        return len(warnings.filters) > 0

    out = []
    with warnings.catch_warnings():
        for x in [1, 2, 3]:
            out.append(ask(x))
            if x == 1:
                warnings.simplefilter("ignore")
            if x == 2:
                warnings.simplefilter("always")
    return out


def case_warnings_as_errors_in_task():
    def ask(x):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            slow(x)
            try:
                warnings.warn("bad", UserWarning)
            except UserWarning as error:
                return str(error)

    return [ask(x) for x in [1, 2, 3]]


def case_decimal_context():
    def ask(x):
        third = decimal.Decimal(1) / 3
        slow(x)
        decimal.getcontext().prec = 3 + x
        return str(third)

    with decimal.localcontext():
        out = []
        for x in [1, 2, 3]:
            out.append(ask(x))
        return out, decimal.getcontext().prec - 3


def case_decimal_flags():
    with decimal.localcontext() as context:
        context.clear_flags()

        def ask(x):
            before = bool(context.flags[decimal.Inexact])
            slow(x)
            decimal.Decimal(1) / 3
            return before

        return [ask(x) for x in [1, 2, 3]]


def case_decimal_sum():
    total = decimal.Decimal("0.1")

    def ask(x):
        nonlocal total
        total += decimal.Decimal(slow(x)) / 7
        return x

    return [ask(x) for x in [1, 2, 3]], str(total)


def case_thread_local():
    local = threading.local()
    local.n = 10

    def ask(x):
        local.n += 1
        slow(x)
        return local.n

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
    return out, local.n


def case_thread_local_cache():
    local = threading.local()

    def ask(x):
        if not hasattr(local, "client"):
            local.client = object()
        slow(x)
        return local.client

    out = [ask(x) for x in [1, 2, 3]]
    return out[0] is out[1] is out[2]


def case_thread_identity():
    main = threading.get_ident()

    def ask(x):
        slow(x)
        return threading.get_ident() == main, threading.current_thread() is threading.main_thread()

    return [ask(x) for x in [1, 2, 3]]


def case_context_variable_set_in_task():
    var = contextvars.ContextVar("var", default=0)

    def ask(x):
        before = var.get()
        slow(x)
        var.set(before + x)
        return before

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
    return out, var.get()


def case_context_variable_set_in_body():
    var = contextvars.ContextVar("var", default=0)

    def ask(x):
        slow(x)
        return var.get()

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        var.set(x)
    return out


def case_context_token_reset():
    var = contextvars.ContextVar("var", default="none")

    def ask(x):
        token = var.set(f"task {x}")
        try:
            slow(x)
            return var.get()
        finally:
            var.reset(token)

    return [ask(x) for x in [1, 2, 3]], var.get()


def case_stdout_replaced_in_the_body():
    saved, buffer = sys.stdout, io.StringIO()

    def ask(x):
        print("before", x)
        answer = slow(x)
        print("after", x)
        return answer

    try:
        for x in [1, 2, 3, 4]:
            ask(x)
            sys.stdout = buffer if x % 2 else saved
    finally:
        sys.stdout = saved
    return buffer.getvalue()


def case_stdout_replaced_by_a_task():
    saved, buffer = sys.stdout, io.StringIO()

    def ask(x):
        print("before", x)
        if x == 2:
            sys.stdout = buffer
        slow(x)
        print("after", x)
        return sys.stdout is buffer

    try:
        return [ask(x) for x in [1, 2, 3]], buffer.getvalue()
    finally:
        sys.stdout = saved


def case_stdout_that_counts():
    class Counting(io.StringIO):
        lines = 0

        def write(self, text):
            self.lines += text.count("\n")
            return super().write(text)

    saved, counting = sys.stdout, Counting()

    def ask(x):
        print("line", x)
        slow(x)
        return counting.lines

    sys.stdout = counting
    try:
        out = [ask(x) for x in [1, 2, 3]]
    finally:
        sys.stdout = saved
    return out, counting.getvalue()


def case_stdout_that_fails():
    class Full(io.StringIO):
        def write(self, text):
            if self.tell() > 12:
                raise OSError("full")
            return super().write(text)

    saved, full = sys.stdout, Full()
    done = []

    def ask(x):
        print("line", x)
        done.append(x)
        return slow(x)

    sys.stdout = full
    try:
        out = []
        for x in [1, 2, 3, 4]:
            out.append(ask(x))
    except OSError as error:
        out.append(str(error))
    finally:
        sys.stdout = saved
    return out, done, full.getvalue()


def case_stdout_fails_inside_try():
    class Full(io.StringIO):
        def write(self, text):
            if "2" in text:
                raise OSError("full")
            return super().write(text)

    saved, full = sys.stdout, Full()

    def ask(x):
        try:
            print("line", x)
        except OSError:
            return "failed"
        return slow(x)

    sys.stdout = full
    try:
        return [ask(x) for x in [1, 2, 3]], full.getvalue()
    finally:
        sys.stdout = saved


def case_log_level_changed_by_the_body():
    log = logging.getLogger("prog.level")
    log.setLevel(logging.INFO)

    def ask(x):
        log.info("at %s", x)
        return slow(x)

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        log.setLevel(logging.ERROR if x == 1 else logging.INFO)
    return out


def case_log_handler_that_writes_state():
    log = logging.getLogger("prog.handler")
    log.setLevel(logging.INFO)
    seen = []

    class Handler(logging.Handler):
        def emit(self, record):
            seen.append((record.getMessage(), record.threadName == threading.current_thread().name))

    handler = Handler()
    log.addHandler(handler)

    def ask(x):
        log.info("at %s", x)
        slow(x)
        return len(seen)

    try:
        return [ask(x) for x in [1, 2, 3]], seen
    finally:
        log.removeHandler(handler)


def case_log_filter_that_counts():
    log = logging.getLogger("prog.filter")
    log.setLevel(logging.INFO)
    counts = {"n": 0}

    def every_second(record):
        counts["n"] += 1
        return counts["n"] % 2 == 1

    log.addFilter(every_second)

    def ask(x):
        log.info("at %s", x)
        return slow(x)

    try:
        return [ask(x) for x in [1, 2, 3, 4]], counts
    finally:
        log.removeFilter(every_second)


def case_log_with_lazy_arguments():
    log = logging.getLogger("prog.lazy")
    log.setLevel(logging.INFO)

    class Lazy:
        def __str__(self):
            LOG.append("str")
            return f"lazy {len(LOG)}"

    def ask(x):
        log.info("at %s", Lazy())
        log.debug("not %s", Lazy())
        return slow(x)

    return [ask(x) for x in [1, 2, 3]], LOG


def case_log_exception_in_task():
    log = logging.getLogger("prog.error")

    def ask(x):
        try:
            if slow(x) == 4:
                raise ValueError(x)
        except ValueError:
            log.exception("failed for %s", x)
            return None
        return x

    return [ask(x) for x in [1, 2, 3]]


def case_stack_is_looked_at():
    def ask(x):
        slow(x)
        return [frame.name for frame in traceback.extract_stack()][-2:], sys._getframe(1).f_code.co_name

    out = []
    for x in [1, 2]:
        out.append(ask(x))
    return out


def case_locals_of_the_caller():
    def ask(x):
        slow(x)
        return sorted(sys._getframe(1).f_locals)

    out = []
    for x in [1, 2]:
        out.append(ask(x))
    return out


def case_locals_and_dir_in_callee():
    def ask(x):
        y = slow(x)
        return sorted(locals()), dir(), sorted(k for k in vars())

    return [ask(x) for x in [1, 2]]


def case_recursion_limit():
    def ask(x):
        before = sys.getrecursionlimit()
        slow(x)
        sys.setrecursionlimit(before + 1)
        return before

    first = sys.getrecursionlimit()
    out = [ask(x) - first for x in [1, 2, 3]]
    sys.setrecursionlimit(first)
    return out


def case_limit_of_digits():
    limit, asked = sys.get_int_max_str_digits(), []

    def ask(x):
        asked.append(x)
        try:
            return int("1" * (limit + x)) % 7
        except ValueError:
            return "too long"

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        sys.set_int_max_str_digits(2 * limit)
    sys.set_int_max_str_digits(limit)
    return out, asked


def case_registries_of_the_process():
    asked = []

    def ask(x):
        asked.append(x)
        return "odd" in [name for name, _ in shutil.get_archive_formats()]

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        if x == 1:
            shutil.register_archive_format("odd", print)
    shutil.unregister_archive_format("odd")
    return out, asked


def case_processors_of_the_process():
    before, asked = os.sched_getaffinity(0), []

    def ask(x):
        asked.append(x)
        return sorted(os.sched_getaffinity(0)) == [min(before)]

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        if len(before) > 1:
            os.sched_setaffinity(0, {min(before)})
    os.sched_setaffinity(0, before)
    return out, asked


def case_processors_of_the_thread():
    before, out = os.sched_getaffinity(0), []

    def ask(x):
        slow(x)
        return sorted(os.sched_getaffinity(0)) == [min(before)]

    for x in [1, 2, 3]:  # the threads that run ahead are there from here on
        out.append(slow(x))
    os.sched_setaffinity(0, {min(before)})
    for x in [1, 2, 3]:
        out.append(ask(x))
    os.sched_setaffinity(0, before)
    return out


def case_modules_imported_in_task():
    def ask(x):
        import colorsys

        colorsys.touched = getattr(colorsys, "touched", 0) + 1
        slow(x)
        return colorsys.touched

    try:
        return [ask(x) for x in [1, 2, 3]]
    finally:
        sys.modules.pop("colorsys", None)


def case_module_attribute_patched_by_body():
    def ask(x):
        slow(x)
        return json.dumps([x])

    saved = json.dumps
    out = []
    try:
        for x in [1, 2, 3]:
            out.append(ask(x))
            json.dumps = (lambda v: f"patched {v}") if x == 1 else saved
    finally:
        json.dumps = saved
    return out


def case_sleep_patched():
    calls = []

    def ask(x):
        time.sleep(0)
        return slow(x)

    saved = time.sleep
    try:
        out = []
        for x in [1, 2, 3]:
            out.append(ask(x))
            time.sleep = calls.append
    finally:
        time.sleep = saved
    return out, calls


def case_method_patched_by_body():
    class Model:
        def ask(self, x):
            return slow(x)

    model = Model()
    out = []
    for x in [1, 2, 3, 4]:
        out.append(model.ask(x))
        if x == 1:
            Model.ask = lambda self, x: ("class", slow(x))
        if x == 2:
            model.ask = lambda x: ("instance", slow(x))
        if x == 3:
            del model.ask
    return out


def case_code_replaced_by_body():
    def one(x):
        return slow(x)

    def two(x):
        return "two", slow(x)

    def ask(x):
        return one(x)

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        one.__code__ = two.__code__
    return out


def case_defaults_replaced_by_body():
    def ask(x, factor=1):
        return slow(x) * factor

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        ask.__defaults__ = (x * 10,)
    return out


def case_class_of_object_changed():
    class A:
        def ask(self, x):
            return "a", slow(x)

    class B(A):
        def ask(self, x):
            self.__class__ = A
            return "b", slow(x)

    thing = B()
    out = []
    for x in [1, 2, 3]:
        out.append(thing.ask(x))
        if x == 2:
            thing.__class__ = B
    return out


def case_bases_changed():
    class Loud:
        name = "loud"

    class Quiet:
        name = "quiet"

    class Model(Loud):
        def ask(self, x):
            slow(x)
            return self.name

    model = Model()
    out = []
    for x in [1, 2, 3]:
        out.append(model.ask(x))
        Model.__bases__ = (Quiet,)
    return out


def case_builtins_patched_in_task():
    import builtins

    def ask(x):
        slow(x)
        n = len([1, 2])
        builtins.len = lambda xs: 77
        return n

    saved = builtins.len
    try:
        out = []
        for x in [1, 2, 3]:
            out.append(ask(x))
    finally:
        builtins.len = saved
    return out


class Noting(logging.Handler):
    def __init__(self):
        super().__init__()
        self.seen = []

    def emit(self, record):
        self.seen.append((record.funcName, record.lineno, record.getMessage()))


def _noting():
    log, handler = logging.Logger("noting"), Noting()
    log.addHandler(handler)
    return log, handler


def case_log_for_the_caller():
    log, handler = _noting()
    count = {"n": 0}

    def ask(x):
        count["n"] += 1
        log.warning("asked %s", x, stacklevel=2)
        slow(x)
        return count["n"]

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
    return out, [ask(x) for x in [4, 5]], handler.seen


def case_log_in_the_loop_itself():
    log, handler = _noting()
    out = []

    def inner(x):
        for j in range(2):
            log.warning("in %s", slow(j))
        return x

    for x in [1, 2]:
        log.warning(f"s {x}")
        out.append(inner(slow(x)))
    return out, handler.seen


class First:
    kind = 1

    def __call__(self, x):
        return slow(x)

    def __len__(self):
        return 1


class Second(First):
    def __call__(self, x):
        return -slow(x)

    def __len__(self):
        return 2


def _with_another_class(ask):
    shared = First()
    out = []
    for x in [1, 2, 3]:
        out.append(ask(shared, x))
        if x == 2:
            shared.__class__ = Second
    return out


def case_class_of_object_looked_at():
    return [
        _with_another_class(lambda o, x: (slow(x), type(o).__name__)),
        _with_another_class(lambda o, x: (slow(x), isinstance(o, Second))),
        _with_another_class(lambda o, x: (slow(x), len(o))),
        _with_another_class(lambda o, x: o(x)),
    ]


def case_class_of_module_changed():
    module = types.ModuleType("module")
    module.value = 1

    class Odd(types.ModuleType):
        @property
        def value(self):
            return 9

    def ask(x):
        slow(x)
        return module.value, type(module) is Odd

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        if x == 2:
            module.__class__ = Odd
    return out


def case_class_registered_meanwhile():
    class Base(abc.ABC):
        pass

    shared = First()

    def ask(x):
        slow(x)
        return isinstance(shared, Base), issubclass(int, (str, Base))

    out = []
    for x in [1, 2, 3, 4]:
        out.append(ask(x))
        if x == 2:
            Base.register(First)
        if x == 3:
            Base.register(int)
    return out


def _followed_from_the_second_on(switch):
    """The body has Python tell of each call from some turn on, as a debugger does that is called there."""
    calls = []

    def note(frame, event, arg):
        code = frame.f_code
        if event == "call" and code.co_filename == __file__ and code.co_name in ("ask", "slow"):
            calls.append(code.co_name)

    def ask(x):
        LOG.append(x)
        return slow(x)

    out = []
    try:
        for x in [1, 2, 3]:
            out.append(ask(x))
            if x == 1:
                switch(note)
    finally:
        switch(None)
    return out, calls


def case_traced_from_the_middle():
    return _followed_from_the_second_on(sys.settrace)


def case_profiled_from_the_middle():
    return _followed_from_the_second_on(sys.setprofile)
