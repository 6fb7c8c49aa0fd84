"""What the lines of `hidden_writes.txt` speak of: objects that change `SHARED` where nobody looks."""
# ruff: noqa: F401

from __future__ import annotations

import abc
import bisect
import collections
import contextlib
import copy
import dataclasses
import enum
import functools
import heapq
import io
import itertools
import json
import math
import operator
import os
import pathlib
import pprint
import random
import re
import string
import sys
import types
import typing
import weakref

SHARED = []
TABLE = {"a": 1}
SET = {1}
DEQUE = collections.deque([1, 2])


def noisy(x=None, *more, **named):
    SHARED.append(x)
    return x


def true(*x):
    SHARED.append(1)
    return True


def make(name, result=None):
    def method(self, *args, **kwargs):
        SHARED.append(name)
        return result

    method.__name__ = name
    return method


class Evil:
    def __init__(self, n=0):
        self.n = n

    def __eq__(self, other):
        SHARED.append(1)
        return True

    def __hash__(self):
        SHARED.append(1)
        return 1

    def __lt__(self, other):
        SHARED.append(1)
        return True

    def __gt__(self, other):
        SHARED.append(1)
        return True


class EvilBool:
    def __bool__(self):
        SHARED.append(1)
        return True


class EvilLen:
    def __len__(self):
        SHARED.append(1)
        return 1


class EvilContains:
    def __contains__(self, x):
        SHARED.append(1)
        return True


class OldIter:
    def __getitem__(self, i):
        SHARED.append(1)
        if i > 1:
            raise IndexError
        return i


class EvilReversed:
    def __reversed__(self):
        SHARED.append(1)
        return iter([1])


class EvilHint:
    def __iter__(self):
        return iter([1])

    def __length_hint__(self):
        SHARED.append(1)
        return 1


class EvilLenIter:
    def __iter__(self):
        return iter([1])

    def __len__(self):
        SHARED.append(1)
        return 1


class EvilNum:
    def __int__(self):
        SHARED.append(1)
        return 1

    def __float__(self):
        SHARED.append(1)
        return 1.0

    def __complex__(self):
        SHARED.append(1)
        return 1j

    def __index__(self):
        SHARED.append(1)
        return 1

    def __abs__(self):
        SHARED.append(1)
        return 1

    def __neg__(self):
        SHARED.append(1)
        return 1

    def __invert__(self):
        SHARED.append(1)
        return 1

    def __round__(self, n=0):
        SHARED.append(1)
        return 1

    def __trunc__(self):
        SHARED.append(1)
        return 1

    def __ceil__(self):
        SHARED.append(1)
        return 1

    def __floor__(self):
        SHARED.append(1)
        return 1

    def __divmod__(self, o):
        SHARED.append(1)
        return 1, 1

    def __rdivmod__(self, o):
        SHARED.append(1)
        return 1, 1

    def __pow__(self, o, m=None):
        SHARED.append(1)
        return 1

    def __rpow__(self, o):
        SHARED.append(1)
        return 1

    def __matmul__(self, o):
        SHARED.append(1)
        return 1

    def __rmatmul__(self, o):
        SHARED.append(1)
        return 1

    def __imatmul__(self, o):
        SHARED.append(1)
        return 1

    def __add__(self, o):
        SHARED.append(1)
        return 1

    def __radd__(self, o):
        SHARED.append(1)
        return 1

    def __rmul__(self, o):
        SHARED.append(1)
        return 1

    def __mod__(self, o):
        SHARED.append(1)
        return 1

    def __rmod__(self, o):
        SHARED.append(1)
        return 1

    def __rshift__(self, o):
        SHARED.append(1)
        return 1

    def __ror__(self, o):
        SHARED.append(1)
        return 1

    def __rsub__(self, o):
        SHARED.append(1)
        return 1


class OnlyIndex:
    def __index__(self):
        SHARED.append(1)
        return 1


class EvilText:
    def __str__(self):
        SHARED.append(1)
        return "t"

    def __repr__(self):
        SHARED.append(1)
        return "r"

    def __format__(self, spec):
        SHARED.append(1)
        return "f"

    def __bytes__(self):
        SHARED.append(1)
        return b"b"

    def __fspath__(self):
        SHARED.append(1)
        return "p"


class OnlyRepr:
    def __repr__(self):
        SHARED.append(1)
        return "r"


class EvilCopy:
    def __copy__(self):
        SHARED.append(1)
        return self

    def __deepcopy__(self, memo):
        SHARED.append(1)
        return self


class EvilReduce:
    def __reduce__(self):
        SHARED.append(1)
        return (int, ())


class EvilState:
    def __getstate__(self):
        SHARED.append(1)
        return {}


class EvilMeta(type):
    def __instancecheck__(cls, x):
        SHARED.append(1)
        return True

    def __subclasscheck__(cls, x):
        SHARED.append(1)
        return True

    def __getitem__(cls, x):
        SHARED.append(1)
        return 1

    def __iter__(cls):
        SHARED.append(1)
        return iter([1])

    def __len__(cls):
        SHARED.append(1)
        return 1

    def __contains__(cls, x):
        SHARED.append(1)
        return True

    def __or__(cls, x):
        SHARED.append(1)
        return 1

    def __bool__(cls):
        SHARED.append(1)
        return True

    def __eq__(cls, o):
        SHARED.append(1)
        return True

    def __hash__(cls):
        SHARED.append(1)
        return 1

    def __repr__(cls):
        SHARED.append(1)
        return "m"

    @property
    def prop(cls):
        SHARED.append(1)
        return 1

    def __getattr__(cls, n):
        SHARED.append(1)
        return 1


