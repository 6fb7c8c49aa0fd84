# ruff: noqa
"""Shared state whose value is used: whatever runs ahead, each call must see what the calls before it left."""

import collections
import functools
import heapq
import itertools
import operator
import threading

from xcs_ast.testing import probe

EXTRA_CALLS = True

LOG = []
NEXT = 0
FLAG = False


def slow(x):
    probe.call(x)
    return x * 2


def case_order_dependent_ids():
    def ask(x):
        global NEXT
        NEXT += 1
        mine = NEXT
        return mine, slow(x)

    out = []
    for x in [5, 3, 1]:
        out.append(ask(x))
    return out, NEXT


def case_ids_after_the_call():
    class Ids:
        def __init__(self):
            self.last = 100

        def new(self):
            self.last += 1
            return self.last

    ids = Ids()

    def ask(x):
        answer = slow(x)
        return ids.new(), answer

    return [ask(x) for x in [5, 3, 1]], ids


def case_ids_from_length():
    table = {}

    def register(x):
        answer = slow(x)
        table[x] = len(table)
        return table[x], answer

    return [register(x) for x in [5, 3, 5, 1]], table


def case_ids_from_itertools():
    ids = itertools.count(7)

    def ask(x):
        return next(ids), slow(x)

    return [ask(x) for x in [5, 3, 1]], next(ids)


def case_ids_by_default_argument():
    def ask(x, ids=itertools.count()):
        answer = slow(x)
        return next(ids), answer

    out = []
    for x in [5, 3, 1]:
        out.append(ask(x))
    return out


def case_read_modify_write_in_two_steps():
    state = {"n": 1}

    def ask(x):
        before = state["n"]
        answer = slow(x)
        state["n"] = before * 10 + answer
        return before

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
    return out, state


def case_lost_update_is_kept():
    class Account:
        balance = 100

    def withdraw(x):
        if Account.balance >= x:
            slow(x)
            Account.balance -= x
            return True
        return False

    out = []
    for x in [60, 30, 20, 10, 5]:
        out.append(withdraw(x))
    return out, Account.balance


def case_circuit_breaker():
    class Breaker:
        def __init__(self):
            self.failures = 0
            self.open = False

        def call(self, x):
            if self.open:
                return "open"
            answer = slow(x)
            if x % 2:
                self.failures += 1
                if self.failures >= 2:
                    self.open = True
            return answer

    breaker = Breaker()
    out = []
    for x in [2, 1, 4, 3, 6, 8, 5]:
        out.append(breaker.call(x))
    return out, breaker


def case_budget():
    class Budget:
        def __init__(self, left):
            self.left = left

        def spend(self, x):
            if self.left < x:
                raise RuntimeError(f"{x} of {self.left}")
            self.left -= x
            return slow(x)

    budget = Budget(10)
    out = []
    for x in [3, 4, 5, 2, 1, 1]:
        try:
            out.append(budget.spend(x))
        except RuntimeError as error:
            out.append(str(error))
    return out, budget.left


def case_rate_limit_by_count():
    sent = []

    def ask(x):
        if len(sent) >= 3:
            return None
        sent.append(x)
        return slow(x)

    return [ask(x) for x in range(6)], sent


def case_shared_heap():
    heap = []

    def push(x):
        heapq.heappush(heap, -x)
        answer = slow(x)
        return heap[0], answer

    return [push(x) for x in [1, 5, 3, 9, 2]], heap


def case_heap_pop():
    heap = [1, 3, 2]
    heapq.heapify(heap)

    def take(x):
        top = heapq.heapreplace(heap, x)
        return top, slow(x)

    return [take(x) for x in [9, 0, 4, 7]], heap


def case_pool_of_names():
    names = ["a", "b", "c", "d"]

    def take(x):
        name = names.pop()
        answer = slow(x)
        names.insert(0, name)
        return name, answer

    return [take(x) for x in range(6)], names


def case_aliases_of_one_dict():
    class Holder:
        def __init__(self, table):
            self.table = table

    table = {"n": 0}
    holders = [Holder(table), Holder(table), Holder(dict(table))]

    def ask(holder):
        holder.table["n"] += 1
        answer = slow(1)
        return holder.table["n"], answer

    out = []
    for holder in holders:
        out.append(ask(holder))
    return out, table, holders


