"""Shared state of the less common kinds: descriptors, locks, files, caches, methods that are replaced."""

from __future__ import annotations

from typing import Final

from xcs_ast.testing.states import State

__all__ = ["ODD"]

_CLOSURE: Final = """\
def make_@():
    n = 1

    def bump(x):
        nonlocal n
        n += x
        return n

    return bump, lambda: n


@, @_see = make_@()
"""
_PATCHED: Final = "class @:\n    def go(self, x):\n        return x + 1\n\n\n@_one = @()\n"
_FILE: Final = "with open('@.txt', 'a') as file: file.write(f'{#};')"
_TRACED: Final = "class @(Tuned):\n    def __setattr__(self, name, x):\n"
_TRACED_REST: Final = (
    "        object.__setattr__(self, name, x)\n        Tuned.last = name\n\n\n@_one = @(2)\n"
)

_GENERATED: Final = """\
def gen_@():
    seen = 0
    while True:
        got = yield seen
        seen += got or 1


@ = gen_@(); next(@)
"""
_SERIES: Final = (
    "len([*@])",
    "sum(v for v in @ if v > 2)",
    "sum(i * v for i, v in enumerate(@))",
    "@.index(max(@))",
    "len(json.dumps(@))",
    "len(copy.copy(@))",
    "copy.deepcopy(@)[-1]",
    "len(','.join(map(str, @)))",
    "max(zip(@, @))[0]",
    "@[::-1][0]",
    "bisect.bisect(@, #)",
    "next(reversed(@))",
    "len({*@})",
    "min(@, key=lambda v: (v - #) % 4)",
    "operator.itemgetter(0)(@)",
    "sorted(@, reverse=True)[0]",
    "functools.reduce(operator.add, @)",
    "@.count(#)",
    "int(@ == [5, 2, 7])",
    "int(@ < [5, 3])",
)
_TABLE: Final = (
    "len({**@})",
    "sum(len(v) for v in @.values())",
    "len(@.keys() & {#, 1})",
    "len(sorted(@.items()))",
    "next(iter(@), 0)",
    "next(reversed(@), 0)",
    "len(@ | {#: 1})",
    "sum(k for k, v in @.items() if v)",
    "int((#, [1]) in @.items())",
    "len(json.dumps(@))",
    "len(copy.deepcopy(@))",
    "int(@ == {1: [1]})",
    "len(dict.fromkeys(@))",
)