class WithMeta(metaclass=EvilMeta):
    pass


class EvilItem:
    def __class_getitem__(cls, x):
        SHARED.append(1)
        return cls


class Prop:
    items = SHARED
    count = 0

    @property
    def p(self):
        SHARED.append(1)
        return 1

    @p.setter
    def p(self, v):
        SHARED.append(v)

    @functools.cached_property
    def c(self):
        SHARED.append(1)
        return 1

    def method(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *a):
        SHARED.append(1)
        return True


class Deleted:
    @property
    def p(self):
        return 1

    @p.deleter
    def p(self):
        SHARED.append(1)


class EvilEnter:
    def __enter__(self):
        SHARED.append(1)
        return self

    def __exit__(self, *a):
        return False


class EvilGetattr:
    def __getattr__(self, n):
        if n.startswith("__"):
            raise AttributeError(n)
        SHARED.append(n)
        return lambda *a: 1


class EvilDel:
    def __delattr__(self, n):
        SHARED.append(n)

    def __delitem__(self, n):
        SHARED.append(n)

    def __setitem__(self, n, v):
        SHARED.append(n)

    def __getitem__(self, n):
        SHARED.append(n)
        return 1

    def keys(self):
        return ["a"]


class EvilMissing(dict):
    def __missing__(self, k):
        SHARED.append(k)
        return 1


class EvilGet(dict):
    def get(self, k, d=None):
        SHARED.append(k)
        return 1

    def __iter__(self):
        SHARED.append(1)
        return iter(["a"])

    def keys(self):
        SHARED.append(1)
        return ["a"]

    def items(self):
        SHARED.append(1)
        return []

    def __contains__(self, k):
        SHARED.append(1)
        return True


class EvilList(list):
    def append(self, x):
        SHARED.append(x)

    def __iter__(self):
        SHARED.append(1)
        return iter([1])

    def __len__(self):
        SHARED.append(1)
        return 0

    def __getitem__(self, i):
        SHARED.append(1)
        return 1

    def __contains__(self, i):
        SHARED.append(1)
        return True


class EvilStr(str):
    def __str__(self):
        SHARED.append(1)
        return "s"

    def __eq__(self, o):
        SHARED.append(1)
        return True

    def __hash__(self):
        SHARED.append(1)
        return 1

    def __add__(self, o):
        SHARED.append(1)
        return "s"

    def __format__(self, s):
        SHARED.append(1)
        return "s"

    def __iter__(self):
        SHARED.append(1)
        return iter("s")

    def __len__(self):
        SHARED.append(1)
        return 1


class EvilInt(int):
    def __add__(self, o):
        SHARED.append(1)
        return 1

    def __eq__(self, o):
        SHARED.append(1)
        return True

    def __hash__(self):
        SHARED.append(1)
        return 1

    def __index__(self):
        SHARED.append(1)
        return 1

    def __int__(self):
        SHARED.append(1)
        return 1

    def __str__(self):
        SHARED.append(1)
        return "1"

    def __repr__(self):
        SHARED.append(1)
        return "1"

    def __bool__(self):
        SHARED.append(1)
        return True

    def __lt__(self, o):
        SHARED.append(1)
        return True


class EvilTuple(tuple):
    def __iter__(self):
        SHARED.append(1)
        return iter(())

    def __eq__(self, o):
        SHARED.append(1)
        return True

    def __hash__(self):
        SHARED.append(1)
        return 1


class Matched:
    __match_args__ = ("q",)

    @property
    def q(self):
        SHARED.append(1)
        return 1


class EvilNew:
    def __new__(cls):
        SHARED.append(1)
        return object.__new__(cls)


class InitSub:
    def __init_subclass__(cls):
        SHARED.append(1)


class Base:
    def act(self):
        SHARED.append(1)


class Diamond(Base):
    def act(self):
        return super().act()


class Iter:
    def __init__(self):
        self.i = 0

    def __iter__(self):
        return self

    def __next__(self):
        SHARED.append(1)
        self.i += 1
        if self.i > 2:
            raise StopIteration
        return self.i


class Abc(abc.ABC):
    @classmethod
    def __subclasshook__(cls, o):
        SHARED.append(1)
        return True


class Color(enum.Enum):
    A = 1

    def __eq__(self, o):
        SHARED.append(1)
        return True

    __hash__ = object.__hash__

    @property
    def loud(self):
        SHARED.append(1)
        return 1


class Flag(enum.Flag):
    A = 1
    B = 2


@dataclasses.dataclass
class Data:
    a: object = None
    b: object = dataclasses.field(default_factory=list)


@dataclasses.dataclass(order=True, unsafe_hash=True)
class Full:
    a: object = None


def gen():
    SHARED.append(1)
    yield 1
    SHARED.append(2)


def gen_finally():
    try:
        yield 1
    finally:
        SHARED.append(1)


@contextlib.contextmanager
def manager():
    yield 1
    SHARED.append(1)


@functools.singledispatch
def single(x):
    SHARED.append(1)


@functools.lru_cache
def cached(x):
    return 1


@functools.cache
def cached_evil(x):
    return 1


class Refusing:
    def __iadd__(self, other):
        return NotImplemented

    def __add__(self, other):
        SHARED.append(other)
        return self

    def __isub__(self, other):
        return self.refuse()

    def refuse(self):
        return NotImplemented


class Refused:
    def __rsub__(self, other):
        SHARED.append(1)
        return 1

    def __ror__(self, other):
        SHARED.append(1)
        return 1