def case_alias_in_body_and_callee():
    rows = [1]
    alias = {"rows": rows}

    def ask(x):
        slow(x)
        return len(alias["rows"])

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        rows.append(x)
    return out


def case_alias_replaced_in_the_body():
    class Holder:
        table = {"n": 0}

    def ask(x):
        Holder.table["n"] += slow(x)
        return sorted(Holder.table.items())

    first = Holder.table
    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        Holder.table = {"n": x * 100}
    return out, first, Holder.table


def case_same_object_twice_in_the_list():
    class Model:
        def __init__(self):
            self.n = 0

        def __call__(self, x):
            self.n += 1
            answer = slow(x)
            return self.n, answer

    a, b = Model(), Model()
    return [m(1) for m in [a, b, a, a, b]], a, b


def case_lock_around_read_wait_write():
    lock = threading.Lock()
    state = {"n": 0}

    def ask(x):
        with lock:
            n = state["n"]
            slow(x)
            state["n"] = n + 1
        return n, lock.locked()

    return [ask(x) for x in [1, 2, 3]], state


def case_lock_held_by_the_body():
    lock = threading.RLock()
    state = [0]

    def ask(x):
        with lock:
            state[0] += 1
        return slow(x), state[0]

    out = []
    with lock:
        for x in [1, 2, 3]:
            out.append(ask(x))
    return out


def case_lock_acquired_without_with():
    lock = threading.Lock()
    state = []

    def ask(x):
        got = lock.acquire(False)
        try:
            state.append((x, got))
            return slow(x)
        finally:
            if got:
                lock.release()

    return [ask(x) for x in [1, 2, 3]], state, lock.locked()


def case_semaphore_counts_down():
    semaphore = threading.Semaphore(2)

    def ask(x):
        return semaphore.acquire(blocking=False), slow(x)

    return [ask(x) for x in [1, 2, 3, 4]]


def case_body_reads_what_tasks_write():
    state = {"last": None}

    def ask(x):
        state["last"] = slow(x)
        return x

    out = []
    for x in [1, 2, 3]:
        ask(x)
        out.append(state["last"])
    return out


def case_body_writes_what_tasks_read():
    state = {"factor": 1}

    def ask(x):
        answer = slow(x)
        return answer * state["factor"]

    out = []
    for x in [1, 2, 3, 4]:
        out.append(ask(x))
        if x == 2:
            state["factor"] = 10
    return out


def case_body_writes_rarely():
    class Settings:
        style = "plain"

    def ask(x):
        return Settings.style, slow(x)

    out = []
    for x in range(6):
        out.append(ask(x))
        if x == 3:
            Settings.style = "fancy"
    return out


def case_body_writes_and_puts_back():
    state = {"n": 1}

    def ask(x):
        before = state["n"]
        slow(x)
        return before, state["n"]

    out = []
    for x in range(4):
        state["n"] = 99
        state["n"] = 1
        out.append(ask(x))
    return out


def case_equal_but_not_the_same():
    state = {"value": [1]}

    def ask(x):
        slow(x)
        return state["value"]

    out = []
    for x in range(4):
        out.append(ask(x))
        state["value"] = [1]
    return out, [a is b for a in out for b in out]


def case_true_for_one():
    state = {"n": 1}

    def ask(x):
        slow(x)
        return state["n"]

    out = []
    for x in range(4):
        out.append(ask(x))
        state["n"] = [True, 1.0, 1, -0.0][x]
    return out


def case_zero_and_minus_zero():
    class S:
        z = 0.0

    def ask(x):
        slow(x)
        return str(S.z)

    out = []
    for x in range(4):
        out.append(ask(x))
        S.z = -S.z
    return out


def case_nan_stays_nan():
    nan = float("nan")
    state = {"x": nan}

    def ask(x):
        slow(x)
        return state["x"] is nan, state["x"] == state["x"]

    out = []
    for x in range(4):
        out.append(ask(x))
        state["x"] = float("nan")
    return out


def case_dict_order_matters():
    table = {"a": 1}

    def ask(x):
        slow(len(x))
        table[x] = len(x)
        return list(table)

    out = []
    for x in ["b", "a", "ccc"]:
        out.append(ask(x))
        table.pop("a", None)
    return out, list(table)


