# ruff: noqa
"""The same shared state through every shape of region: nested, recursive, comprehensions, blocks, stages, loops."""

import functools
import itertools

from xcs_ast.testing import probe

EXTRA_CALLS = True

LOG = []
TOTAL = 0


def slow(x):
    probe.call(x)
    return x * 2


class Client:
    def __init__(self):
        self.calls = 0
        self.usage = {}
        self.log = []

    def ask(self, x):
        self.calls += 1
        answer = slow(x)
        self.usage[x % 2] = self.usage.get(x % 2, 0) + answer
        self.log.append(x)
        return answer


def case_nested_loops():
    client = Client()
    out = []
    for x in [1, 2, 3]:
        for y in [10, 20]:
            out.append(client.ask(x + y))
        out.append(client.ask(x))
    return out, client


def case_nested_callee_with_a_loop():
    client = Client()

    def batch(xs):
        return [client.ask(x) for x in xs]

    out = []
    for xs in [[1, 2], [3, 4], [5]]:
        out.append(batch(xs))
    return out, client


def case_nested_three_deep():
    client = Client()

    def leaf(x):
        return client.ask(x)

    def middle(x):
        total = 0
        for y in (x, x + 1):
            total += leaf(y)
        return total

    def top(x):
        return [middle(z) for z in (x, x + 5)]

    out = []
    for x in [1, 2]:
        out.append(top(x))
    return out, client


def case_nested_with_conflict():
    state = {"n": 0}

    def leaf(x):
        state["n"] += 1
        return state["n"], slow(x)

    def batch(xs):
        return [leaf(x) for x in xs]

    return [batch(xs) for xs in [[1, 2], [3], [4, 5]]], state


def case_recursion_with_counter():
    state = {"nodes": 0, "depth": 0}

    def solve(depth):
        state["nodes"] += 1
        state["depth"] = max(state["depth"], depth)
        slow(depth)
        if depth == 3:
            return 1
        return solve(depth + 1) + solve(depth + 1)

    return solve(0), state


def case_recursion_with_memo():
    known = {}

    def fib(n):
        if n < 2:
            return n
        if n not in known:
            known[n] = fib(n - 1) + fib(n - 2) + slow(0)
        return known[n]

    return [fib(n) for n in [6, 3, 8]], known, list(known)


def case_tree_walk():
    tree = {"v": 1, "c": [{"v": 2, "c": []}, {"v": 3, "c": [{"v": 4, "c": []}]}]}
    order = []

    def walk(node):
        order.append(node["v"])
        out = [slow(node["v"])]
        for child in node["c"]:
            out.extend(walk(child))
        return out

    return walk(tree), order


def case_list_set_dict_comprehensions():
    client = Client()
    a = [client.ask(x) for x in [1, 2, 3]]
    b = {client.ask(x) for x in [1, 2, 3]}
    c = {x: client.ask(x) for x in [3, 2, 1]}
    d = {client.ask(x): x for x in [3, 2, 1]}
    return a, sorted(b), c, d, client


def case_generator_expressions():
    client = Client()
    a = sum(client.ask(x) for x in [1, 2, 3])
    b = max(client.ask(x) for x in [1, 2, 3])
    c = list(client.ask(x) for x in [1, 2])
    d = dict((x, client.ask(x)) for x in [1, 2])
    e = ",".join(str(client.ask(x)) for x in [1, 2])
    f = any(client.ask(x) > 2 for x in [1, 2, 3])
    g = all(client.ask(x) < 4 for x in [1, 2, 3])
    h = next(client.ask(x) for x in [1, 2, 3])
    return a, b, c, d, e, f, g, h, client


def case_map_and_filter():
    client = Client()
    a = list(map(client.ask, [1, 2, 3]))
    b = list(filter(client.ask, [0, 1, 2]))
    c = list(itertools.starmap(lambda x, y: client.ask(x + y), [(1, 2), (3, 4)]))
    d = functools.reduce(lambda t, x: t + client.ask(x), [1, 2, 3], 0)
    return a, b, c, d, client


