# ruff: noqa
"""State that every call adds to, or looks up, and that stands in nobody's way: counters, memos, tables, histories."""

import collections
import dataclasses
import functools
import time

from xcs_ast.testing import probe

RECORDED_AHEAD = True

TOKENS = 0
RATE = 0.1
COST = 0.0
USAGE = {}
SEEN = []


def slow(x):
    probe.call(x)
    return x * 2


def case_global_counter_in_callee():
    def ask(x):
        global TOKENS
        answer = slow(x)
        TOKENS += answer + 1
        return answer

    out = []
    for x in [3, 1, 2, 5]:
        out.append(ask(x))
    return out, TOKENS


def case_global_counter_before_the_slow_call():
    def ask(x):
        global TOKENS
        TOKENS += 1
        return slow(x)

    return [ask(x) for x in range(5)], TOKENS


class Client:
    """One client for all: it counts its calls, and what they used."""

    def __init__(self, name):
        self.name = name
        self.calls = 0
        self.usage = {"prompt": 0, "answer": 0}
        self.cost = 0.0

    def complete(self, x):
        self.calls += 1
        answer = slow(x)
        self.usage["prompt"] += x
        self.usage["answer"] += answer
        self.cost += answer * 0.1
        return f"{self.name}: {answer}"

    __call__ = complete


def case_client_counts_calls_and_usage():
    client = Client("a")
    out = []
    for x in [1, 2, 3, 4]:
        out.append(client.complete(x))
    return out, client


def case_client_called_directly():
    client = Client("b")
    return [client(x) for x in (5, 3, 1)], client.calls, client.usage, client.cost


def case_five_models_one_client():
    class Model:
        def __init__(self, client, bias):
            self.client = client
            self.bias = bias
            self.last = None

        def __call__(self, x):
            text = self.client.complete(x + self.bias)
            self.last = text
            return text

    client = Client("shared")
    models = [Model(client, b) for b in range(5)]
    results = []
    for model in models:
        results.append(model(7))
    return results, client, models


def case_client_in_a_block():
    client = Client("c")
    one = client.complete(1)
    two = client.complete(2)
    three = client.complete(3)
    return one, two, three, client


def case_client_in_one_expression():
    client = Client("d")
    return client.complete(1) + client.complete(2), client


class Memo:
    def __init__(self):
        self.known = {}
        self.hits = 0

    def ask(self, x):
        if x not in self.known:
            self.known[x] = slow(x)
        else:
            self.hits += 1
        return self.known[x]


def case_memo_without_repeats():
    memo = Memo()
    return [memo.ask(x) for x in [4, 2, 7, 1]], memo


def case_memo_with_repeats():
    memo = Memo()
    out = []
    for x in [4, 2, 4, 4, 1, 2, 9]:
        out.append(memo.ask(x))
    return out, memo


def case_memo_that_is_warm():
    memo = Memo()
    memo.known = {1: -1, 2: -2}
    out = []
    for x in [1, 5, 2, 6, 1]:
        out.append(memo.ask(x))
    return out, memo, list(memo.known)


def case_memo_by_exception():
    known = {}

    def ask(x):
        try:
            return known[x]
        except KeyError:
            known[x] = answer = slow(x)
            return answer

    return [ask(x) for x in [1, 2, 3, 1]], known


def case_memo_with_get():
    known = {}

    def ask(x):
        found = known.get(x)
        if found is None:
            found = known[x] = [slow(x)]
        return found

    out = [ask(x) for x in [1, 2, 1, 3]]
    return out, out[0] is out[2], known


def case_usage_by_key():
    def ask(x):
        answer = slow(x)
        USAGE[x % 2] = USAGE.get(x % 2, 0) + answer
        return answer

    out = []
    for x in [5, 2, 3, 4, 1]:
        out.append(ask(x))
    return out, USAGE, list(USAGE)


def case_usage_counter():
    words = collections.Counter()

    def ask(x):
        words[f"w{x % 3}"] += slow(x)
        return x

    return [ask(x) for x in range(6)], words, list(words)


def case_usage_defaultdict():
    by_kind = collections.defaultdict(list)
    totals = collections.defaultdict(int)

    def ask(x):
        answer = slow(x)
        by_kind[x % 2].append(answer)
        totals[x % 3] += answer
        return answer

    return [ask(x) for x in [3, 4, 1, 2]], by_kind, totals, list(by_kind), list(totals)


def case_setdefault_append():
    groups = {}

    def ask(x):
        answer = slow(x)
        groups.setdefault(x % 2, []).append(answer)
        return answer

    out = []
    for x in [3, 4, 1, 2, 5]:
        out.append(ask(x))
    return out, groups, list(groups)


def case_float_sum():
    def ask(x):
        global COST
        answer = slow(x)
        COST += answer * RATE
        return answer

    return [ask(x) for x in [7, 1, 3, 9, 2, 11]], COST.hex()


