"""Sample calls: for each entry that can be run at all, arguments with which to run it."""

from __future__ import annotations

import base64
import bisect
import collections
import copy
import fractions
import functools
import hashlib
import heapq
import html
import itertools
import json
import math
import operator
import os
import os.path
import re
import statistics
import string
import struct
import textwrap
import unicodedata
import urllib.parse
import zlib
from collections.abc import Callable, Iterator
from typing import Any


class Thing:
    """An object without meaning, to be followed by identity."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<{self.name}>"


A, B, C = Thing("a"), Thing("b"), Thing("c")
Sample = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


def S(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Sample:
    return (function, args, kwargs)


def key(x: Any) -> Any:
    return 0


BUILTINS: list[Sample] = [
    S(abs, -3), S(abs, -2.5), S(all, [1, 0]), S(any, [0, 1]), S(ascii, "é"), S(bin, 5), S(callable, A),
    S(chr, 65),
    S(divmod, 7, 2), S(format, 3.5, ".2f"), S(hash, "a"), S(hex, 255), S(id, A), S(iter, [A, B]),
    S(len, [1, 2]),
    S(max, [A], key=key), S(max, 3, 4), S(min, [3, 1]), S(next, iter([A]), None), S(oct, 8), S(ord, "a"),
    S(pow, 2, 5), S(pow, 2, 5, 7), S(pow, 2.0, -1), S(repr, [A]), S(round, 2.567, 1), S(round, 2.5),
    S(sorted, [3, 1, 2]), S(sorted, [A, B], key=key), S(sorted, (3, 1), reverse=True), S(sum, [1, 2]),
    S(sum, [1.5, 2]), S(sum, [[1], [2]], []), S(sum, [1], start=3), S(isinstance, A, Thing),
    S(issubclass, int, object),
    S(hasattr, A, "name"), S(int, "12"), S(int, 2.5), S(int, "ff", 16), S(int, "ff", base=16),
    S(float, "1.5"), S(float, 2),
    S(bool, [1]), S(bool, 0), S(complex, 1, 2.0), S(str, 5), S(str, [A]), S(bytes, [1, 2]), S(bytes, 3),
    S(bytes, "é", "utf-8"),
    S(bytearray, b"ab"), S(bytearray, [1, 2]), S(list, [A, B]), S(list, "ab"), S(tuple, [A]),
    S(dict, [("k", A)]),
    S(dict, {"k": A}), S(dict, k=A), S(set, ["a", "b"]), S(frozenset, ["a"]), S(range, 3),
    S(range, 1, 9, 2), S(slice, 1, 2),
    S(enumerate, [A, B]), S(enumerate, [A], 5), S(zip, [A], [B]), S(zip, [A], (B,), strict=True),
    S(map, lambda x: A, [1, 2]),
    S(map, lambda x, y: x, [A], [B]), S(filter, lambda x: True, [A]), S(filter, None, [1, 0]),
    S(reversed, [A, B]),
    S(reversed, (A, B)), S(reversed, range(3)), S(object), S(type, A), S(ValueError, "x", A), S(KeyError, A),
    S(Exception), S(StopIteration, 3), S(property, key), S(AttributeError, "x", name="n", obj=A),
    S(ImportError, "x", path="p"),
    S(UnicodeDecodeError, "utf-8", b"x", 0, 1, "r"), S(SystemExit, 3), S(BaseException, A), S(Warning, "w"),
]  # fmt: skip

NUMBERS: list[Sample] = [
    S(getattr(kind, name), value)
    for kind, value in ((int, 7), (float, 2.5), (bool, True), (complex, 1 + 2j))
    for name in (
        "__abs__", "__neg__", "__pos__", "__bool__", "__hash__", "__repr__", "__str__", "conjugate",
        "__invert__", "__int__",
        "__float__", "__index__", "__trunc__", "__floor__", "__ceil__", "__round__", "bit_length",
        "bit_count", "is_integer",
        "as_integer_ratio", "hex", "__getnewargs__", "__sizeof__", "__complex__",
    )
    if name in vars(kind) and (kind, name) != (bool, "__invert__")
] + [
    S(getattr(kind, name), value, other)
    for kind, value in ((int, 7), (float, 2.5), (bool, True), (complex, 1 + 2j))
    for other in (2, 2.5, "x", A)
    for name in (
        "__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__mod__", "__rmod__",
        "__divmod__", "__rdivmod__",
        "__pow__", "__rpow__", "__floordiv__", "__rfloordiv__", "__truediv__", "__rtruediv__",
        "__lshift__", "__rshift__",
        "__and__", "__or__", "__xor__", "__rand__", "__ror__", "__rxor__", "__rlshift__", "__rrshift__",
        "__eq__", "__ne__",
        "__lt__", "__le__", "__gt__", "__ge__",
    )
    if name in vars(kind)
] + [
    S(int.to_bytes, 7, 2, "big"), S(int.to_bytes, 7, length=2, byteorder="big", signed=True),
    S(int.__round__, 17, -1),
    S(float.__round__, 1.55, 1), S(int.__format__, 7, "x"), S(float.__format__, 2.5, ".1f"),
    S(complex.__format__, 1j, ""),
    S(int.from_bytes, b"ab", "big"), S(int.from_bytes, [1, 2], byteorder="big"), S(float.fromhex, "0x1p3"),
]  # fmt: skip

STRINGS: list[Sample] = [
    S(getattr(kind, name), text)
    for kind, text in ((str, "Ab c"), (bytes, b"Ab c"), (bytearray, bytearray(b"Ab c")))
    for name in (
        "capitalize", "lower", "upper", "swapcase", "title", "casefold", "strip", "lstrip", "rstrip",
        "split", "rsplit",
        "splitlines", "isalpha", "isdigit", "isascii", "isalnum", "isspace", "istitle", "isupper",
        "islower", "isdecimal",
        "isnumeric", "isidentifier", "isprintable", "expandtabs", "__len__", "__iter__", "__repr__",
        "__str__", "__sizeof__",
        "encode", "decode", "hex", "copy", "__hash__", "__getnewargs__", "__bytes__",
    )
    if callable(vars(kind).get(name))
] + [
    S(getattr(kind, name), text, *args)
    for kind, text,
    sep in ((str, "a-b-c", "-"), (bytes, b"a-b-c", b"-"), (bytearray, bytearray(b"a-b-c"), b"-"))
    for name, args in (
        ("split", (sep,)), ("split", (sep, 1)), ("rsplit", (None, 1)), ("partition", (sep,)),
        ("rpartition", (sep,)),
        ("find", (sep,)), ("find", (sep, 1, 4)), ("rfind", (sep,)), ("index", (sep,)), ("rindex", (sep,)),
        ("count", (sep,)),
        ("startswith", (sep,)), ("startswith", ((sep, sep),)), ("endswith", (sep, 0, 3)),
        ("replace", (sep, sep)),
        ("replace", (sep, sep, 1)), ("strip", (sep,)), ("lstrip", (sep,)), ("rstrip", (sep,)),
        ("removeprefix", (sep,)),
        ("removesuffix", (sep,)), ("center", (9,)), ("ljust", (9, sep)), ("rjust", (9,)), ("zfill", (9,)),
        ("join", ([sep, sep],)),
        ("join", ((sep,),)), ("splitlines", (True,)), ("__add__", (sep,)), ("__mul__", (2,)),
        ("__rmul__", (2,)),
        ("__contains__", (sep,)), ("__getitem__", (0,)), ("__getitem__", (slice(1, 2),)),
        ("__eq__", (sep,)), ("__ne__", (A,)),
        ("__lt__", (sep,)), ("__ge__", (sep,)), ("expandtabs", (4,)),
    )
] + [
    S(str.encode, "é", "utf-8", "strict"), S(str.translate, "abc", {97: "x", 98: None}),
    S(str.maketrans, "ab", "cd"),
    S(str.maketrans, {"a": "b"}), S(str.format, "{} {x}", A, x=3), S(str.__mod__, "%s %d", (A, 3)),
    S(str.__mod__, "%s", "x"),
    S(str.__mod__, "%(k)s", {"k": A}), S(str.__mod__, "%r %.2f", (A, 2.5)),
    S(str.__mod__, "%5d|%x", (3, 4)), S(str.__format__, "a", "5"),
    S(bytes.translate, b"abc", bytes(256)), S(bytes.decode, b"a", "utf-8"), S(bytes.fromhex, "ff"),
    S(bytes.hex, b"a", ":"),
    S(bytes.__mod__, b"%d", (3,)), S(bytearray.append, bytearray(b"a"), 3),
    S(bytearray.extend, bytearray(b"a"), [1, 2]),
    S(bytearray.pop, bytearray(b"ab")), S(bytearray.insert, bytearray(b"a"), 0, 1),
    S(bytearray.remove, bytearray(b"a"), 97),
    S(bytearray.reverse, bytearray(b"ab")), S(bytearray.clear, bytearray(b"a")),
    S(bytearray.copy, bytearray(b"a")),
    S(bytearray.__setitem__, bytearray(b"a"), 0, 5), S(bytearray.__delitem__, bytearray(b"a"), 0),
    S(bytearray.__iadd__, bytearray(b"a"), b"b"),
    S(bytearray.__imul__, bytearray(b"a"), 2),
]  # fmt: skip

LISTS: list[Sample] = [
    S(list.append, [A], B), S(list.extend, [A], [B]), S(list.extend, [A], (B,)), S(list.insert, [A], 0, B),
    S(list.pop, [A, B]),
    S(list.pop, [A, B], 0), S(list.remove, [1, 2], 2), S(list.clear, [A]), S(list.reverse, [A, B]),
    S(list.sort, [3, 1]),
    S(list.sort, [A, B], key=key), S(list.sort, [1, 2], reverse=True), S(list.copy, [A]),
    S(list.count, [1, 1], 1),
    S(list.index, [1, 2], 2), S(list.index, [1, 2], 2, 0, 5), S(list.__len__, [A]), S(list.__iter__, [A]),
    S(list.__reversed__, [A, B]),
    S(list.__getitem__, [A, B], 1), S(list.__getitem__, [A, B], slice(0, 1)), S(list.__setitem__, [A], 0, B),
    S(list.__setitem__, [A], slice(0, 1), [B, C]), S(list.__delitem__, [A], 0),
    S(list.__contains__, [1, 2], 2), S(list.__add__, [A], [B]),
    S(list.__iadd__, [A], [B]), S(list.__mul__, [A], 2), S(list.__rmul__, [A], 2),
    S(list.__imul__, [A], 2), S(list.__eq__, [1], [1]),
    S(list.__ne__, [1], [2]), S(list.__lt__, [1], [2]), S(list.__ge__, [1, 2], [1, 3]),
    S(list.__le__, [1, 2], [1, 3]), S(list.__eq__, [1], A),
    S(list.__gt__, [1], [1]), S(list.__repr__, [1]), S(list.__sizeof__, []),
    S(tuple.__len__, (A,)), S(tuple.__iter__, (A,)), S(tuple.__getitem__, (A, B), 1),
    S(tuple.__getitem__, (A, B), slice(0, 1)),
    S(tuple.__contains__, (1, 2), 2), S(tuple.__add__, (A,), (B,)), S(tuple.__mul__, (A,), 2),
    S(tuple.__eq__, (1,), (1,)),
    S(tuple.__ne__, (1,), (2,)), S(tuple.__lt__, (1, 2), (1, 3)), S(tuple.__le__, (1, 2), (1, 3)),
    S(tuple.__hash__, (1,)), S(tuple.__repr__, (1,)),
    S(tuple.count, (1, 1), 1), S(tuple.index, (1, 2), 2), S(tuple.__getnewargs__, (A,)),
    S(range.count, range(3), 1), S(range.index, range(3), 1), S(range.__len__, range(3)),
    S(range.__iter__, range(3)),
    S(range.__getitem__, range(3), 1), S(range.__getitem__, range(3), slice(0, 1)),
    S(range.__contains__, range(3), 1),
    S(range.__contains__, range(3), 1.5), S(range.__reversed__, range(3)), S(range.__bool__, range(3)),
    S(range.__eq__, range(3), range(3)),
    S(slice.indices, slice(1), 4),
]  # fmt: skip

DICTS: list[Sample] = [
    S(dict.get, {"k": A}, "k"), S(dict.get, {"k": A}, "x", B), S(dict.get, {"k": A}, "x"),
    S(dict.setdefault, {"k": A}, "k", B),
    S(dict.setdefault, {"k": A}, "x", B), S(dict.pop, {"k": A}, "k"), S(dict.pop, {"k": A}, "x", B),
    S(dict.popitem, {"k": A}),
    S(dict.keys, {"k": A}), S(dict.values, {"k": A}), S(dict.items, {"k": A}),
    S(dict.update, {"k": A}, {"x": B}),
    S(dict.update, {"k": A}, [("x", B)]), S(dict.update, {"k": A}, x=B), S(dict.clear, {"k": A}),
    S(dict.copy, {"k": A}),
    S(dict.__len__, {"k": A}), S(dict.__iter__, {"k": A}), S(dict.__reversed__, {"k": A}),
    S(dict.__getitem__, {"k": A}, "k"),
    S(dict.__setitem__, {"k": A}, "x", B), S(dict.__delitem__, {"k": A}, "k"),
    S(dict.__contains__, {"k": A}, "k"),
    S(dict.__or__, {"k": A}, {"x": B}), S(dict.__ror__, {"k": A}, {"x": B}),
    S(dict.__ior__, {"k": A}, {"x": B}),
    S(dict.__eq__, {"k": 1}, {"k": 1}), S(dict.__ne__, {"k": 1}, {"k": 2}), S(dict.__eq__, {}, A),
    S(dict.__repr__, {"k": 1}),
    S(dict.fromkeys, ["a", "b"], A), S(dict.fromkeys, "ab"),
]  # fmt: skip

SETS: list[Sample] = [
    S(getattr(kind, name), kind(["a", "b"]), *args)
    for kind in (set, frozenset)
    for name, args in (
        ("copy", ()), ("union", (["c"], ("d",))), ("intersection", (["a"],)), ("difference", (["a"],)),
        ("union", ()),
        ("symmetric_difference", (["a", "x"],)), ("isdisjoint", (["z"],)), ("issubset", (["a", "b"],)),
        ("issuperset", (["a"],)),
        ("__len__", ()), ("__iter__", ()), ("__contains__", ("a",)), ("__sub__", ({"a"},)),
        ("__and__", ({"a"},)),
        ("__or__", (frozenset({"a"}),)), ("__xor__", ({"a"},)), ("__rsub__", ({"a"},)),
        ("__rand__", ({"a"},)), ("__ror__", ({"a"},)),
        ("__rxor__", ({"a"},)), ("__eq__", ({"a"},)), ("__ne__", (A,)), ("__lt__", ({"a"},)),
        ("__ge__", ({"a"},)), ("__repr__", ()),
    )
] + [
    S(set.add, {"a"}, "b"), S(set.discard, {"a"}, "b"), S(set.remove, {"a"}, "a"), S(set.pop, {"a"}),
    S(set.clear, {"a"}),
    S(set.update, {"a"}, ["b"], ["c"]), S(set.difference_update, {"a"}, ["a"]),
    S(set.intersection_update, {"a"}, ["a"]),
    S(set.symmetric_difference_update, {"a"}, ["a", "b"]), S(set.__ior__, {"a"}, {"b"}),
    S(set.__iand__, {"a"}, {"b"}),
    S(set.__isub__, {"a"}, {"b"}), S(set.__ixor__, {"a"}, {"b"}), S(frozenset.__hash__, frozenset({"a"})),
]  # fmt: skip

MATH: list[Sample] = [
    S(getattr(math, name), 0.5)
    for name in (
        "acos", "asin", "atan", "asinh", "atanh", "cbrt", "cos", "cosh", "degrees", "erf", "erfc", "exp",
        "exp2", "expm1", "fabs",
        "gamma", "lgamma", "log1p", "radians", "sin", "sinh", "sqrt", "tan", "tanh", "ulp", "log", "log2",
        "log10", "isnan",
        "isinf", "isfinite", "frexp", "modf", "ceil", "floor", "trunc",
    )
] + [
    S(math.acosh, 2.0), S(math.atan2, 1.0, 2.0), S(math.copysign, 1.0, -2.0), S(math.fmod, 5.0, 3.0),
    S(math.pow, 2.0, 3.0),
    S(math.remainder, 5.0, 3.0), S(math.nextafter, 1.0, 2.0), S(math.log, 8, 2), S(math.ldexp, 1.5, 2),
    S(math.comb, 5, 2),
    S(math.perm, 5, 2), S(math.factorial, 5), S(math.gcd, 4, 6), S(math.lcm, 4, 6), S(math.isqrt, 10),
    S(math.hypot, 3.0, 4.0),
    S(math.dist, [1.0], [2.0]), S(math.fsum, [1.0, 2.0]), S(math.prod, [1, 2.5]), S(math.prod, [1], start=2),
    S(math.isclose, 1.0, 1.0, rel_tol=0.1), S(math.ceil, 3), S(math.floor, fractions.Fraction(7, 2)),
]  # fmt: skip

JSON_RE: list[Sample] = [
    S(json.dumps, {"a": [1, 2.5, None, True]}),
    S(json.dumps, [1], indent=2, sort_keys=True, separators=(",", ":")),
    S(json.loads, '{"a": [1, null]}'), S(json.loads, "3"), S(json.loads, b'"x"'),
    S(json.JSONDecodeError, "m", "doc", 0),
    S(re.compile, "a+"), S(re.compile, "a", re.I), S(re.match, "a", "ab"), S(re.search, "x", "ab"),
    S(re.fullmatch, re.compile("a"), "a"),
    S(re.findall, "a", "aa"), S(re.findall, "(a)(b)", "ab"), S(re.finditer, "a", "aa"),
    S(re.split, "(,)|;", "a,b;c"),
    S(re.sub, "a", "b", "aa"), S(re.sub, "a", lambda m: "x", "aa"), S(re.subn, "a", "b", "aa", count=1),
    S(re.escape, "a.b"),
    S(re.Pattern.match, re.compile("a"), "ab"), S(re.Pattern.search, re.compile("a"), "ab", 0, 2),
    S(re.Pattern.findall, re.compile("a"), "aa"),
    S(re.Pattern.finditer, re.compile("a"), "aa"), S(re.Pattern.split, re.compile(","), "a,b"),
    S(re.Pattern.sub, re.compile("a"), lambda m: "x", "aa"), S(re.Pattern.subn, re.compile("a"), "b", "aa"),
    S(re.Match.group, re.match("(a)(b)?", "a")), S(re.Match.group, re.match("(a)(b)?", "a"), 1, 2),
    S(re.Match.groups, re.match("(a)(b)?", "a")),
    S(re.Match.groups, re.match("(a)(b)?", "a"), A), S(re.Match.groupdict, re.match("(?P<x>a)", "a")),
    S(re.Match.start, re.match("(a)", "a"), 1),
    S(re.Match.span, re.match("a", "a")), S(re.Match.__getitem__, re.match("(a)", "a"), 1),
    S(re.Match.expand, re.match("(a)", "a"), r"\1"),
]  # fmt: skip

ITERTOOLS: list[Sample] = [
    S(itertools.count, 5), S(itertools.count), S(itertools.repeat, A, 2), S(itertools.accumulate, [1, 2]),
    S(itertools.accumulate, [1, 2], lambda a, b: b), S(itertools.accumulate, [1], initial=5),
    S(itertools.chain, [A], (B,)),
    S(itertools.chain.from_iterable, [[A], [B]]), S(itertools.compress, [A, B], [1, 0]),
    S(itertools.dropwhile, key, [A, B]),
    S(itertools.takewhile, lambda x: True, [A, B]), S(itertools.filterfalse, key, [A]),
    S(itertools.filterfalse, None, [0, 1]),
    S(itertools.islice, [A, B], 1), S(itertools.islice, [A, B], 0, 2, 1), S(itertools.pairwise, [A, B, C]),
    S(itertools.zip_longest, [A], [B, C], fillvalue=C), S(itertools.product, [A], [B]),
    S(itertools.product, [A, B], repeat=2),
    S(itertools.permutations, [A, B]), S(itertools.permutations, [A, B], 1),
    S(itertools.combinations, [A, B], 2),
    S(itertools.combinations_with_replacement, [A], 2), S(itertools.groupby, [1, 1, 2]),
    S(itertools.groupby, [A, B], key),
    S(itertools.cycle, [A]), S(itertools.tee, [A], 2),
]  # fmt: skip

FUNCTIONAL: list[Sample] = [
    S(functools.reduce, lambda a, b: b, [A, B]), S(functools.reduce, lambda a, b: a, [A], C),
    S(functools.partial, key, A),
    S(copy.copy, [A]), S(copy.copy, {"k": A}), S(copy.copy, (A,)), S(copy.deepcopy, [1, {"k": [2]}]),
    S(copy.copy, 3),
    S(heapq.heappush, [1], 2), S(heapq.heappop, [1, 2]), S(heapq.heapify, [3, 1]),
    S(heapq.heappushpop, [1], 2),
    S(heapq.heapreplace, [1], 2), S(heapq.nlargest, 2, [1, 2, 3]), S(heapq.nsmallest, 1, [A, B], key=key),
    S(heapq.merge, [1], [2]),
    S(heapq.nsmallest, 2, [3, 1]), S(heapq.nlargest, 1, [3, 1]), S(heapq.merge, [1], [2], key=key),
    S(bisect.bisect_left, [1, 2], 1), S(bisect.bisect_right, [1, 2], 1, key=lambda x: x),
    S(bisect.insort, [1, 3], 2),
    S(bisect.insort_left, [1], 2, key=key),
]  # fmt: skip

OPERATOR: list[Sample] = [
    S(getattr(operator, name), 7, 2)
    for name in (
        "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "and_", "or_", "xor",
        "iadd", "isub", "imul",
        "itruediv", "ifloordiv", "imod", "ipow", "ilshift", "irshift", "iand", "ior", "ixor", "lt", "le",
        "gt", "ge", "eq", "ne",
        "is_", "is_not",
    )
] + [
    S(operator.neg, 1), S(operator.pos, 1), S(operator.abs, -1), S(operator.inv, 1), S(operator.index, 1),
    S(operator.truth, [1]),
    S(operator.not_, []), S(operator.contains, [1, 2], 2), S(operator.countOf, [1, 1], 1),
    S(operator.indexOf, [1, 2], 2),
    S(operator.getitem, [A, B], 1), S(operator.getitem, {"k": A}, "k"), S(operator.length_hint, [1]),
    S(operator.concat, [A], [B]),
    S(operator.itemgetter, 1), S(operator.attrgetter, "name"), S(operator.methodcaller, "upper"),
    S(operator.iconcat, (A,), (B,)),
    S(operator.itemgetter.__call__, operator.itemgetter(1), [A, B]),
    S(operator.itemgetter.__call__, operator.itemgetter(0, 1), [A, B]),
]  # fmt: skip

D = collections.deque
COLLECTIONS: list[Sample] = [
    S(D, [A]), S(D, [A], 3), S(D.append, D([A]), B), S(D.appendleft, D([A]), B), S(D.extend, D([A]), [B]),
    S(D.extendleft, D([A]), [B]),
    S(D.insert, D([A]), 0, B), S(D.pop, D([A])), S(D.popleft, D([A])), S(D.remove, D([1]), 1),
    S(D.clear, D([A])), S(D.reverse, D([A])),
    S(D.rotate, D([A]), 1), S(D.copy, D([A])), S(D.count, D([1]), 1), S(D.index, D([1]), 1),
    S(D.__len__, D([A])), S(D.__iter__, D([A])),
    S(D.__getitem__, D([A]), 0), S(D.__setitem__, D([A]), 0, B), S(D.__delitem__, D([A]), 0),
    S(D.__contains__, D([1]), 1),
    S(D.__add__, D([A]), D([B])), S(D.__iadd__, D([A]), [B]), S(D.__mul__, D([A]), 2),
    S(D.__eq__, D([1]), D([1])), S(D.__repr__, D([1])),
    S(collections.defaultdict, list), S(collections.defaultdict, list, {"k": A}),
    S(collections.OrderedDict, [("k", A)]),
    S(collections.OrderedDict.move_to_end, collections.OrderedDict(a=1, b=2), "a"),
    S(collections.OrderedDict.popitem, collections.OrderedDict(a=A)),
    S(collections.OrderedDict.pop, collections.OrderedDict(a=A), "a"),
    S(collections.OrderedDict.setdefault, collections.OrderedDict(a=A), "b", B),
    S(collections.OrderedDict.copy, collections.OrderedDict(a=A)),
    S(collections.Counter, ["a", "b", "a"]), S(collections.Counter, {"a": 1}), S(collections.Counter, a=1),
    S(collections.Counter.update, collections.Counter("ab"), ["a"]),
    S(collections.Counter.subtract, collections.Counter("ab"), ["a"]),
    S(collections.Counter.most_common, collections.Counter("aab")),
    S(collections.Counter.most_common, collections.Counter("aab"), 1),
    S(collections.Counter.elements, collections.Counter("aab")),
    S(collections.Counter.total, collections.Counter("aab")),
    S(collections.Counter.copy, collections.Counter("ab")),
]  # fmt: skip

PATHS: list[Sample] = [
    S(os.path.join, "a", "b"), S(os.path.join, b"a", b"b"), S(os.path.basename, "a/b"),
    S(os.path.dirname, "a/b"), S(os.path.abspath, "a"),
    S(os.path.realpath, "a"), S(os.path.relpath, "/a/b", "/a"), S(os.path.normpath, "a//b"),
    S(os.path.normcase, "a"),
    S(os.path.split, "a/b"), S(os.path.splitext, "a.b"), S(os.path.splitdrive, "a"),
    S(os.path.isabs, "/a"), S(os.path.exists, "/"),
    S(os.path.isfile, "/"), S(os.path.isdir, "/"), S(os.path.islink, "/"), S(os.path.ismount, "/"),
    S(os.path.lexists, "/"),
    S(os.path.getsize, "/"), S(os.path.getmtime, "/"), S(os.path.expanduser, "~/a"),
    S(os.path.expandvars, "$HOME/a"),
    S(os.path.commonpath, ["/a/b", "/a/c"]), S(os.path.commonprefix, ["ab", "ac"]),
    S(os.path.samefile, "/", "/"),
    S(os.fspath, "a"), S(os.fsencode, "a"), S(os.fsdecode, b"a"), S(os.getcwd), S(os.getenv, "PATH"),
    S(os.getenv, "NO_SUCH_VARIABLE", A),
    S(os.listdir, "/"), S(os.stat, "/"), S(os.getpid), S(os.urandom, 4), S(os.strerror, 2), S(os.cpu_count),
]  # fmt: skip

Q = urllib.parse
TEXT: list[Sample] = [
    S(Q.quote, "a b"), S(Q.quote, "a b", safe=""), S(Q.quote_plus, "a b"), S(Q.unquote, "a%20b"),
    S(Q.unquote_plus, "a+b"),
    S(Q.quote_from_bytes, b"a b"), S(Q.unquote_to_bytes, "a%20"), S(Q.urlencode, {"a": "b"}),
    S(Q.urlencode, [("a", 1)]),
    S(Q.parse_qs, "a=1&b=2"), S(Q.parse_qsl, "a=1&b=2"), S(Q.urljoin, "http://a/b", "c"),
    S(Q.urlparse, "http://a/b?c"),
    S(Q.urlsplit, "http://a/b?c"), S(Q.urldefrag, "http://a/#b"),
    S(Q.urlunparse, ("http", "a", "/b", "", "", "")),
    S(Q.urlunsplit, ("http", "a", "/b", "", "")), S(textwrap.wrap, "a b", 10),
    S(textwrap.fill, "a b", width=10), S(textwrap.dedent, " a"),
    S(textwrap.shorten, "a b", 10), S(textwrap.indent, "a", ">"),
    S(textwrap.indent, "a", ">", lambda line: True), S(string.capwords, "a b"),
    S(html.escape, "<"), S(html.unescape, "&lt;"), S(unicodedata.normalize, "NFC", "é"),
    S(unicodedata.name, "é"), S(unicodedata.name, "\0", A),
    S(unicodedata.category, "a"), S(unicodedata.digit, "1"), S(unicodedata.numeric, "1"),
    S(base64.b64encode, b"a"), S(base64.b64decode, "YQ=="),
    S(base64.b64encode, b"a", altchars=b"-_"), S(base64.urlsafe_b64encode, b"a"),
    S(base64.b32encode, b"a"), S(base64.b16encode, b"a"),
    S(hashlib.sha256, b"a"), S(hashlib.md5, b"a", usedforsecurity=False), S(hashlib.new, "sha1", b"a"),
    S(hashlib.blake2b, b"a"),
    S(zlib.compress, b"a"), S(zlib.decompress, zlib.compress(b"a")), S(zlib.crc32, b"a"),
    S(zlib.compressobj), S(struct.pack, "<if", 1, 2.0),
    S(struct.unpack, "<i", b"abcd"), S(struct.calcsize, "<i"), S(struct.iter_unpack, "<i", b"abcdabcd"),
    S(struct.Struct, "<i"),
    S(struct.Struct.pack, struct.Struct("<i"), 3), S(statistics.mean, [1, 2]),
    S(statistics.mean, [1.5, 2]), S(statistics.median, [1, 2]),
    S(statistics.stdev, [1, 2]), S(statistics.mode, [1, 1]), S(statistics.multimode, [1, 2]),
    S(statistics.quantiles, [1, 2, 3]),
    S(statistics.fmean, [1, 2]), S(statistics.pvariance, [1, 2], mu=1.5),
]  # fmt: skip

GROUPS = {
    "builtins": BUILTINS, "numbers": NUMBERS, "strings": STRINGS, "lists": LISTS, "dicts": DICTS,
    "sets": SETS, "math": MATH,
    "json_re": JSON_RE, "itertools": ITERTOOLS, "functional": FUNCTIONAL, "operator": OPERATOR,
    "collections": COLLECTIONS,
    "paths": PATHS, "text": TEXT,
}  # fmt: skip


def every_sample(groups: dict[str, list[Sample]]) -> Iterator[tuple[str, Sample]]:
    """All samples, with a readable name."""
    for group, samples in groups.items():
        for number, sample in enumerate(samples):
            name = getattr(sample[0], "__qualname__", repr(sample[0]))
            yield f"{group}-{number}-{name}", sample
