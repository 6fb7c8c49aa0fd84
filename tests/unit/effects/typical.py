"""Callees in the style of real programs."""

from __future__ import annotations

import abc
import asyncio
import collections
import contextlib
import datetime
import enum
import functools
import hashlib
import itertools
import json
import logging
import operator
import os
import random
import re
import threading
import time
import typing
import urllib.parse
import urllib.request
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

log = logging.getLogger(__name__)
PATTERN = re.compile(r"\w+")
BASE = Path("/tmp/base")
LOCK = threading.Lock()
WEIGHTS = {("a", "b"): 1.0, ("b", "c"): 2.0}
SETTINGS = {"retries": 3, "headers": {"A": "b"}, "models": ["x", "y"]}


class Color(enum.Enum):
    RED = 1
    BLUE = "b"

    def label(self):
        return f"{self.name}:{self.value}"


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...

    def describe(self):
        return f"{type(self).__name__} {self.area():.2f}"


class Square(Shape):
    def __init__(self, side):
        self.__side = side

    def area(self):
        return self.__side**2

    def __lt__(self, other):
        return self.area() < other.area()

    def __eq__(self, other):
        return isinstance(other, Square) and self.area() == other.area()

    def __hash__(self):
        return hash(self.__side)

    def __repr__(self):
        return f"Square({self.__side!r})"

    def __add__(self, other):
        return Square(self.__side + other.__side)


@dataclass
class Message:
    role: str
    content: str
    meta: dict = field(default_factory=dict)

    @property
    def words(self):
        return self.content.split()

    def as_dict(self):
        return {"role": self.role, "content": self.content}


class Transport:
    def __init__(self, base, timeout=30):
        self.base = base.rstrip("/")
        self.timeout = timeout
        self.headers = {"Content-Type": "application/json"}

    def post(self, path, payload):
        request = urllib.request.Request(
            self.base + path, data=json.dumps(payload).encode(), headers=self.headers, method="POST"
        )
        with urllib.request.urlopen(request, timeout=self.timeout) as response:
            return json.load(response)


class Client:
    def __init__(self, transport, model):
        self.transport = transport
        self.model = model

    def chat(self, messages, **options):
        payload = {"model": self.model, "messages": messages, **options}
        for attempt in range(3):
            try:
                reply = self.transport.post("/v1/chat/completions", payload)
                return reply["choices"][0]["message"]["content"].strip()
            except (OSError, ValueError) as error:
                if attempt == 2:
                    raise RuntimeError(f"gave up: {error}") from error
                time.sleep(2**attempt)

    def ask(self, prompt, system=None):
        messages = []
        if system:
            messages.append(Message("system", system).as_dict())
        messages.append({"role": "user", "content": prompt})
        return self.chat(messages, temperature=0.2)


def score(client, text, rubric=("clear", "short")):
    best = 0
    for criterion in rubric:
        answer = client.ask(f"Rate {criterion}: {text}")
        match = re.search(r"\d+", answer)
        if match is not None:
            best = max(best, int(match.group()))
    return {"score": best, "text": text[:10]}


def retry(times):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            last = None
            for _ in range(times):
                try:
                    return function(*args, **kwargs)
                except Exception as error:
                    last = error
                    time.sleep(0.01)
            raise last

        return wrapper

    return decorate


@retry(3)
def flaky(x):
    return x + 1


def enums(x):
    color = Color.RED if x else Color.BLUE
    return color.name, color.value, color is Color.RED, color == Color.BLUE, color.label(), f"{color}"


def enum_lookup(x):
    return Color(1).name + Color["RED"].name + str([c.name for c in Color])


def shapes(x):
    items = [Square(x), Square(x + 1)]
    items.sort()
    total = items[0] + items[1]
    return max(items).describe(), total in items, {total: 1}, repr(items), sorted(items)[0] == total


def paths(x):
    path = BASE / f"{x}.txt"
    return path.name, path.suffix, str(path.parent), path.with_suffix(".md").stem


def reads_file(x):
    with open(f"/tmp/{x}", encoding="utf-8") as stream:
        return [line.strip() for line in stream]


def reads_path(x):
    return Path(str(x)).read_text(encoding="utf-8").splitlines()