def case_comprehension_with_condition():
    client = Client()
    a = [client.ask(x) for x in range(5) if x % 2]
    b = [x for x in range(5) if client.ask(x) > 4]
    c = [client.ask(x) for x in range(4) if client.ask(x) > 2]
    return a, b, c, client


def case_two_loops_in_a_comprehension():
    client = Client()
    return [client.ask(x + y) for x in [1, 2] for y in [10, 20]], [[client.ask(y) for y in (x, 5)] for x in [1, 2]], client


def case_expression_of_two_calls():
    client = Client()
    out = []
    for x in [1, 2, 3]:
        out.append(client.ask(x) + client.ask(x * 10))
        out.append((client.ask(x), client.calls, client.ask(x + 1)))
        out.append({client.ask(x): client.ask(x + 2)})
        out.append(f"{client.ask(x)} of {client.calls}")
    return out, client


def case_block_of_statements():
    client = Client()
    a = client.ask(1)
    b = client.ask(2)
    n = client.calls
    c = client.ask(3)
    d = client.ask(a + b)
    return a, b, c, d, n, client


def case_block_with_other_writes():
    client = Client()
    a = client.ask(1)
    client.calls = 100
    b = client.ask(2)
    client.usage = {}
    c = client.ask(3)
    return a, b, c, client


def case_block_of_two_clients_that_are_one():
    one = Client()
    two = one
    a = one.ask(1)
    b = two.ask(2)
    c = one.calls + two.calls
    return a, b, c, one


def case_stages():
    client = Client()
    out = []
    for x in [1, 2, 3]:
        label = client.ask(x)
        text = f"{x}:{label}"
        score = client.ask(len(text) + label)
        out.append((text, score))
    return out, client


def case_stages_with_a_write_between():
    client = Client()
    out = []
    for x in [1, 2, 3]:
        label = client.ask(x)
        client.calls += 10
        score = client.ask(label)
        out.append((score, client.calls))
    return out, client


def case_stages_where_the_first_result_is_changed():
    def rows(x):
        LOG.append(x)
        return [slow(x)]

    def total(xs):
        LOG.append(len(xs))
        return sum(xs) + slow(1)

    out = []
    for x in [1, 2, 3]:
        xs = rows(x)
        xs.append(100)
        out.append(total(xs))
    return out, LOG


def case_stages_where_the_second_fails():
    client = Client()

    def check(x, label):
        client.calls += 1000
        if x == 2:
            raise ValueError(label)
        return slow(label)

    out = []
    for x in [1, 2, 3]:
        try:
            label = client.ask(x)
            out.append(check(x, label))
        except ValueError as error:
            out.append(str(error))
    return out, client


def case_condition_on_a_result():
    client = Client()
    out = []
    for x in [1, 2, 3, 4]:
        if client.ask(x) > 4:
            out.append(client.ask(x * 10))
        else:
            out.append(client.ask(-x))
    return out, client


def case_condition_on_shared_state():
    client = Client()
    out = []
    for x in [1, 2, 3, 4]:
        if client.calls % 2 == 0:
            out.append(client.ask(x))
        else:
            client.calls += 1
    return out, client


def case_while_loop_of_steps():
    client = Client()
    xs = [3, 1, 2]
    i = 0
    out = []
    while i < len(xs):
        out.append(client.ask(xs[i]))
        i += 1
    return out, client


def case_while_loop_over_a_queue():
    client = Client()
    queue = [1, 2]
    out = []
    while queue:
        x = queue.pop(0)
        answer = client.ask(x)
        out.append(answer)
        if answer < 6:
            queue.append(answer)
    return out, client


def case_enumerate_zip_reversed_items():
    client = Client()
    out = []
    for i, x in enumerate([3, 1, 2]):
        out.append((i, client.ask(x)))
    for x, y in zip([1, 2], [3, 4]):
        out.append(client.ask(x + y))
    for x in reversed([1, 2]):
        out.append(client.ask(x))
    for k, v in {"a": 1, "b": 2}.items():
        out.append((k, client.ask(v)))
    return out, client


