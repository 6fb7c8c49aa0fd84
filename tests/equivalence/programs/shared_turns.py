# ruff: noqa
"""Several hand-overs with shared writes between them; and locks, ids and thread-bound things after a slow call."""

import contextvars
import itertools
import sqlite3
import threading

from xcs_ast.testing import probe

EXTRA_CALLS = True
RECORDED_AHEAD = ["case_condition_and_two_calls", "case_three_stages", "case_lock_around_read_and_write", "case_ids"]


def slow(x):
    probe.call(x)
    return x * 2


class Model:
    journal = []

    def __init__(self, n, ok=True):
        self.n = n
        self.ok = ok
        self.calls = 0
        self.history = []

    def first(self, x):
        self.calls += 1
        self.history.append({"role": "user", "text": x})
        answer = slow(x + self.n)
        self.history.append({"role": "model", "text": answer})
        return answer

    def second(self, a):
        self.calls += 1
        Model.journal.append((self.n, a))
        return slow(a) + self.n

    def third(self, b):
        if b % 3 == 0:
            raise ValueError(b)
        self.history.append(slow(b))
        return len(self.history)


def models(count=4):
    Model.journal = []
    return [Model(n, n % 3 != 1) for n in range(count)]


def case_condition_and_two_calls():
    ms, log, out = models(), [], []
    for m in ms:
        if m.ok:
            a = m.first(5)
            log.append(a)
            b = m.second(a)
            out.append((a, b))
    return ms, log, out, Model.journal


def case_three_stages():
    ms, out = models(), []
    for m in ms:
        a = m.first(1)
        out.append(a)
        b = m.second(a)
        out.append(b)
        out.append(m.second(b))
    return ms, out, Model.journal


def case_third_fails_now_and_then():
    ms, out = models(), []
    for m in ms:
        try:
            a = m.first(1)
            b = m.second(a)
            out.append(m.third(b))
        except ValueError as error:
            out.append(error.args)
    return ms, out, Model.journal


def case_third_fails_for_good():
    ms, out = models(), []
    try:
        for m in ms:
            a = m.first(1)
            b = m.second(a)
            out.append(m.third(b))
    except ValueError as error:
        out.append(error.args)
    return ms, out, Model.journal


def case_body_changes_what_the_next_stage_reads():
    ms, out = models(), []
    for m in ms:
        a = m.first(1)
        m.n += a % 5
        b = m.second(a)
        if b % 2:
            ms[0].n -= 1
        out.append((a, b))
    return ms, out, Model.journal


def case_body_changes_the_history():
    ms, out = models(), []
    for m in ms:
        a = m.first(1)
        m.history[0]["text"] = "seen"
        m.history = list(m.history)
        b = m.third(a + 1 + a % 3)
        out.append((a, b))
    return ms, out


def case_one_history_for_all():
    ms, out, shared = models(), [], []
    for m in ms:
        m.history = shared
    for m in ms:
        a = m.first(1)
        b = m.second(len(m.history))
        out.append((a, b, len(shared)))
    return ms, out, Model.journal


class Counter:
    def __init__(self, lock):
        self.lock = lock
        self.n = 0
        self.ids = itertools.count(1)
        self.local = threading.local()
        self.log = []

    def ask(self, x):
        answer = slow(x)
        with self.lock:
            before = self.n
            again = slow(before)
            self.n = before + answer
            self.log.append(again)
        return self.n

    def numbered(self, x):
        answer = slow(x)
        number = next(self.ids)
        self.log.append((number, answer))
        return number

    def named(self, x):
        answer = slow(x)
        name = threading.current_thread().name
        self.local.last = answer
        same = threading.get_ident() == probe.LOG.thread
        return name, same, self.local.last

    def failing(self, x):
        answer = slow(x)
        with self.lock:
            self.n += 1
            if x == 3:
                raise KeyError(x)
        return answer

    def swallowing(self, x):
        answer = slow(x)
        try:
            with self.lock:
                self.n += x
                if x == 3:
                    raise KeyError(x)
        except KeyError as error:
            self.log.append(error.args)
        finally:
            self.log.append(self.lock.acquire(blocking=False))
            self.lock.release()
        return answer


def case_lock_around_read_and_write():
    counter, out = Counter(threading.Lock()), []
    for x in [1, 2, 3, 4, 5]:
        out.append(counter.ask(x))
    return out, counter.n, counter.log


def case_lock_taken_twice():
    counter, out = Counter(threading.RLock()), []
    with counter.lock:
        for x in [1, 2, 3, 4, 5]:
            out.append(counter.ask(x))
    return out, counter.n, counter.log


def case_ids():
    counter, out = Counter(threading.Lock()), []
    for x in [1, 2, 3, 4, 5]:
        out.append(counter.numbered(x))
    return out, counter.log, next(counter.ids)


def case_thread():
    counter, out = Counter(threading.Lock()), []
    for x in [1, 2, 3, 4, 5]:
        out.append(counter.named(x))
    return out, counter.log, vars(counter.local)


def case_lock_and_exception():
    counter, out = Counter(threading.Lock()), []
    try:
        for x in [1, 2, 3, 4, 5]:
            out.append(counter.failing(x))
    except KeyError as error:
        out.append(error.args)
    return out, counter.n, counter.lock.locked()


def case_lock_and_exception_inside():
    counter, out = Counter(threading.Lock()), []
    for x in [1, 2, 3, 4, 5]:
        out.append(counter.swallowing(x))
    return out, counter.n, counter.log, counter.lock.locked()


def case_left_early():
    counter, out = Counter(threading.Lock()), []
    for x in [1, 2, 3, 4, 5]:
        out.append(counter.ask(x))
        if out[-1] > 5:
            break
    return out, counter.n, counter.lock.locked()


def case_database():
    connection = sqlite3.connect(":memory:")
    connection.execute("create table t (x)")

    def store(x):
        answer = slow(x)
        connection.execute("insert into t values (?)", (answer,))
        rows = connection.execute("select count(*) from t")
        return rows.fetchone()[0]

    out = []
    for x in [1, 2, 3, 4, 5]:
        out.append(store(x))
    found = connection.execute("select x from t").fetchall()
    connection.close()
    return out, found


def case_lock_in_both_stages():
    counter, out = Counter(threading.Lock()), []
    for x in [1, 2, 3, 4]:
        a = counter.ask(x)
        counter.log.append("body")
        b = counter.numbered(a)
        out.append((a, b))
    return out, counter.n, counter.log


def case_context():
    variable = contextvars.ContextVar("variable", default=0)

    def ask(x):
        answer = slow(x)
        before = variable.get()
        variable.set(before + answer)
        return before

    out = []
    for x in [1, 2, 3, 4]:
        out.append(ask(x))
    return out, variable.get()
