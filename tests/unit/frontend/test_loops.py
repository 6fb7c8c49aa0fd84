"""Loops: what is taken of a body, what is not, and why."""

from __future__ import annotations

import pytest

from .summaries import in_loop, summary

# Each case: the loop body, then what the plan says of the function around it.
BODIES: dict[str, tuple[str, list[str]]] = {
    # --- positions
    "result-used": ("out.append(f(x))", ["loop: f(x)"]),
    "assigned": ("y = f(x)\nout.append(y)", ["loop: f(x)"]),
    "nested-call-is-one": ("out.append(f(g(x)))", ["loop: f(g(x))"]),
    "climbs-methods": ("out.append(f(x).text.strip())", ["loop: f(x).text.strip()"]),
    "climbs-subscript": ("out.append(f(x)['a'][0])", ["loop: f(x)['a'][0]"]),
    "climbs-operator": ("out.append(f(x) + 1)", ["loop: f(x) + 1"]),
    "left-operand-stays": ("out.append(1 + f(x))", ["loop: f(x)"]),
    "two-operands-one-value": ("total = f(x) * g(x)\nout.append(total)", ["loop: f(x) * g(x)"]),
    "tuple-with-one-call": ("out.append((x, f(x)))", ["loop: f(x)"]),
    "display-with-two-calls": ("out.append({'a': f(x), 'b': g(x)})", ["loop: {'a': f(x), 'b': g(x)}"]),
    "fstring-whole": ("out.append(f'{x}: {f(x)}')", ["loop: f'{x}: {f(x)}'"]),
    "fstring-with-carried-part": ("n = n + 1\nout.append(f'{n}: {f(x)}')", ["carried-state"]),
    "keyword-arguments": ("out.append(f(x, k=a, **b))", ["loop: f(x, k=a, **b)"]),
    "starred-arguments": ("out.append(f(*x, **a))", ["loop: f(*x, **a)"]),
    "argument-order": ("out.append(pair(c(x), n, d(x)))\nn = 1", ["loop: c(x) | d(x)"]),
    "keyword-before-star-skipped": ("n = len(out)\nout.append(h(n, k=c(x), *d(x)))", ["loop: d(x)"]),
    "keyword-in-order": ("n = len(out)\nout.append(h(n, c(x), k=d(x)))", ["loop: c(x) | d(x)"]),
    "augmented": ("total += f(x)", ["loop: f(x)"]),
    "augmented-item": ("a[x] += f(x)", ["loop: f(x)"]),
    "stored-item": ("a[x] = f(x)", ["loop: f(x)"]),
    "stored-attribute": ("self.last = f(x)", ["loop: f(x)"]),
    "target-subscript-call-stays": ("a[key(x)] = f(x)", ["loop: f(x)"]),
    "unpacked-result": ("u, v = f(x)\nout.append(u + v)", ["loop: f(x)"]),
    "unpacked-result-not-known": ("u, v = f(x)\nout.append(g(u))", ["loop: f(x)"]),
    "unpacked-display": ("u, v = f(x), x\nout.append(g(u, v))", ["loop: f(x), x | g(u, v)"]),
    "chained-assignment": ("u = v = f(x)\nout.append(g(v))", ["loop: f(x) | g(v)"]),
    "annotated-assignment": ("u: int = f(x)\nout.append(g(u))", ["loop: f(x) | g(u)"]),
    "method-of-self": ("out.append(self.ask(x))", ["loop: self.ask(x)"]),
    "method-of-item": ("out.append(x.run(a))", ["loop: x.run(a)"]),
    "item-is-callee": ("out.append(x(a))", ["loop: x(a)"]),
    "callee-from-table": ("out.append(a[x](b))", ["loop: a[x](b)"]),
    "call-of-call": ("out.append(f(a)(x))", ["loop: f(a)(x)"]),
    "print-stays": ("print(f(x))", ["loop: f(x)"]),
    "print-two": ("print(f(x), g(x))", ["loop: f(x) | g(x)"]),
    "len-stays": ("out.append(len(f(x)))", ["loop: f(x)"]),
    "unused-result": ("f(x)", ["loop: f(x)"]),
    "unused-after-used": ("log(x)\nout.append(f(x))", ["loop: f(x)"]),
    "unused-argument-first": ("store(f(x))", ["loop: f(x)"]),
    "inner-loop-iterable": ("for y in f(x):\n    out.append(y)", ["loop: f(x)"]),
    "match-subject": ("match f(x):\n    case 1: out.append(1)", ["loop: f(x)"]),
    "subscript-index": ("out.append(a[f(x)])", ["loop: f(x)"]),
    "not-operator": ("out.append(not f(x))", ["loop: not f(x)"]),
    "comparison": ("out.append(f(x) < g(x) < 3)", ["loop: f(x) < g(x) < 3"]),
    "later-comparison-stays": ("n = len(out)\nout.append(n < f(x) < g(x))", ["loop: f(x)"]),
    "comprehension-iterable": ("out.append([y for y in f(x)])", ["loop: f(x)"]),
    "lambda-called-at-once": ("out.append((lambda: f(x))())", []),
    # --- short circuits
    "conditional-whole": ("out.append(f(x) if g(x) else None)", ["loop: f(x) if g(x) else None"]),
    "conditional-carried-test": (
        "out.append(f(x) if len(out) < n else None)\nn += 1",
        ["carried-state"],
    ),
    "or-whole": ("out.append(f(x) or g(x))", ["loop: f(x) or g(x)"]),
    "or-right-alone": ("n = len(out)\nout.append(n or f(x))", ["carried-state"]),
    "and-left-alone": ("n = len(out)\nout.append(f(x) and n)", ["loop: f(x)"]),
    # --- several stages
    "chain": (
        "label = classify(x)\nout.append((label, rate(x, label)))",
        ["loop: classify(x) | rate(x, label)"],
    ),
    "data-between": (
        "prompt = f'{x}!'\nout.append(ask(prompt))",
        ["loop: f'{x}!' | ask(prompt)"],
    ),
    "data-not-needed": ("n = x + 1\nout.append(ask(x))\nout.append(n)", ["loop: ask(x)"]),
    "reassigned": (
        "t = load(x)\nt = t.strip()\nout.append(ask(t))",
        ["loop: load(x) | t.strip() | ask(t)"],
    ),
    "target-reassigned": ("x = x.strip()\nout.append(ask(x))", ["loop: x.strip() | ask(x)"]),
    "assigned-both-ways": (
        "if x.ok:\n    p = one(x)\nelse:\n    p = two(x)\nout.append(ask(p))",
        ["loop: x.ok | one(x) | two(x) | ask(p)"],
    ),
    "assigned-one-way": ("if x.ok:\n    p = one(x)\nout.append(ask(p))", ["loop: x.ok | one(x)"]),
    "default-then-branch": (
        "p = a\nif x.ok:\n    p = one(x)\nout.append(ask(p))",
        ["loop: a | x.ok | one(x) | ask(p)"],
    ),
    "mutated-between": ("m = [x]\nm.append(a)\nout.append(ask(m))", ["carried-state"]),
    "item-stored-between": ("m = {}\nm['k'] = x\nout.append(ask(m))", ["carried-state"]),
    "augmented-between": ("m = load(x)\nm += 1\nout.append(ask(m))", ["loop: load(x)"]),
    # --- conditions
    "continue-first": (
        "if len(x) < 3:\n    continue\nout.append(ask(x))",
        ["loop: len(x) < 3 | ask(x)"],
    ),
    "continue-on-result": (
        "t = ask(x)\nif t == 'no':\n    continue\nout.append(more(x, t))",
        ["loop: ask(x) | t == 'no' | more(x, t)"],
    ),
    "continue-on-carried": (
        "if x in seen_now:\n    continue\nseen_now = seen_now | {x}\nout.append(ask(x))",
        ["guarded-by-result"],
    ),
    "continue-not-needed": ("y = ask(x)\nif y:\n    continue\nout.append(y)", ["loop: ask(x)"]),
    "guarded-call": ("if x.ok:\n    out.append(ask(x))", ["loop: x.ok | ask(x)"]),
    "guarded-else": (
        "if x.ok:\n    out.append(1)\nelse:\n    out.append(ask(x))",
        ["loop: x.ok | ask(x)"],
    ),
    "elif-chain": (
        "if x == 1:\n    out.append(f(x))\nelif x == 2:\n    out.append(g(x))\nelse:\n    out.append(0)",
        ["loop: x == 1 | f(x) | x == 2 | g(x)"],
    ),
    "call-in-test-only": ("if f(x) > 3:\n    out.append(x)", ["loop: f(x) > 3"]),
    "call-in-unsliceable-test": ("if f(x) > n:\n    n = 1", ["loop: f(x)"]),
    "guard-not-needed": ("if a:\n    print(x)\nout.append(f(x))", ["loop: f(x)"]),
    "guarded-by-carried": ("if n:\n    out.append(f(x))\nn = x", ["guarded-by-result"]),
    "two-guards": (
        "if x.a:\n    if x.b:\n        out.append(f(x))",
        ["loop: x.a | x.b | f(x)"],
    ),
    "nested-continue": (
        "if x.a:\n    if x.b:\n        continue\nout.append(f(x))",
        ["loop: x.a | x.b | f(x)"],
    ),
    "raise-on-known": ("if not x:\n    raise ValueError\nout.append(f(x))", ["loop: not x | f(x)"]),
    "raise-on-carried": ("if n > 3:\n    raise ValueError\nn += 1\nout.append(f(x))", ["loop: f(x)"]),
    "assert-stays": ("assert f(x)\nout.append(g(x))", ["loop: g(x)"]),
    "assert-only": ("assert f(x)", ["guarded-by-result"]),
    # --- try and with
    "try-around": (
        "try:\n    r = f(x)\nexcept OSError:\n    continue\nout.append(g(r))",
        ["loop: f(x)"],
    ),
    "try-several": (
        "try:\n    r = f(x)\n    out.append(g(r))\nexcept OSError:\n    out.append(None)",
        ["loop: f(x) | g(r)"],
    ),
    "try-else": (
        "try:\n    r = f(x)\nexcept OSError:\n    out.append(None)\nelse:\n    out.append(g(r))",
        ["loop: f(x) | g(r)"],
    ),
    "try-finally": ("try:\n    r = f(x)\nfinally:\n    g(x)", ["loop: f(x)"]),
    "handler-call-stays": (
        "try:\n    r = x[0]\nexcept KeyError:\n    out.append(f(x))",
        ["guarded-by-result"],
    ),
    "after-try-without-calls": (
        "try:\n    n = x[0]\nexcept KeyError:\n    n = 0\nout.append(f(x))",
        ["loop: f(x)"],
    ),
    "after-try-that-continues": (
        "try:\n    n = a[0]\nexcept KeyError:\n    continue\nout.append(f(x))",
        ["guarded-by-result"],
    ),
    "validated-in-try": (
        "try:\n    validate(x)\n    out.append(f(x))\nexcept OSError:\n    pass",
        ["loop: validate(x) | f(x)"],
    ),
    "logged-in-try": (
        "try:\n    log.info('x')\n    out.append(f(x))\nexcept OSError:\n    pass",
        ["loop: f(x)"],
    ),
    "with-around": ("with lock:\n    out.append(f(x))", ["loop: f(x)"]),
    "with-then-more": ("with lock:\n    r = f(x)\nout.append(g(x))", ["loop: f(x)"]),
    "with-context-stays": ("with connect(x) as c:\n    out.append(c)", ["guarded-by-result"]),
    "with-without-calls": ("with lock:\n    n = x\nout.append(g(x))", ["loop: g(x)"]),
    "except-name": (
        "try:\n    n = x[0]\nexcept KeyError as a:\n    pass\nout.append(f(a))",
        ["carried-state"],
    ),
    # --- what varies
    "carried": ("s = step(s, x)", ["carried-state"]),
    "carried-part": ("s = step(s, f(x))", ["loop: f(x)"]),
    "deleted": ("y = x\ndel y\nout.append(f(y))", ["carried-state"]),
    "deleted-target": ("del x\nout.append(f(x))", ["carried-state"]),
    "walrus-stays": ("if (y := f(x)) > 3:\n    out.append(y)", ["loop: f(x)"]),
    "walrus-in-a-test-then-read": (
        "y = one(x)\nif (y := x.other):\n    pass\nout.append(f(y))",
        ["loop: one(x)"],
    ),
    "walrus-inside": ("out.append(f(y := x))", ["walrus"]),
    "walrus-then-read": ("out.append((y := x) + f(y))", ["carried-state"]),
    "walrus-in-comprehension": ("n = [y := z for z in x]\nout.append(f(y))", ["carried-state"]),
    "import-binds": ("import m\nout.append(m.f(x))", ["carried-state"]),
    "nested-def-binds": ("def h(): pass\nout.append(h(x))", ["carried-state"]),
    "nested-nonlocal": ("def h():\n    nonlocal a\n    a = 1\nout.append(f(a))", ["carried-state"]),
    "match-capture": ("match x:\n    case a: pass\nout.append(f(a))", ["carried-state"]),
    "with-as": ("with lock as a: pass\nout.append(f(a))", ["carried-state"]),
    "inner-target": ("for a in x: pass\nout.append(f(a))", ["carried-state"]),
    "lambda-over-item": ("out.append(f(lambda: x))", ["closure-capture"]),
    "lambda-over-nothing": ("out.append(f(lambda v: v))", ["closure-capture"]),
    "key-function": (
        "out.append(f(sorted(x, key=lambda v: v.n)))",
        ["loop: f(sorted(x, key=lambda v: v.n))"],
    ),
    "generator-over-item": ("out.append(f(y + x for y in a))", ["closure-capture"]),
    "generator-from-item": ("out.append(f(y for y in x))", ["loop: f(y for y in x)"]),
    "generator-drained": ("out.append(f(sum(y + x for y in a)))", ["loop: f(sum(y + x for y in a))"]),
    "list-over-item": ("out.append(f([y + x for y in a]))", ["loop: f([y + x for y in a])"]),
    "body-closure": ("out.append(f(x))\nout.append(lambda: x)", ["loop: f(x)"]),
    "maybe-unbound": ("out.append(f(x, later))\nlater = 1", ["carried-state"]),
    # --- left alone
    "break": ("if f(x):\n    break", ["early-exit"]),
    "return": ("if f(x):\n    return x", ["early-exit"]),
    "yield": ("yield f(x)", ["early-exit"]),
    "yield-from": ("yield from f(x)", ["early-exit"]),
    "break-in-inner-else": ("for y in x:\n    pass\nelse:\n    break\nout.append(f(x))", ["early-exit"]),
    "inner-break": ("for y in x:\n    break\nout.append(f(x))", ["loop: f(x)"]),
    "inner-while-break": ("while a:\n    break\nout.append(f(x))", ["loop: f(x)"]),
    "inner-continue": ("for y in x:\n    continue\nout.append(f(x))", ["loop: f(x)"]),
    "inner-else-continue": (
        "for y in x:\n    pass\nelse:\n    continue\nout.append(f(x))",
        ["guarded-by-result"],
    ),
    "return-in-nested-def": ("def h(): return 1\nout.append(f(x))", ["loop: f(x)"]),
    "super": ("out.append(super().ask(x))", ["reflective-scope"]),
    "class-cell": ("out.append(f(__class__, x))", ["reflective-scope"]),
    "builtin-only": ("out.append(str(x))", []),
    "cheap-methods": ("out.append(x.strip().split(','))", []),
    "cheap-get": ("out.append(x.get('k'))", []),
    "get-of-path": ("out.append(self.client.get('/path/' + x))", ["loop: self.client.get('/path/' + x)"]),
    "mutators-only": ("out.append(x)\na.update(x)", []),
    "getframe": ("out.append(f(x, sys._getframe()))", ["reflective-scope"]),
    "locals": ("out.append(f(x, locals()))", ["reflective-scope"]),
    "pragma-inside-is-no-pragma": ("out.append(f(x))  # xcs: off", ["loop: f(x)"]),
}


