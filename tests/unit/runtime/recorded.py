"""Programs that are not PROVEN, and may run ahead all the same; each call waits for `PAUSE` seconds."""

from __future__ import annotations

import logging
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

PAUSE = 0.02
log = logging.getLogger("recorded")
tokens = 0
served: list[Any] = []


def wait() -> None:
    time.sleep(PAUSE)


# ------------------------------------------------------------------------------------------------ callees


class Model:
    def __init__(self, name: str) -> None:
        self.name = name
        self.calls = 0

    def __call__(self, text: str) -> str:
        self.calls += 1
        wait()
        return f"{self.name}:{text}"


class Client:
    def __init__(self) -> None:
        self.calls = 0
        self.usage = {"prompt": 0, "completion": 0}
        self.cost = 0.0

    def complete(self, prompt: str) -> str:
        self.calls += 1
        wait()
        self.usage["prompt"] += len(prompt)
        self.usage["completion"] += 2 * len(prompt)
        self.cost += 0.1 * len(prompt)
        return prompt.upper()


class Memo:
    def __init__(self) -> None:
        self.cache: dict[str, str] = {}
        self.hits = 0

    def get(self, key: str) -> str:
        if key in self.cache:
            self.hits += 1
            return self.cache[key]
        wait()
        value = key * 2
        self.cache[key] = value
        return value


@dataclass
class Agent:
    name: str
    history: list[tuple[str, str]] = field(default_factory=list)

    def step(self, message: str) -> str:
        self.history.append(("user", message))
        wait()
        answer = f"{self.name} has heard {len(self.history)}: {message}"
        self.history.append(("assistant", answer))
        return answer


def global_counter(text: str) -> str:
    global tokens
    wait()
    tokens += len(text)
    return text[::-1]


def printing(text: str) -> int:
    print("before", text)
    wait()
    print("after", text, len(text), sep=" | ")
    return len(text)


def logging_one(text: str) -> int:
    log.info("asking %s", text)
    wait()
    log.warning("got %s of %d", text, len(text))
    return len(text)


def shared_append(text: str) -> int:
    wait()
    served.append(text)
    return len(text)


def upper(text: str) -> str:
    wait()
    return text.upper()


def counted(text: str) -> str:
    served.append("counted")
    wait()
    return text + "!"


HANDLERS: dict[str, Callable[[str], str]] = {"upper": upper, "counted": counted}


def failing(text: str) -> str:
    served.append(text)
    wait()
    if text == "c":
        raise ValueError(f"no {text}")
    return text


# ---------------------------------------------------------------------------------------------- functions


def ensemble(models: list[Any], text: str) -> list[str]:
    results = []
    for model in models:
        results.append(model(text))
    return results


def batch(client: Client, prompts: list[str]) -> list[str]:
    return [client.complete(prompt) for prompt in prompts]


def each(call: Callable[[str], Any], texts: list[str]) -> list[Any]:
    out = []
    for text in texts:
        out.append(call(text))
    return out


def each_printed(call: Callable[[str], Any], texts: list[str]) -> list[Any]:
    out = []
    for text in texts:
        print("now", text)
        got = call(text)
        print("got", got)
        out.append(got)
    return out


def handled(kinds: list[tuple[str, str]]) -> list[str]:
    out = []
    for kind, text in kinds:
        out.append(HANDLERS[kind](text))
    return out


def agents(team: list[Agent], message: str) -> dict[str, str]:
    answers = {}
    for agent in team:
        answers[agent.name] = agent.step(message)
    return answers


def closure(texts: list[str]) -> tuple[int, list[str]]:
    count = 0

    def ask(text: str) -> str:
        nonlocal count
        count += 1
        wait()
        return text

    out = []
    for text in texts:
        out.append(ask(text))
    return count, out


def voted(models: list[Any], text: str, votes: Counter[str]) -> str:
    for model in models:
        answer = model(text)
        votes[answer[-1]] += 1
    return votes.most_common(1)[0][0]


def pair_of(client: Client, first: str, second: str) -> tuple[str, str]:
    one = client.complete(first)
    two = client.complete(second)
    return one, two


def chained(client: Client, texts: list[str], seen: deque[int]) -> list[str]:
    out = []
    for text in texts:
        seen.append(client.calls)
        out.append(client.complete(text + str(client.calls)))
    return out


TEXTS = list("abcdefgh")


def start() -> None:
    """The state of the module as it is at first."""
    global tokens
    tokens = 0
    served.clear()


def cases() -> dict[str, tuple[Callable[..., Any], Callable[[], tuple[Any, ...]], float]]:
    """By name: the function, what makes its arguments, and how much quicker it must become (at least)."""
    shared = Client
    return {
        "own counters": (ensemble, lambda: ([Model(n) for n in "vwxyz"], "t"), 2.5),
        "one shared model": (ensemble, lambda: ([Model("m")] * 6, "t"), 2.5),
        "shared client": (batch, lambda: (shared(), TEXTS), 2.5),
        "global tokens": (each, lambda: (global_counter, TEXTS), 2.5),
        "memo": (each, lambda: (Memo().get, ["a", "b", "c", "a", "d", "e", "b", "f"]), 1.2),
        "memo object": (each, lambda: (Memo().get, TEXTS), 2.5),
        "printing": (each, lambda: (printing, TEXTS), 2.5),
        "printing in the loop": (each_printed, lambda: (printing, TEXTS), 2.5),
        "logging": (each, lambda: (logging_one, TEXTS), 2.5),
        "shared append": (each, lambda: (shared_append, TEXTS), 2.5),
        "handlers": (handled, lambda: ([("upper", "a"), ("counted", "b")] * 4,), 2.5),
        "agents": (agents, lambda: ([Agent(n) for n in "vwxyz"], "hello"), 2.5),
        "nonlocal": (closure, lambda: (TEXTS,), 2.5),
        "votes": (voted, lambda: ([Model(n) for n in "vwxyz"], "t", Counter()), 2.5),
        "block": (pair_of, lambda: (Client(), "a", "b"), 1.3),
        "failing": (each, lambda: (failing, TEXTS), 1.1),
        "chained": (chained, lambda: (Client(), TEXTS, deque()), 0.5),
    }