def regexes(x):
    text = str(x)
    found = [m.group(0).upper() for m in PATTERN.finditer(text)]
    return (
        found,
        PATTERN.sub(lambda m: m.group(0) * 2, text),
        re.split(r"\s+", text),
        bool(PATTERN.match(text)),
    )


def collections_of(x):
    counts = Counter(str(x))
    groups = defaultdict(list)
    for letter, n in counts.items():
        groups[n].append(letter)
    queue = collections.deque([1, 2])
    queue.append(x)
    queue.popleft()
    return counts.most_common(1), dict(groups), list(queue), {k: sorted(v) for k, v in groups.items()}


def iterators(x):
    pairs = itertools.chain([1, 2], range(x))
    first = next(iter(pairs), None)
    rows = [list(g) for _, g in itertools.groupby(sorted([3, 1, x]), key=lambda v: v % 2)]
    return (
        first,
        rows,
        list(itertools.islice(itertools.count(), 3)),
        functools.reduce(operator.add, [1, x], 0),
    )


def texts(x):
    return (
        "{:>5}|{name}".format(x, name="n"),
        "%(a)s" % {"a": x},  # noqa: UP031
        " ".join(map(str, [x, 2])),
        f"{x:05d}{x!r:>4}",
    )


def times(x):
    start = time.perf_counter()
    today = datetime.datetime.now()
    return time.perf_counter() - start, today.isoformat(), datetime.timedelta(seconds=x).total_seconds()


def hashes(x):
    return hashlib.sha256(str(x).encode()).hexdigest()[:8]


def urls(x):
    parts = urllib.parse.urlsplit(f"http://h/{x}?a=1")
    return parts.path, urllib.parse.quote(str(x)), urllib.parse.urlencode({"a": x}), parts.netloc


def environment(x):
    return os.environ.get("HOME", ""), os.path.join("a", str(x)), os.path.basename("a/b")


def randoms(x):
    return random.random() + x


def seeded(x):
    generator = random.Random(x)
    return [generator.random() for _ in range(3)], generator.choice([1, 2])


def locked(x):
    with LOCK:
        return x


def logs(x):
    log.info("x is %s", x)
    return x


def suppressed(x):
    with contextlib.suppress(KeyError):
        return {}[x]
    return None


def dataclasses_of(x):
    message = Message("user", str(x))
    message.meta["k"] = x
    other = replace(message, role="system")
    return asdict(other), message == other, message.words, repr(message)


def comprehension_scopes(x):
    f = [lambda k=k: k + x for k in range(3)]
    return (
        [g() for g in f],
        {a: b for a, b in zip("ab", range(2), strict=True)},
        [(i, j) for i in range(2) for j in range(i)],
    )


def settings(x):
    options = {**SETTINGS, "x": x}
    retries = SETTINGS["retries"]
    names = [name.upper() for name in SETTINGS["models"]]
    return options["retries"], retries + x, names, SETTINGS["headers"]["A"].lower(), WEIGHTS[("a", "b")] * 2


def typed(x: int) -> typing.Optional[int]:  # noqa: UP045
    value: typing.Any = typing.cast(int, x)
    return value


def parse_json(x):
    try:
        data = json.loads(f'{{"a": [{x}]}}')
    except json.JSONDecodeError as error:
        return str(error), error.pos
    return [v + 1 for v in data["a"] if isinstance(v, int)], data.get("b", {}).get("c")


def nested_functions(x):
    def inner(n, acc=()):
        if n == 0:
            return acc
        return inner(n - 1, (*acc, n))

    return inner(x)


def unpacking(x):
    first, *rest = [x, 1, 2]
    (a, b), c = (1, 2), 3
    return first + sum(rest) + a + b + c


def walrus(x):
    if (n := len(str(x))) > 3:
        return n
    return [y for v in range(3) if (y := v * 2)]


def sequential_io(x):
    print("to stdout", x)
    with open("/tmp/out.txt", "a") as stream:
        stream.write(str(x))


def run_async(x):
    return asyncio.run(asyncio.sleep(x))


class Tree:
    def __init__(self, value, *children):
        self.value = value
        self.children = list(children)

    def total(self):
        return self.value + sum(child.total() for child in self.children)

    def __iter__(self):
        yield self.value
        for child in self.children:
            yield from child


def build_tree(x):
    tree = Tree(1, Tree(2), Tree(x, Tree(4)))
    return tree.total(), list(tree), max(tree)