@pytest.mark.parametrize("name", BODIES)
def test_body(name: str) -> None:
    body, expected = BODIES[name]
    assert [line for line in summary(in_loop(body)) if "block" not in line] == expected


HEADS: dict[str, tuple[str, str, list[str]]] = {
    "enumerate": ("for i, x in enumerate(xs):", "out.append(f(i, x))", ["loop: f(i, x)"]),
    "zip": ("for x, y in zip(xs, a):", "out.append(f(x, y))", ["loop: f(x, y)"]),
    "items": ("for k, v in a.items():", "out.append(f(k, v))", ["loop: f(k, v)"]),
    "nested-target": ("for i, (k, v) in enumerate(xs):", "out.append(f(k, v))", ["loop: f(k, v)"]),
    "list-target": ("for [k, v] in xs:", "out.append(f(k, v))", ["loop: f(k, v)"]),
    "starred-target": ("for k, *v in xs:", "out.append(f(k, v))", ["unsliceable-target"]),
    "attribute-target": ("for self.x in xs:", "out.append(f(self.x))", ["unsliceable-target"]),
    "subscript-target": ("for a[0] in xs:", "out.append(f(a[0]))", ["unsliceable-target"]),
    "pragma": ("for x in xs:  # xcs: off", "out.append(f(x))", ["pragma-off"]),
    "own": ("for x, ahead in xcs.run_ahead(lambda x: f(x), xs):", "out.append(ahead())", []),
    "range": ("for _ in range(5):", "out.append(f(a))", ["loop: f(a)"]),
    "tuple-iterable": ("for x in a, b:", "out.append(f(x))", ["loop: f(x)"]),
    "item-is-self": ("for self in xs:", "out.append(self.f(a))", ["loop: self.f(a)"]),
}


