"""The shared state of generated programs: how each kind is declared, read and written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

__all__ = ["SHARED", "STATES", "State"]


@final
@dataclass(frozen=True, slots=True)
class State:
    """One kind of shared state. In `reads` and `writes`, `@` stands for the name and `#` for a whole number.

    A write that starts with `=` is an expression which also gives a number. `rebinds` says that a write needs
    `global @`. `adds` are the writes that look at nothing: increments, and what is appended, printed, stored.
    """

    kind: str
    declare: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    rebinds: bool = False
    adds: tuple[str, ...] = ()


STATES: Final[tuple[State, ...]] = (
    State("number", "@ = 3", ("@", "@ * 2"), ("@ += #", "@ = @ * 3 % 101 + #"), rebinds=True),
    State(
        "list",
        "@ = [5, 2]",
        ("len(@)", "sum(@[-2:])", "@[-1]"),
        ("@.append(#)", "@ += [#]", "@[0] = #"),
        True,
    ),
    State("dict", "@ = {1: 4}", ("@.get(#, 7)", "len(@)"), ("@[#] = len(@)", "=@.setdefault(#, len(@))")),
    State("box", "@ = Box(4)", ("@.n", "@.twice", "@.look()"), ("@.n += #", "=@.bump(#)", "=@.push(#)")),
    State("alias", "@ = Box(6); @_too = @", ("@_too.n", "@.look()"), ("@.n -= #", "=@_too.bump(#)")),
    State("class", "@ = Box", ("Box.total", "@.total"), ("Box.total += #",)),
    State("set", "@ = {1}", ("int(# in @)", "len(@)"), ("@.add(#)",)),
    State("counter", "@ = collections.Counter()", ("@[#]",), ("@[#] += 1",)),
    State("ids", "@ = itertools.count(10)", (), ("=next(@)",)),
    State("nested", "@ = {'k': [1, 2]}", ("len(@['k'])", "sum(@['k'])"), ("@['k'].append(#)",)),
    State("float", "@ = 0.5", ("round(@ * 8)",), ("@ += # * 0.1",), rebinds=True),
    State("tuple of lists", "@ = ([1], [2])", ("len(@[0])", "@[1][-1]"), ("@[0].append(#)", "@[1][0] = #")),
    State(
        "built", "@ = Built", ("@[#]", "@.weight", "len(@)", "@(#).n"), ("@.bias += #", "@.seen.append(#)")
    ),
    State("stdout", "@ = None", (), ("print('@', #)",)),
    State("random", "@ = None", (), ("=random.randrange(1000)",)),
    State(
        "module list",
        "@ = Box(2, [1]).items",
        ("len(@)",),
        ("@.insert(0, #)", "=@.pop() if len(@) > 1 else 0"),
    ),
)

SHARED: Final[tuple[State, ...]] = (
    State("number", "@ = 3", ("@", "@ % 7"), ("@ = @ * 3 % 101 + #",), True, ("@ += #", "@ += 1", "@ -= #")),
    State("float", "@ = 0.1", ("round(@ * 8)",), ("@ = @ * 2 % 5 + #",), True, ("@ += # * 0.1", "@ += 1e16")),
    State("text", "@ = 'a'", ("len(@)",), ("@ = @[-3:] + str(#)",), True, ("@ += f'{#};'",)),
    State(
        "list",
        "@ = [5, 2]",
        ("len(@)", "sum(@[-2:])", "@[-1]", "int(# in @)", "len(str(@))", "sum(sorted(@))", "max(*@, 0)"),
        ("@.insert(0, #)", "=@.pop() if len(@) > 1 else 0", "@.sort()", "@[0] = #", "@[:] = @[-3:]"),
        False,
        ("@.append(#)", "@.extend([#, 1])"),
    ),
    State(
        "dict",
        "@ = {1: 4}",
        ("@.get(#, 7)", "len(@)", "int(# in @)", "sum(@.values())", "len(f'{@}')", "len(dict(@))"),
        ("=@.setdefault(#, len(@))", "=@.pop(#, 0)", "@.clear()", "@[#] = len(@)"),
        False,
        ("@[#] = # + 1", "@[#] = @.get(#, 0) + 2", "@.update({#: 3})", "@['n'] = @.get('n', 0) + #"),
    ),
    State(
        "groups",
        "@ = {}",
        ("len(@)", "len(@.get(#, ()))", "sum(map(len, @.values()))"),
        ("@[#] = []", "=len(@.setdefault(#, []))", "=len(@.pop(#, ()))"),
        False,
        (
            "@.setdefault(#, []).append(#)",
            "@.setdefault(# % 2, []).append(#)",
            "row = @[#] = [#]; row.append(2)",
        ),
    ),
    State(
        "default dict",
        "@ = collections.defaultdict(list)",
        ("len(@)", "len(@[#])"),
        ("@[#] = [1]",),
        False,
        ("@[#].append(#)", "@[# % 2].append(1)", "@[0] += [#]"),
    ),
    State(
        "counter",
        "@ = collections.Counter('ab')",
        ("@[#]", "len(@)", "@.total()", "@.most_common(1)[0][1]"),
        ("@.clear()", "@[#] = 5"),
        False,
        ("@[#] += 1", "@['a'] += #", "@.update([#])"),
    ),
    State(
        "set",
        "@ = {1}",
        ("int(# in @)", "len(@)"),
        ("@.discard(#)",),
        False,
        ("@.add(#)", "@.update((#, 2))"),
    ),
    State(
        "deque",
        "@ = collections.deque([1], maxlen=3)",
        ("@[0]", "len(@)", "sum(@)"),
        ("@.rotate(1)", "@.appendleft(#)"),
        False,
        ("@.append(#)",),
    ),
    State(
        "client",
        "@ = Client(1)",
        (
            "@.calls",
            "@.known",
            "len(@.log)",
            "@.usage.get(#, 0)",
            "@.ask(#)",
            "len(vars(@))",
            "len(repr(@.log))",
        ),
        ("@.usage = {}", "@.log = list(@.log)", "@.calls = 0", "=@.ask(#)"),
        False,
        (
            "@.calls += 1",
            "@.cost += # * 0.3",
            "@.note(#)",
            "@.log.append(#)",
            "Client.made += 1",
            "@.last = #",
        ),
    ),
    State(
        "client alias",
        "@ = Client(2); @_too = @; @_log = @.log",
        ("@_too.calls", "len(@_log)", "@.known"),
        ("@_too.log = []", "@_log.clear()", "@_too.calls *= 2"),
        False,
        ("@.calls += #", "@_too.note(#)", "@_log.append(#)", "@_log.extend((#, #)); @.log.pop(0)"),
    ),
    State(
        "class",
        "class @:\n    n = 1\n    rows = []\n",
        ("@.n", "len(@.rows)"),
        ("@.rows = []", "@.n = @.n * 2 % 31"),
        False,
        ("@.n += 1", "@.rows.append(#)", "@.rows += [#]"),
    ),
    State(
        "metaclass",
        "class @(Built, metaclass=Counted):\n    made = 0\n    seen = []\n",
        ("@[#]", "@.weight", "int(# in @)", "@.made", "@.bias"),
        ("@.bias = #", "@.seen = []"),
        False,
        ("@(#)", "@.made += 1", "@.seen.append(#)"),
    ),
    State(
        "nested",
        "@ = {'k': [1, 2], 'd': {}}",
        ("len(@['k'])", "sum(@['k'])", "@['d'].get(#, 0)"),
        ("@['k'] = [#]", "@['d'] = {}"),
        False,
        ("@['k'].append(#)", "@['d'][#] = @['d'].get(#, 0) + 1", "@['k'] += [#]"),
    ),
    State(
        "stdout", "@ = None", (), (), False, ("print('@', #)", "print(#, end=' ')", "print([#], f'{#:>3}')")
    ),
    State(
        "log",
        "@ = None",
        (),
        (),
        False,
        ("LOG.info('@ %s', #)", "LOG.warning(f'@ {#}')", "LOG.debug('@ %s', #)"),
    ),
    State("ids", "@ = itertools.count(10)", (), ("=next(@)",)),
    State("random", "@ = None", (), ("=random.randrange(1000)",)),
)
"""State that calls add to without looking: what a recorder can hold back and carry out later."""