def case_key_deleted_and_set_again():
    table = {"a": 1, "b": 2}

    def ask(x):
        slow(x)
        n = table.pop("a", None)
        table["a"] = (n or 0) + x
        return list(table.items())

    return [ask(x) for x in [1, 2, 3]], table


def case_set_order():
    numbers = set()

    def ask(x):
        slow(x)
        numbers.add(x)
        return list(numbers)

    out = []
    for x in [8, 0, 16, 24, 1]:
        out.append(ask(x))
        numbers.discard(0)
    return out, list(numbers)


def case_set_pop():
    numbers = {1, 2, 3, 40}

    def ask(x):
        slow(x)
        return numbers.pop()

    return [ask(x) for x in range(3)], list(numbers)


def case_counter_most_common():
    words = collections.Counter()

    def ask(x):
        words[x] += 1
        slow(len(x))
        return words.most_common(1)

    return [ask(x) for x in ["a", "b", "b", "a", "a"]], words


def case_ordered_dict_moves():
    table = collections.OrderedDict.fromkeys("abc", 0)

    def ask(x):
        slow(1)
        table.move_to_end(x)
        table[x] += 1
        return next(iter(table))

    return [ask(x) for x in "abcab"], table


def case_lru_by_hand():
    cache = collections.OrderedDict()
    misses = []

    def ask(x):
        if x in cache:
            cache.move_to_end(x)
            return cache[x]
        misses.append(x)
        cache[x] = slow(x)
        if len(cache) > 2:
            cache.popitem(last=False)
        return cache[x]

    return [ask(x) for x in [1, 2, 1, 3, 2, 1, 1]], misses, cache


def case_lru_cache():
    calls = []

    @functools.lru_cache(maxsize=2)
    def known(x):
        calls.append(x)
        return [slow(x)]

    out = [known(x) for x in [1, 2, 1, 3, 2, 1]]
    return out, out[0] is out[2], calls, known.cache_info()


def case_cached_property():
    class Model:
        built = 0

        @functools.cached_property
        def client(self):
            Model.built += 1
            return {"n": Model.built}

        def ask(self, x):
            return self.client, slow(x)

    model = Model()
    out = []
    for x in [1, 2, 3]:
        out.append(model.ask(x))
    return out, Model.built, out[0][0] is out[2][0]


def case_lazy_attribute():
    class Model:
        client = None

        def ask(self, x):
            if self.client is None:
                self.client = object()
            slow(x)
            return self.client

    model = Model()
    out = [model.ask(x) for x in [1, 2, 3]]
    return len(set(map(id, out))), out[0] is model.client


def case_lazy_global():
    def ask(x):
        global _client
        try:
            client = _client
        except NameError:
            client = _client = ["made by", x]
        slow(x)
        return client

    try:
        out = [ask(x) for x in [1, 2, 3]]
        return out, out[0] is out[1]
    finally:
        globals().pop("_client", None)


def case_interning():
    seen = {}

    def ask(x):
        slow(len(x))
        return seen.setdefault(x, [x])

    out = [ask(x) for x in ["a", "b", "a"]]
    return out, out[0] is out[2]


def case_class_attribute_shadowed():
    class Model:
        calls = 0

        def ask(self, x):
            self.calls += 1
            return self.calls, slow(x)

    models = [Model(), Model()]
    out = [m.ask(1) for m in [models[0], models[1], models[0]]]
    return out, Model.calls, models


def case_class_counter_used():
    class Model:
        made = 0

        def __init__(self):
            Model.made += 1
            self.number = Model.made

    def make(x):
        slow(x)
        return Model()

    out = []
    for x in range(4):
        out.append(make(x).number)
    return out, Model.made


def case_flag_set_by_a_task():
    def ask(x):
        global FLAG
        if FLAG:
            return "stopped"
        answer = slow(x)
        FLAG = answer > 4
        return answer

    return [ask(x) for x in [1, 2, 3, 4, 5]], FLAG


def case_previous_answer():
    class Chat:
        def __init__(self):
            self.messages = []

        def say(self, x):
            self.messages.append(x)
            answer = slow(sum(self.messages) % 97)
            self.messages.append(answer)
            return answer

    chat = Chat()
    out = []
    for x in [1, 2, 3]:
        out.append(chat.say(x))
    return out, chat