def case_loop_over_own_table():
    table = {"a": 1, "b": 2, "c": 3}

    def ask(k):
        table[k] += slow(table[k])
        return table[k]

    out = []
    for k in table:
        out.append(ask(k))
    return out, table


def case_loop_over_table_that_grows():
    table = {1: "a", 2: "b"}

    def ask(k):
        answer = slow(k)
        if k == 2:
            table[answer] = "new"
        return answer

    out = []
    try:
        for k in table:
            out.append(ask(k))
    except RuntimeError as error:
        out.append(str(error))
    return out, table


def case_target_is_an_attribute():
    class S:
        x = None
        seen = []

    def ask(y):
        S.seen.append(S.x)
        return slow(y), S.x

    out = []
    for S.x in [1, 2, 3]:
        out.append(ask(5))
    return out, S.x, S.seen


def case_target_is_a_global():
    global CURRENT

    def ask(y):
        return slow(y), CURRENT

    out = []
    for CURRENT in [1, 2, 3]:
        out.append(ask(5))
    return out


def case_target_is_a_cell():
    def ask():
        LOG.append(x)
        return slow(x)

    out = []
    for x in [1, 2, 3]:
        out.append(ask())
    return out, LOG


def case_item_assignment_with_calls():
    client = Client()
    table = {}
    for x in [1, 2, 3]:
        table[client.ask(x)] = client.ask(x + 10)
    rows = [0] * 8
    for x in [1, 2, 3]:
        rows[client.ask(x)] += client.ask(x)
    return table, rows, client


def case_augmented_total():
    client = Client()
    total = 0
    for x in [1, 2, 3]:
        total += client.ask(x)
    return total, client


def case_global_total_in_body_and_callee():
    def ask(x):
        global TOTAL
        TOTAL += 1
        return slow(x)

    global TOTAL
    for x in [1, 2, 3]:
        TOTAL += ask(x)
    return TOTAL


def case_async_loop():
    import asyncio

    client = Client()

    async def ask(x):
        client.calls += 1
        answer = slow(x)
        client.log.append(answer)
        return answer

    async def main():
        out = []
        for x in [1, 2, 3]:
            out.append(await ask(x))
        return out

    return asyncio.run(main()), client


def case_debate_rounds():
    class Debater:
        def __init__(self, name):
            self.name = name
            self.memory = []

        def speak(self, transcript):
            self.memory.extend(transcript[len(self.memory):])
            answer = f"{self.name}{slow(len(self.memory))}"
            return answer

    debaters = [Debater(n) for n in "xyz"]
    transcript = []
    for _ in range(3):
        for debater in debaters:
            transcript.append(debater.speak(transcript))
    return transcript, debaters


def case_tournament():
    class Player:
        def __init__(self, n):
            self.n = n
            self.wins = 0

    def play(a, b):
        LOG.append((a.n, b.n))
        winner = a if slow(a.n * 7 + b.n) % 3 else b
        winner.wins += 1
        return winner

    players = [Player(n) for n in range(4)]
    out = []
    while len(players) > 1:
        players = [play(a, b) for a, b in zip(players[::2], players[1::2])]
        out.append([p.n for p in players])
    return out, LOG, players[0].wins


def case_round_robin_of_pairs():
    score = {}

    def play(pair):
        a, b = pair
        winner = a if slow(a * 3 + b) % 4 else b
        score[winner] = score.get(winner, 0) + 1
        return winner

    return [play(pair) for pair in itertools.combinations(range(4), 2)], score, list(score)


def case_one_task_only():
    client = Client()
    return [client.ask(x) for x in [1]], [client.ask(x) for x in []], client


def case_many_tasks():
    client = Client()
    out = []
    for x in range(70):
        out.append(client.ask(x))
    return out, client


def case_many_conflicts():
    state = {"n": 0}

    def ask(x):
        state["n"] = state["n"] * 3 % 1009 + slow(x)
        return state["n"]

    out = []
    for x in range(70):
        out.append(ask(x))
    return out