ODD: Final[tuple[State, ...]] = (
    State(
        "tuned",
        "@ = Tuned(3)",
        ("@.level", "@.best", "@.missing", "int(# in @)", "@(#)", "int(bool(@))", "sum(@)", "@ + #"),
        ("@.level = #", "@.best = #", "=len(f'{@:>3}')", "@.n = #", "@.__class__ = Tuned"),
        adds=("@.n += #", "@.log.append(#)"),
    ),
    State(
        "traced",
        _TRACED + _TRACED_REST,
        ("@_one.n", "len(Tuned.last)", "@_one.best"),
        ("@_one.n = #", "@_one.best = #", "Tuned.last = 'none'"),
        adds=("@_one.n += #",),
    ),
    State(
        "sub",
        "@ = Sub(1)",
        ("@.calls", "@.known", "@.ask(#)", "len(@.log)", "@.usage.get(#, 0)"),
        ("@.usage = {}", "=@.ask(#)", "Client.made = #"),
        adds=("@.calls += 1", "@.note(#)", "@.log.append(#)", "@.cost += # * 0.3"),
    ),
    State(
        "row",
        "@ = Row(2)",
        ("@.n", "len(@.tags)", "int(@ == Row(2))", "len(repr(@))", "dataclasses.replace(@, n=#).n"),
        ("@.n = #", "=@.tag(#)", "@.tags = [#]"),
        adds=("@.tags.append(#)", "@.n += #"),
    ),
    State(
        "slotted",
        "@ = Slotted(2)",
        ("@.n", "len(@.seen)"),
        ("=@.see(#)", "@.n = #", "@.seen = ()"),
        adds=("@.n += #", "@.seen += (#,)"),
    ),
    State(
        "heap",
        "@ = [1, 5]",
        ("@[0]", "len(@)", "heapq.nsmallest(1, @)[0]"),
        ("=heapq.heappushpop(@, #)", "=heapq.heappop(@) if len(@) > 1 else 0"),
        adds=("heapq.heappush(@, #)",),
    ),
    State("iterator", "@ = iter(range(9, 2000))", (), ("=next(@, 0)", "=sum(itertools.islice(@, 2))")),
    State(
        "lock",
        "@ = threading.Lock(); @_n = [1]",
        ("len(@_n)", "int(@.locked())"),
        ("with @: @_n[0] += #",),
        adds=("with @: @_n.append(#)",),
    ),
    State(
        "file",
        "@ = pathlib.Path('@.txt')",
        ("(len(@.read_text()) if @.exists() else 0)", "int(os.path.exists('@.txt'))"),
        ("=@.write_text(str(#))",),
        adds=(_FILE,),
    ),
    State(
        "lazy",
        "@ = Lazy(3)",
        ("@.value[0]", "len(vars(@))", "len(@.value)"),
        ("@.n = #", "=len(@.__dict__.pop('value', ()))"),
        adds=("@.value.append(#)",),
    ),
    State(
        "keys",
        "@ = {Key(1): 1}",
        ("@.get(Key(#), 0)", "len(@)", "Key.asked", "int(Key(#) in @)"),
        ("@[Key(#)] = 2", "=@.pop(Key(#), 0)"),
    ),
    State(
        "function", "def @(x, k=1):\n    return x + k\n", ("@(#)",), ("@ = abs", "@ = len, @; @ = @[1]"), True
    ),
    State(
        "patched",
        _PATCHED,
        ("@_one.go(#)", "@().go(#)"),
        ("@.go = lambda self, x: x * 2", "@_one.go = abs", "@.go = @.go", "@_one.__dict__.clear()"),
    ),
    State(
        "ordered",
        "@ = [Tuned(2), Tuned(1)]",
        ("sorted(@)[0].n", "min(@).n", "len(f'{@[0]:>3}')", "max(@, key=lambda one: one.n).n"),
        ("@.sort()", "@[0] = Tuned(#)", "@[1].best = #"),
        adds=("@.append(Tuned(#))", "@[0].n += #"),
    ),
    State("closure", _CLOSURE, ("@_see()",), ("=@(#)",), adds=("@(#)",)),
    State(
        "memo",
        "@ = functools.lru_cache(maxsize=None)(lambda x: [x * 2])",
        ("@(#)[0]", "@.cache_info().hits", "len(@(1))"),
        ("@.cache_clear()", "@(1).append(#)"),
    ),
    State(
        "environment",
        "@ = 'XCS_GENERATED'",
        ("len(os.environ.get(@, ''))", "len(os.getenv(@, 'ab'))"),
        ("os.environ[@] = str(#)", "=os.environ.pop(@, 0) and 1"),
    ),
    State("warnings", "@ = None", (), (), adds=("warnings.warn(f'@ {#}')", "warnings.warn('@')")),
    State(
        "bytes",
        "@ = bytearray(b'ab')",
        ("len(@)", "@[0]", "@.count(b'a')"),
        ("@[0] = # % 7", "del @[1:]"),
        adds=("@.append(# % 200)", "@.extend(b'xy')"),
    ),
    State(
        "chain",
        "@ = collections.ChainMap({}, {1: 2})",
        ("@.get(#, 0)", "len(@)", "len(@.maps[0])"),
        ("=@.pop(#, 0)", "@.maps[0].clear()"),
        adds=("@[#] = # + 1",),
    ),
    State(
        "recent",
        "@ = collections.OrderedDict({1: 2})",
        ("@.get(#, 0)", "next(iter(@), 9)", "len(@)"),
        ("@.move_to_end(1)", "=@.popitem(last=False)[1] if len(@) > 1 else 0", "@.setdefault(1, 3)"),
        adds=("@[#] = # + 1", "@.update({#: 1})"),
    ),
    State(
        "pair", "@ = Pair(1, 2)", ("@.n", "sum(@)", "@[1]"), ("@ = @._replace(n=#)", "@ = Pair(#, @.n)"), True
    ),
    State(
        "optional",
        "@ = None",
        ("int(@ is None)", "(@ or 3)"),
        ("@ = None", "@ = @ or # + 1", "@ = # if @ is None else @ + 1"),
        True,
    ),
    State(
        "series",
        "@ = [5, 2, 7]",
        _SERIES,
        (
            "@.reverse()",
            "del @[3:]",
            "@[0], @[-1] = @[-1], @[0]",
            "bisect.insort(@, #)",
            "@ *= 1",
            "@[:1] = (#, #)",
            "@.remove(@[0]) if len(@) > 2 else None",
            "@ = [*@, #]",
            "random.shuffle(@)",
        ),
        True,
        ("@.append(#)", "@ += [#]", "@.extend(v for v in (#, 1))", "@[len(@):] = [#]"),
    ),
    State(
        "table",
        "@ = {1: [1], 2: [2, 3]}",
        _TABLE,
        (
            "@ |= {#: [1]}",
            "@.pop(next(iter(@))) if len(@) > 1 else None",
            "@.setdefault(#, []).clear()",
            "@[#] = @.get(1, [])",
            "@ = {**@, #: [2]}",
            "@.popitem() if @ else None",
        ),
        True,
        ("@.update(((#, [2]),))", "@.setdefault(#, []).extend((#, 2))", "@[#] = [#]"),
    ),
    State(
        "namespace",
        "@ = types.SimpleNamespace(n=1)",
        ("@.n", "getattr(@, 'k', 4)", "int(hasattr(@, 'k'))", "len(vars(@))", "len(repr(@))"),
        (
            "setattr(@, 'k', #)",
            "delattr(@, 'k') if hasattr(@, 'k') else None",
            "@.__dict__['n'] = #",
            "vars(@).update(k=#)",
        ),
        adds=("@.n += #",),
    ),
    State("generated", _GENERATED, (), ("=next(@)", "=@.send(#)")),
    State("randoms", "@ = random.Random(7)", (), ("=@.randrange(9)", "=@.choice([1, 2, 3])", "@.seed(#)")),
    State("cycle", "@ = itertools.cycle([1, 2, 3])", (), ("=next(@)",)),
    State(
        "written",
        "@ = None",
        (),
        (),
        adds=(
            "sys.stdout.write(f'{#} ')",
            "print(#, file=sys.stderr)",
            "print(*[#, 1], sep='-')",
            "LOG.info('@', extra={'k': #})",
            "LOG.warning('%(n)s', {'n': #})",
        ),
    ),
    State("manager", "@ = Quiet([])", ("len(@.log)",), ("@.log.clear()",), adds=("with @: pass",)),
    State(
        "weak",
        "@ = weakref.WeakValueDictionary(); @_kept = Box(1); @[1] = @_kept",
        ("len(@)", "@[1].n", "int(# in @)"),
        ("@[#] = @_kept", "@[9] = Box(#)"),
        adds=("@_kept.n += #",),
    ),
)
"""What a program of any kind may share, too."""