def case_two_chats_interleaved():
    class Chat:
        def __init__(self):
            self.messages = []

        def say(self, x):
            self.messages.append(x)
            answer = slow(sum(self.messages) % 97)
            self.messages.append(answer)
            return answer

    a, b = Chat(), Chat()
    out = []
    for chat in [a, b, a, b]:
        out.append(chat.say(3))
    return out, a, b


def case_shared_iterator_in_callee():
    numbers = iter([10, 20, 30, 40])

    def ask(x):
        return next(numbers, None), slow(x)

    out = []
    for x in range(5):
        out.append(ask(x))
    return out


def case_shared_generator_in_callee():
    def make():
        for n in range(10):
            LOG.append(("made", n))
            yield n

    source = make()

    def ask(x):
        got = next(source)
        return got, slow(x)

    out = []
    for x in range(3):
        out.append(ask(x))
        LOG.append("body")
    return out, LOG, next(source)


def case_generator_send():
    def average():
        total = n = 0
        value = None
        while True:
            new = yield value
            total += new
            n += 1
            value = total / n

    mean = average()
    next(mean)

    def ask(x):
        return mean.send(slow(x))

    return [ask(x) for x in [1, 4, 2]]


def case_zip_of_a_shared_iterator():
    numbers = iter(range(20))

    def pairs(x):
        slow(x)
        return list(zip(numbers, "ab"))

    return [pairs(x) for x in range(3)], next(numbers)


def case_generator_of_items_sees_writes():
    state = {"n": 0}

    def items():
        for x in range(4):
            yield x, state["n"]

    def ask(pair):
        state["n"] += 1
        return pair, slow(pair[0])

    out = []
    for pair in items():
        out.append(ask(pair))
    return out


def case_iterating_over_what_grows():
    queue = [1]
    done = set()

    def expand(x):
        slow(x)
        for y in (x * 2, x * 3):
            if y < 20 and y not in done:
                done.add(y)
                queue.append(y)
        return x

    out = []
    for x in queue:
        out.append(expand(x))
    return out, queue


def case_sorting_a_shared_list():
    scores = [5, 3]

    def ask(x):
        scores.append(slow(x))
        scores.sort(reverse=True)
        return scores[0]

    return [ask(x) for x in [1, 4, 2]], scores


def case_slice_assignment():
    window = [0, 0, 0]

    def ask(x):
        window[:] = [*window[1:], slow(x)]
        return sum(window)

    return [ask(x) for x in [1, 2, 3, 4]], window


def case_running_total_returned():
    total = 0

    def ask(x):
        nonlocal total
        total += slow(x)
        return total

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
    return out


def case_total_compared():
    spent = {"sum": 0}

    def ask(x):
        spent["sum"] += slow(x)
        return "over" if spent["sum"] > 7 else "ok"

    return [ask(x) for x in [1, 2, 3]], spent


def case_increment_that_changes_type():
    class S:
        n = 1

    def ask(x):
        S.n += slow(x) if x < 3 else 0.5
        return x

    out = []
    for x in [1, 3, 2]:
        out.append(ask(x))
    return out, S.n


def case_increment_that_fails():
    class S:
        n = 1

    def ask(x):
        answer = slow(x)
        try:
            S.n += answer if x != 2 else "two"
        except TypeError:
            return "failed"
        return answer

    return [ask(x) for x in [1, 2, 3]], S.n


def case_increment_of_what_the_body_replaces():
    table = {"n": 0}

    def ask(x):
        table["n"] += slow(x)
        return x

    out = []
    for x in [1, 2, 3, 4]:
        out.append(ask(x))
        table["n"] = table["n"] * 10 if x < 3 else 0.5
    return out, table


def case_increment_of_what_vanishes():
    table = {"n": 0}

    def ask(x):
        slow(x)
        table["n"] += x
        return x

    out = []
    for x in [1, 2, 3]:
        try:
            out.append(ask(x))
        except KeyError as error:
            out.append(error.args)
        if x == 1:
            del table["n"]
    return out, table


def case_list_increment_of_what_becomes_a_tuple():
    class S:
        items = [0]

    def ask(x):
        slow(x)
        S.items += (x,)
        return x

    first = S.items
    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        if x == 1:
            S.items = tuple(S.items)
    return out, first, S.items


