"""Sources that are hard to rewrite: each prints what it computes."""

from __future__ import annotations

import sys

SOURCES: dict[str, str] = {
    "one line": "def f(xs):\n    out = []\n    for x in xs: out.append(str(x)); out.append(repr(x))\n    return out\nprint(f([1, 'a']))\n",
    "semicolons": "def f(a):\n    x = 1; y = str(a); z = repr(a); w = 2; return x, y, z, w\nprint(f('q'))\n",
    "one-line suites": "def f(a, b):\n    if a: x = str(a); y = repr(b)\n    else: x = y = 0\n    if b: return [str(q) for q in b]\n    return x, y\nprint(f(1, ''), f(1, 'ab'), f(0, ''))\n",
    "crlf": "def f(xs):\r\n    out = []\r\n    for x in xs:\r\n        out.append(str(x))\r\n    return out\r\nprint(f([1]))\r\n",
    "lone cr": "def f(xs):\r    out = []\r    for x in xs:\r        out.append(str(x))\r    return out\rprint(f([1]))\r",
    "tabs": "def f(xs):\n\tout = []\n\tfor x in xs:\n\t\tif x:\n\t\t\tout.append(str(x))\n\treturn out\nprint(f([1, 0]))\n",
    "mixed": "class A:\n  def f(self, xs):\n        out = []\n        for x in xs:\n         out.append(str(x))\n        return out\nprint(A().f([1, 0]))\n",
    "no newline": "def f(xs):\n    return [str(x) for x in xs]\nfor i in range(2): print(str(i))",
    "no newline in function": "def f(xs):\n    for x in xs:\n        print(str(x))\nf([1])\ndef g(xs):\n    return [str(x) for x in xs]",
    "backslashes": "def f(xs):\n    out = []\n    for x in \\\n            xs:\n        out \\\n          .append(str(\n              x) + \\\n              repr(x))\n    return out\nprint(f([1]))\n",
    "form feed": "import os\n\x0c\ndef f(xs):\n    out = []\n\x0c\n    for x in xs:\n        out.append(str(x))\n    return out\nprint(f([1]))\n",
    "non-ascii": "def fünf(größen):\n    ergebnis = []\n    for größe in größen:  # ключ\n        ergebnis.append('→' + str(größe) + '←' + repr('é'))\n    return ergebnis\nprint(fünf([1, 'ñ']))\n",
    "astral": "def f(xs):\n    out = []\n    for x in xs:\n        s = '𝔸𝔹'; out.append('𝔸' + str(x)); out.append(s)\n    return out\nprint(f([1]))\n",
    "nfkc": "def f(xs):\n    ﬁ = 1\n    out = []\n    for x in xs:\n        out.append((str(x), fi))\n    return out\nprint(f([1]))\n",
    "our names": "_xcs_h0 = _xcs_site_0 = 1\ndef f(xs):\n    _xcs_h1 = 2\n    out = []\n    for x in xs:\n        out.append(str(x))\n    return out, _xcs_h0, _xcs_h1, _xcs_site_0\nprint(f([1]))\n",
    "decorated": "def deco(f): return f\nclass A:\n    @staticmethod\n    @deco\n    def f(xs):\n        out = []\n        for x in xs:\n            out.append(str(x))\n        return out\n    @property\n    def g(self):\n        return [str(x) for x in 'ab']\nprint(A.f([1]), A().g)\n",
    "type comments": "def f(xs):\n    # type: (list) -> list\n    out = []  # type: list\n    for x in xs:  # type: int\n        out.append(str(x))  # type: ignore\n    return out\nprint(f([1]))\n",
    "f-strings": "def f(xs):\n    out = []\n    for x in xs:\n        out.append(f'{x!r:>{len(str(x))}}' + str(x) + f\"\"\"{\n  x}\n{{}} é {x:>4}\"\"\")\n        out.append(f'{str(x)}')\n    return out\nprint(f([1]))\n",
    "debug f-strings": "def f(xs):\n    out = []\n    for x in xs:\n        out.append(f'{str(x)=}' + repr(x))\n    return out\nprint(f([1]))\n",
    "implicit concatenation": "def f(xs):\n    out = []\n    for x in xs:\n        out.append('a' f'{x}'\n                   'b' + str(x))\n    return out\nprint(f([1]))\n",
    "docstrings": "'''Doc.'''\nfrom __future__ import annotations\ndef f(xs: list[int]):\n    '''Inner\n doc.'''\n    for x in xs:\n        print(str(x))\nf([1])\nprint(f.__doc__, __doc__, f.__annotations__)\n",
    "match": "def f(xs):\n    out = []\n    for x in xs:\n        match x:\n            case int():\n                out.append(str(x))\n            case [a, *_] if a:\n                for y in x:\n                    out.append(repr(y))\n            case _: out.append(ascii(x))\n    return out\nprint(f([1, [2], 'é']))\n",
    "walrus": "def f(xs):\n    out = []\n    for x in (ys := list(xs)):\n        if (n := len(str(x))) > 1:\n            out.append((str(x), n))\n    return out, ys\nprint(f([1, 22]))\n",
    "tuples": "def f(a, b):\n    out = []\n    for x in a, b:\n        out.append(str(x))\n    for x in *a, b: out.append(repr(x))\n    return out\nprint(f('ab', 'c'))\n",
    "conditional iterables": "def f(a, b):\n    out = []\n    for x in a if a else b:\n        out.append(str(x))\n    return out, [str(y) for y in (lambda: b)()]\nprint(f('', 'c'))\n",
    "yield in iterable": "def f(xs):\n    for x in (yield 1):\n        print(str(x))\ng = f(1)\nnext(g)\ntry: g.send('ab')\nexcept StopIteration: pass\n",
    "for else": "def f(xs):\n    for x in xs:\n        print(str(x))\n    else:\n        print('else', repr(x))\n    return x\nprint(f('ab'))\n",
    "continue": "def f(xs):\n    for x in xs:\n        if not str(x).isdigit(): continue\n        print(repr(x))\nf(['a', '1'])\n",
    "nested": "def f(xs):\n    out = []\n    for x in xs:\n        out.append(str(x))\n        for y in x:\n            out.append(str(y))\n            for z in y: out.append(str(z) + y)\n        else:\n            out.append([repr(q) for q in x])\n    return out\nprint(f(['ab', 'c']))\n",
    "inner loops leave": "def f(xs):\n    out = []\n    for x in xs:\n        for y in x:\n            if y == 'b': break\n            out.append(str(y))\n        while True:\n            out.append(repr(x)); break\n    return out\nprint(f(['ab', 'c']))\n",
    "try": "def f(xs):\n    out = []\n    for x in xs:\n        try:\n            out.append(int(x))\n        except ValueError as e:\n            out.append(str(e))\n        else:\n            out.append(repr(x))\n        finally:\n            out.append(len(x))\n    return out\nprint(f(['1', 'c']))\n",
    "with": "import contextlib\ndef f(xs):\n    out = []\n    for x in xs:\n        with contextlib.suppress(ValueError):\n            out.append(int(x))\n            out.append(str(x))\n    return out\nprint(f(['1', 'c']))\n",
    "globals": "count = 0\ndef f(xs):\n    global count\n    for x in xs:\n        count += len(x)\ndef g():\n    n = 0\n    def h(xs):\n        nonlocal n\n        for x in xs: n += len(x)\n        return n\n    return h\nf(['ab', 'c'])\nprint(count, g()(['abc']))\n",
    "closures": "def f(xs):\n    fs = []\n    for x in xs:\n        y = str(x)\n        fs.append(lambda: (x, y))\n    return [g() for g in fs]\nprint(f('ab'))\n",
    "generator": "def f(xs):\n    yield 0\n    n = []\n    for x in xs:\n        n.append(str(x))\n    yield n\nprint(list(f('ab')))\n",
    "mangled": "class A:\n    __k = 2\n    def __m(self, x): return x * self.__k\n    def f(self, xs):\n        return [str(x) + '' for x in xs], [self.g(x) for x in xs]\n    def g(self, x): return self.__m(x)\nprint(A().f([1]))\n",
    "module level": "out = []\nfor i in range(3):\n    out.append(str(i))\nelse:\n    out.append(repr(i))\na = str(i); b = repr(a)\nd = {str(k): repr(k) for k in out if len(k)}\nprint(out, a, b, d, i, sorted(n for n in globals() if 'xcs' in n))\n",
    "module level in if": "if True:\n    for i in range(2):\n        print(str(i))\n    s = {str(j) for j in 'a'}\n    print(s)\n",
    "comprehensions": "def f(xs):\n    a = [str(x) for x in xs if len(str(x)) < 2]\n    b = {str(x) for x in xs}\n    c = {str(x): repr(x) for x in xs}\n    if [str(x) for x in xs] != []: c['z'] = [str(x) for x in [repr(y) for y in xs]]\n    while [str(x) for x in xs]:\n        xs = xs[1:]\n    return a, sorted(b), c\nprint(f([1, 22]))\n",
    "block in a loop": "def f(xs):\n    out = []\n    for x in xs:\n        a = str(x)\n        b = repr(x); c = ascii(a)\n        out.append((a, b, c))\n        for y in x:\n            d = str(y); e = repr(y)\n            out.append(d + e)\n    else:\n        g = str(x); h = repr(x)\n    return out, g, h\nprint(f(['a', 'é']))\n",
    "deleted": "def f(xs):\n    for x in xs:\n        y = str(x)\n        print(y)\n        del y\n    del x, xs\nf('a')\n",
    "star handlers": "def f(xs):\n    out = []\n    for x in xs:\n        try:\n            out.append(int(x))\n        except* ValueError as e:\n            out.append(str(e))\n    return out\nprint(f(['1', 'c']))\n",
    "keywords touch": "def f(xs):\n    out = []\n    for x in xs:\n        y = x if(str(x))else 2\n        if(str(x))and y:out.append(not(len(str(x))))\n        if not len(x):pass\n    return(out)\nprint(f('ab'))\n",
    "line strings": 'def f(xs):\n    out = []\n    for x in xs:\n        out.append("""\n  a\nb""" + str(x) + \'\'\'\n\'\'\')\n    return out\nprint(f([1]))\n',
    "odd comments": "def f(xs):\n    out = []\n  # less\n    for x in xs:  # a\n            # more\n        # same\n        out.append(str(x))  # b\n        # end\n    # after\n    return out\n# out\nprint(f([1]))\n",
    "async neighbours": "import asyncio\nasync def a():\n    for x in 'ab':\n        await asyncio.sleep(0)\n        print(str(x))\ndef f():\n    for x in 'ab': print(str(x))\nasyncio.run(a()); f()\n",
}

if sys.version_info >= (3, 12):
    SOURCES["pep 701"] = (
        "def f(xs):\n    out = []\n    for x in xs:\n        out.append(f'{str(x) + 'q'} {f'{x:>{5}}'}' + str(x))\n    return out\nprint(f([1]))\n"
    )
    SOURCES["pep 695"] = (
        "type L[T] = list[T]\ndef f[T](xs: L[T]) -> list[str]:\n    return [str(x) for x in xs]\n"
        "class A[T]:\n    def g[U](self, xs):\n        for x in xs: print(str(x))\nprint(f([1])); A().g('a')\n"
    )