def case_float_sum_of_attribute():
    class Bill:
        total = 0.3

    def ask(x):
        Bill.total += slow(x) * 0.7
        return x

    out = []
    for x in [3, 1e16, 1, 1, -2e16, 1]:
        out.append(ask(x))
    return out, Bill.total.hex()


def case_nonlocal_counter():
    count = 0

    def ask(x):
        nonlocal count
        count += 1
        return slow(x)

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
    return out, count


def case_counter_behind_a_closure():
    def make():
        n = 10

        def ask(x):
            nonlocal n
            answer = slow(x)
            n += answer
            return answer

        return ask, lambda: n

    ask, count = make()
    out = [ask(x) for x in [1, 2, 3]]
    return out, count()


def case_list_that_nobody_reads():
    def ask(x):
        SEEN.append(("asked", x))
        answer = slow(x)
        SEEN.append(("answer", answer))
        return answer

    out = []
    for x in [2, 3, 4]:
        out.append(ask(x))
    return out, SEEN


def case_list_extended():
    def ask(x):
        answer = slow(x)
        SEEN.extend([x, answer])
        SEEN.append((x,))
        return answer

    return [ask(x) for x in [2, 3, 4]], SEEN


def case_set_added_to():
    names = set()

    def ask(x):
        answer = slow(x)
        names.add(answer % 3)
        names.add(x)
        return answer

    return [ask(x) for x in [2, 3, 4, 2]], sorted(names)


def case_string_that_grows():
    class Page:
        text = ""

        def __init__(self):
            self.text = "# "

        def answer(self, x):
            answer = slow(x)
            self.text += f"{answer};"
            return answer

    page = Page()
    return [page.answer(x) for x in [1, 2, 3]], page.text


def case_last_one_wins():
    class State:
        def __init__(self):
            self.last = None

    state = State()

    def ask(x):
        answer = slow(x)
        state.last = answer
        return answer

    return [ask(x) for x in [1, 2, 3]], state.last


def case_results_by_key():
    table = {}

    def ask(x):
        table[x] = slow(x)

    for x in [3, 1, 2]:
        ask(x)
    return table, list(table)


def case_results_by_index():
    table = [None] * 4

    def ask(i):
        table[i] = slow(i)

    for i in range(4):
        ask(i)
    return table


def case_handlers_in_a_dict():
    counts = {"add": 0, "double": 0}

    class Handler:
        def __init__(self, name, factor):
            self.name, self.factor = name, factor

        def __call__(self, x):
            counts[self.name] += 1
            return slow(x) * self.factor

    handlers = {"add": Handler("add", 1), "double": Handler("double", 2)}

    def dispatch(job):
        kind, x = job
        return handlers[kind](x)

    out = []
    for job in [("add", 1), ("double", 2), ("add", 3), ("double", 4)]:
        out.append(dispatch(job))
    return out, counts


class Agent:
    def __init__(self, name):
        self.name = name
        self.history = []
        self.turns = 0

    def argue(self, said):
        self.history.append(("user", said))
        answer = f"{self.name}{slow(len(said))}/{len(self.history)}"
        self.history.append(("assistant", answer))
        self.turns += 1
        return answer


def case_agents_with_histories():
    agents = [Agent(n) for n in "abc"]
    transcript = []
    for _ in range(3):
        said = " ".join(transcript)
        statements = []
        for agent in agents:
            statements.append(agent.argue(said))
        transcript.extend(statements)
    return transcript, agents


def case_agents_with_one_scoreboard():
    board = {"turns": 0, "by": {}}

    class Scored(Agent):
        def argue(self, said):
            answer = super().argue(said)
            board["turns"] += 1
            board["by"][self.name] = board["by"].get(self.name, 0) + len(answer)
            return answer

    agents = [Scored(n) for n in "abc"]
    out = []
    for turn in range(2):
        out.append([agent.argue(f"round {turn}") for agent in agents])
    return out, board, agents


def case_static_and_class_counters():
    class Model:
        made = 0

        def __call__(self, x):
            Model.made += 1
            return slow(x)

        @classmethod
        def ask(cls, x):
            cls.made += 1
            return slow(x)

        @staticmethod
        def raw(x):
            Model.made += 10
            return slow(x)

    model = Model()
    out = [model(x) for x in [1, 2]]
    out += [Model.ask(x) for x in [1, 2]]
    out += [model.raw(x) for x in [1, 2]]
    return out, Model.made


def case_dataclass_counter():
    @dataclasses.dataclass
    class Usage:
        calls: int = 0
        tokens: int = 0

    usage = Usage()

    def ask(x):
        answer = slow(x)
        usage.calls += 1
        usage.tokens += answer
        return answer

    return [ask(x) for x in [1, 2, 3]], usage


def case_slots_counter():
    class Usage:
        __slots__ = ("calls", "log")

        def __init__(self):
            self.calls = 0
            self.log = []

    usage = Usage()

    def ask(x):
        usage.calls += 1
        usage.log.append(x)
        return slow(x)

    return [ask(x) for x in [1, 2, 3]], usage.calls, usage.log