def case_append_to_what_becomes_another():
    class S:
        items = []

    def ask(x):
        S.items.append(slow(x))

    first = S.items
    for x in [1, 2, 3]:
        ask(x)
        if x == 2:
            S.items = collections.deque()
    return first, S.items


def case_append_where_maxlen():
    latest = collections.deque(maxlen=2)

    def ask(x):
        latest.append(slow(x))
        return latest[0]

    return [ask(x) for x in [1, 2, 3]], latest


def case_reduce_over_shared():
    state = [1]

    def ask(x):
        state.append(slow(x))
        return functools.reduce(operator.mul, state)

    return [ask(x) for x in [1, 2, 3]]


def case_closure_cell_swapped():
    factor = 1

    def ask(x):
        return slow(x) * factor

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        factor += 1
    return out


def case_closure_cell_deleted():
    factor = 1

    def ask(x):
        answer = slow(x)
        return answer * factor

    out = []
    for x in [1, 2, 3]:
        try:
            out.append(ask(x))
        except NameError as error:
            out.append(str(error))
        if x == 1:
            del factor
    return out


def case_global_deleted_and_builtin_seen():
    def ask(x):
        slow(x)
        return len([1, 2])

    out = []
    try:
        for x in [1, 2, 3, 4]:
            out.append(ask(x))
            if x == 1:
                globals()["len"] = lambda xs: "mine"
            if x == 3:
                del globals()["len"]
    finally:
        globals().pop("len", None)
    return out


def case_default_argument_list():
    def ask(x, seen=[]):
        seen.append(x)
        return slow(x), len(seen)

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
    return out


def case_function_attribute():
    def ask(x):
        ask.calls += 1
        return ask.calls, slow(x)

    ask.calls = 0
    return [ask(x) for x in [1, 2, 3]], ask.calls


def case_instance_dict_directly():
    class S:
        pass

    s = S()
    s.n = 0

    def ask(x):
        slow(x)
        s.__dict__["n"] += 1
        return s.n

    return [ask(x) for x in [1, 2, 3]], s


def case_vars_and_setattr():
    class S:
        n = 0

    s = S()

    def ask(x):
        setattr(s, f"a{x}", slow(x))
        vars(s)["n"] = getattr(s, "n", 0) + 1
        return sorted(vars(s))

    return [ask(x) for x in [1, 2, 3]], s


def case_swap_of_two_places():
    state = {"a": 1, "b": 2}

    def ask(x):
        slow(x)
        state["a"], state["b"] = state["b"], state["a"] + x
        return tuple(state.values())

    return [ask(x) for x in [1, 2, 3]]


def case_graph_visited_set():
    graph = {1: [2, 3], 2: [4], 3: [4], 4: []}
    visited = set()

    def visit(n):
        if n in visited:
            return []
        visited.add(n)
        slow(n)
        found = [n]
        for m in graph[n]:
            found += visit(m)
        return found

    return [visit(n) for n in [1, 2, 3, 4]], visited


def case_queue_of_work():
    import queue

    work = queue.Queue()
    for n in range(4):
        work.put(n)

    def take(x):
        n = work.get_nowait()
        return n, slow(n), work.qsize()

    return [take(x) for x in range(4)]


def case_event_object():
    event = threading.Event()

    def ask(x):
        before = event.is_set()
        slow(x)
        event.set()
        return before

    return [ask(x) for x in range(3)], event.is_set()


def _counter():
    n = 0

    def get(x):
        slow(x)
        return n

    def bump():
        nonlocal n
        n += 1

    return get, bump


_get, _bump = _counter()


def _gets_and_bumps():
    out = []
    for x in [1, 2, 3]:
        out.append(_get(x))
        _bump()
    return out


def case_functions_of_one_code_have_other_variables():
    """What is known of a pair of functions does not hold for another pair of the same code."""
    global _get, _bump
    (get_a, bump_a), (get_b, bump_b) = _counter(), _counter()
    found = []
    for _get, _bump in [(get_a, bump_b), (get_a, bump_a), (get_b, bump_b), (get_b, bump_a)]:
        found.append(_gets_and_bumps())
    return found