@pytest.mark.parametrize("name", HEADS)
def test_head(name: str) -> None:
    head, body, expected = HEADS[name]
    assert summary(in_loop(body, head=head)) == expected


MODULES: dict[str, tuple[str, list[str]]] = {
    "module-level": ("for x in xs:\n    print(f(x))", ["loop: f(x)"]),
    "module-level-pair": ("for k, v in xs:\n    print(f(k, v))", ["loop: f(k, v)"]),
    "class-body": ("class A:\n    for x in xs:\n        y = f(x)", ["class-body"]),
    "method": (
        "class A:\n    def m(self, xs):\n        return [self.f(x) for x in xs]",
        ["comprehension: self.f(x)"],
    ),
    "coroutine": ("async def p(xs):\n    for x in xs:\n        y = f(x)", ["async"]),
    "async-for": ("async def p(xs):\n    async for x in xs:\n        y = f(x)", ["async"]),
    "def-in-coroutine": (
        "async def p(xs):\n    def q():\n        for x in xs:\n            print(f(x))",
        ["loop: f(x)"],
    ),
    "while": ("def p(xs):\n    while xs:\n        y = f(xs.pop())", ["while-loop"]),
    "global-target": ("def p(xs):\n    global x\n    for x in xs:\n        print(f(x))", ["global-target"]),
    "global-in-body": ("def p(xs):\n    global n\n    for x in xs:\n        n = f(x)", ["global-target"]),
    "nonlocal-target": (
        "def p(xs):\n x = 1\n def q():\n  nonlocal x\n  for x in xs:\n   print(f(x))",
        ["carried-state"],
    ),
    "maybe-unbound": (
        "def p(xs, c):\n    if c:\n        k = 1\n    for x in xs:\n        print(f(x, k))",
        ["maybe-unbound"],
    ),
    "bound-both-ways": (
        "def p(xs, c):\n if c:\n  k = 1\n else:\n  k = 2\n for x in xs:\n  print(f(x, k))",
        ["loop: f(x, k)"],
    ),
    "bound-or-raised": (
        "def p(xs, c):\n    try:\n        k = int(c)\n    except ValueError:\n        raise\n"
        "    for x in xs:\n        print(f(x, k))",
        ["loop: f(x, k)"],
    ),
    "unbound-after-handler": (
        "def p(xs, c):\n    try:\n        k = int(c)\n    except ValueError:\n        pass\n"
        "    for x in xs:\n        print(f(x, k))",
        ["maybe-unbound"],
    ),
    "unbound-after-with": (
        "def p(xs, c):\n    with c:\n        k = 1\n    for x in xs:\n        print(f(x, k))",
        ["maybe-unbound"],
    ),
    "bound-after-open": (
        "def p(xs, c):\n with open(c) as h:\n  k = h.read()\n for x in xs:\n  print(f(x, k))",
        ["loop: f(x, k)"],
    ),
    "read-proves-bound": (
        "def p(xs, c):\n    with c:\n        k = 1\n    print(k)\n    for x in xs:\n        print(f(x, k))",
        ["loop: f(x, k)"],
    ),
    "exception-name-gone": (
        "def p(xs):\n try:\n  pass\n except OSError as k:\n  pass\n for x in xs:\n  print(f(x, k))",
        ["maybe-unbound"],
    ),
    "free-variable-rebound-by-a-function": (
        "def p(m):\n    def q(xs):\n        return [m(x) for x in xs]\n    def r():\n        nonlocal m\n"
        "        del m\n    return q, r",
        ["carried-state"],
    ),
    "target-rebound-by-a-function": (
        "def p(xs):\n    x = 0\n    def reset():\n        nonlocal x\n        x = 1\n    for x in xs:\n"
        "        reset()\n        print(f(x))",
        ["loop: reset()"],
    ),
    "result-rebound-by-a-function": (
        "def p(xs):\n    y = 0\n    def reset():\n        nonlocal y\n        y = 1\n    for x in xs:\n"
        "        y = f(x)\n        reset()\n        print(g(y))",
        ["loop: f(x)"],
    ),
    "global-target-rebound-by-a-function": (
        "def reset():\n    global x\n    x = 1\nfor x in xs:\n    reset()\n    print(f(x))",
        ["loop: reset()"],
    ),
    "local-import": (
        "def p(xs):\n    from m import f\n    for x in xs:\n        print(f(x))",
        ["loop: f(x)"],
    ),
    "nested-function-callee": (
        "def p(xs):\n    def f(v): return v\n    for x in xs:\n        print(f(x))",
        ["loop: f(x)"],
    ),
    "free-variable": (
        "def p(m):\n    def q(xs):\n        for x in xs:\n            print(m(x))\n    return q",
        ["loop: m(x)"],
    ),
    "loop-else": (
        "def p(xs):\n    for x in xs:\n        print(f(x))\n    else:\n        print(1)",
        ["loop: f(x)"],
    ),
    "nested-loops": (
        "def p(xs):\n    for x in xs:\n        y = f(x)\n        for z in y:\n            print(g(z))",
        ["loop: f(x)", "loop: g(z)"],
    ),
    "outer-without-calls": (
        "def p(xs):\n    for x in xs:\n        for z in x:\n            print(g(z))",
        ["loop: g(z)"],
    ),
    "loop-in-else": (
        "def p(xs):\n for x in xs:\n  print(x)\n else:\n  for y in xs:\n   print(f(y))",
        ["loop: f(y)"],
    ),
    "shadowed-builtin": (
        "def print(x): pass\ndef p(xs):\n    for x in xs:\n        y = print(x)",
        ["loop: print(x)"],
    ),
    "shadowed-by-argument": ("def p(xs, len):\n    for x in xs:\n        y = len(x)", ["loop: len(x)"]),
    "cheap-module": ("import math\ndef p(xs):\n    return [math.sqrt(x) for x in xs]", []),
    "cheap-import": ("from math import sqrt\ndef p(xs):\n    return [sqrt(x) for x in xs]", []),
    "rebound-import": (
        "from math import sqrt\nsqrt = slow(sqrt)\ndef p(xs):\n    return [sqrt(x) for x in xs]",
        ["comprehension: sqrt(x)"],
    ),
    "json-loads": ("import json\ndef p(xs):\n    return [json.loads(x) for x in xs]", []),
    "json-load": (
        "import json\ndef p(xs):\n    return [json.load(x) for x in xs]",
        ["comprehension: json.load(x)"],
    ),
    "switched-off-function": ("@xcs.off\ndef p(xs):\n    for x in xs:\n        print(f(x))", ["pragma-off"]),
    "unreachable": ("def p(xs):\n    return\n    for x in xs:\n        print(f(x))", []),
    "private-name": (
        "class A:\n    def m(self, xs):\n        for x in xs:\n            print(self.__f(x))",
        ["loop: self.__f(x)"],
    ),
    "exec-elsewhere": (
        "def p(xs):\n    exec('x = 1')\n    for x in xs:\n        print(f(x))",
        ["reflective-scope"],
    ),
    "locals-in-nested-function": (
        "def p(xs):\n    def q(): return locals()\n    for x in xs:\n        print(f(x))",
        ["loop: f(x)"],
    ),
    "vars-of-object": ("def p(xs):\n    v = vars(xs)\n    for x in v:\n        print(f(x))", ["loop: f(x)"]),
    "one-line": ("def p(xs):\n    for x in xs: print(f(x)); print(g(x))", ["loop: f(x) | g(x)"]),
    "generator-function": ("def p(xs):\n    for x in xs:\n        print(f(x))\n    yield 1", ["loop: f(x)"]),
}


@pytest.mark.parametrize("name", MODULES)
def test_module(name: str) -> None:
    source, expected = MODULES[name]
    assert [line for line in summary(source + "\n") if "block" not in line] == expected