def case_decorated_with_a_counter():
    def counted(f):
        @functools.wraps(f)
        def wrapper(*args, **kwargs):
            wrapper.calls += 1
            return f(*args, **kwargs)

        wrapper.calls = 0
        return wrapper

    @counted
    def ask(x, factor=1):
        return slow(x) * factor

    out = [ask(x, factor=2) for x in [1, 2, 3]]
    return out, ask.calls


def case_callback_that_counts():
    totals = {"n": 0}

    def on_done(answer):
        totals["n"] += answer

    def ask(x, callback):
        answer = slow(x)
        callback(answer)
        return answer

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x, on_done))
    return out, totals


def case_body_counts_too():
    client = Client("e")
    total = 0
    out = []
    for x in [1, 2, 3]:
        answer = client.complete(x)
        total += len(answer)
        out.append((total, answer))
    return out, client


def case_helper_object_made_in_task():
    class Prompt:
        def __init__(self, x):
            self.parts = [x]

        def add(self, y):
            self.parts.append(y)
            return self

        def text(self):
            return "-".join(map(str, self.parts))

    count = {"prompts": 0}

    def ask(x):
        prompt = Prompt(x).add(x + 1).add(x + 2)
        count["prompts"] += 1
        return prompt.text(), slow(x)

    return [ask(x) for x in [1, 5, 9]], count


def case_deque_of_the_latest():
    latest = collections.deque(maxlen=3)

    def ask(x):
        latest.append(x)
        return slow(x)

    return [ask(x) for x in range(5)], latest


def case_two_stages_with_counter():
    client = Client("f")

    def label(x):
        return client.complete(x)

    def score(x, text):
        client.calls += 100
        return len(text) + slow(x)

    out = []
    for x in [1, 2, 3]:
        text = label(x)
        points = score(x, text)
        out.append((text, points))
    return out, client


def case_tuple_in_dict_of_dicts():
    stats = {"a": {"n": 0}, "b": {"n": 0}}

    def ask(key):
        stats[key]["n"] += 1
        stats[key].setdefault("log", []).append(key)
        return slow(len(key))

    return [ask(k) for k in ["a", "b", "a"]], stats


def case_negative_and_other_operators():
    class N:
        a = 100
        b = 1
        c = 7
        d = 0

    def ask(x):
        N.a -= x
        N.b *= x
        N.c ^= x
        N.d |= 1 << x
        return slow(x)

    return [ask(x) for x in [2, 3, 4]], N.a, N.b, N.c, N.d


def case_counter_after_condition():
    errors = {"odd": 0, "even": 0}

    def ask(x):
        answer = slow(x)
        if answer % 4:
            errors["odd"] += 1
        else:
            errors["even"] += 1
        return answer

    out = []
    for x in [1, 2, 3, 4]:
        out.append(ask(x))
    return out, errors


def case_class_counters_in_many_ways():
    class Base:
        calls = 0
        text = ""

        def __init__(self):
            Base.calls += 1

    class Derived(Base):
        calls = 10

    def ask(x):
        made = Derived()
        Derived.calls += slow(x)
        type(made).calls -= 1
        Base.text += f"{x};"
        return x

    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        Base.calls *= 2
    return out, Base.calls, Base.text, Derived.calls


def case_class_counter_and_a_look_at_it():
    class Base:
        calls = 0

    class Derived(Base):
        pass

    shared = Derived()

    def ask(x):
        before = shared.calls, Derived.calls
        Base.calls += 1
        slow(x)
        after = shared.calls
        shared.calls += 10
        Derived.calls += 100
        return before, after, shared.calls, Base.calls

    out = [ask(x) for x in [1, 2, 3]]
    return out, Base.calls, vars(shared), vars(Derived).get("calls")


def case_class_counter_that_goes():
    class Base:
        calls = 5

    class Derived(Base):
        calls = 1

    def ask(x):
        Derived.calls += 1
        slow(x)
        if x == 2:
            del Derived.calls
        Derived.calls += 1
        return x

    return [ask(x) for x in [1, 2, 3]], Derived.calls, Base.calls


def case_slot_that_goes():
    class Slots:
        __slots__ = ("calls", "__dict__")

        def __getattr__(self, name):
            return 40

    shared = Slots()
    shared.calls = 0

    def ask(x):
        slow(x)
        if x == 2:
            del shared.calls
        shared.calls += 1
        shared.other += 2
        return x

    return [ask(x) for x in [1, 2, 3]], shared.calls, shared.other


def case_errors_written_out():
    errors = [OSError(), OSError("a"), OSError(2, "b"), OSError(2, "b", "f", None, "g"), KeyError("k"), KeyError(1, 2)]
    seen = []

    def ask(x):
        error = errors[x]
        slow(x)
        seen.append(f"{error} {error!r} {error!s:>5}")
        print(error)
        return str(TimeoutError(x, "late"))

    return [ask(x) for x in range(6)], seen
