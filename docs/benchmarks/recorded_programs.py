"""Loops over slow calls that share what they write: nobody can prove these independent beforehand."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, NamedTuple

PAUSE = 0.1
QUESTIONS = ["what", "where", "when", "who", "how"]
log = logging.getLogger(__name__)
tokens = 0
handled: list[str] = []


class Case(NamedTuple):
    """A program, how to make its arguments, its slow calls, and how many of them form the longest chain."""

    function: Callable[..., Any]
    arguments: Callable[[], tuple[Any, ...]]
    calls: int
    chain: int


def answer(question: str) -> str:
    """What every program here waits for."""
    time.sleep(PAUSE)
    return question[::-1].upper()


# --------------------------------------------------------------------------------- a global token counter


def counted(question: str) -> str:
    """Counts what it is asked and what it says."""
    global tokens
    text = answer(question)
    tokens += len(question) + len(text)
    return text


def global_counter(questions: list[str]) -> tuple[list[str], int]:
    """A token counter of the module."""
    global tokens
    tokens = 0
    return [counted(question) for question in questions], tokens


# ------------------------------------------------------------------------------------- accounts of a client


class Client:
    """Counts calls and tokens, by model and in all."""

    def __init__(self) -> None:
        self.calls = 0
        self.usage: dict[str, int] = {}

    def __repr__(self) -> str:
        return f"Client({self.calls}, {self.usage})"

    def ask(self, model: str, question: str) -> str:
        """One call, with its accounts."""
        self.calls += 1
        text = answer(question)
        self.usage[model] = self.usage.get(model, 0) + len(text)
        self.usage["all"] = self.usage.get("all", 0) + len(text)
        return text


def accounts(client: Client, questions: list[str]) -> list[str]:
    """A counter and a dictionary of usage on one client."""
    answers = []
    for number, question in enumerate(questions):
        answers.append(client.ask("large" if number % 2 else "small", question))
    return answers


# ---------------------------------------------------------------------------------------------- a memo


class Memo:
    """Asks no question twice."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"Memo({self.known})"

    def ask(self, question: str) -> str:
        """The answer, remembered or new."""
        if question not in self.known:
            self.known[question] = answer(question)
        return self.known[question]


def memo(table: Memo, questions: list[str]) -> list[str]:
    """A memo, with repeated keys."""
    return [table.ask(question) for question in questions]


# ---------------------------------------------------------------------------------------------- prints


def talking(question: str) -> str:
    """Prints before and after."""
    print("asking", question)
    text = answer(question)
    print("heard", len(text), "letters")
    return text


def prints(questions: list[str]) -> list[str]:
    """Prints in the callee, and in the loop."""
    answers = []
    for number, question in enumerate(questions, 1):
        print(f"{number} of {len(questions)}")
        text = talking(question)
        print("->", text)
        answers.append(text)
    return answers


# --------------------------------------------------------------------------------------------- logging


def logged(question: str) -> str:
    """Logs before and after."""
    log.info("asking %s", question)
    text = answer(question)
    log.info("heard %d letters", len(text))
    return text


def logs(questions: list[str]) -> dict[str, str]:
    """Logs in the callee."""
    return {question: logged(question) for question in questions}


# ------------------------------------------------------------------------------- a variable of a closure


def nonlocal_counter(questions: list[str]) -> tuple[list[str], int]:
    """A counter in the function around."""
    asked = 0

    def ask(question: str) -> str:
        nonlocal asked
        asked += 1
        return answer(question)

    answers = []
    for question in questions:
        answers.append(ask(question))  # noqa: PERF401
    return answers, asked


# --------------------------------------------------------------------------------------- agents in rounds


class Agent:
    """Remembers what it has heard and said."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.history: list[str] = []

    def __repr__(self) -> str:
        return f"Agent({self.name}, {self.history})"

    def reply(self, topic: str, others: list[str]) -> str:
        """Hears the others, and says something."""
        self.history.extend(others)
        text = answer(f"{self.name} {topic} {len(self.history)}")
        self.history.append(text)
        return text


def debate(agents: list[Agent], topic: str, rounds: int) -> list[str]:
    """Agents with a history each, in rounds: each round needs the one before."""
    said: list[str] = []
    for _ in range(rounds):
        now = []
        for agent in agents:
            now.append(agent.reply(topic, said))  # noqa: PERF401
        said = now
    return said


# --------------------------------------------------------------------------------- a dictionary of handlers


class Translator:
    """One kind of handler, which counts."""

    def __init__(self) -> None:
        self.count = 0

    def __repr__(self) -> str:
        return f"Translator({self.count})"

    def handle(self, text: str) -> str:
        """A slow answer."""
        self.count += 1
        return answer(text)


class Summarizer(Translator):
    """Another kind."""

    def handle(self, text: str) -> str:
        """A short one."""
        self.count += 1
        return answer(text)[:2]


def handlers(table: dict[str, Translator], jobs: list[tuple[str, str]]) -> list[str]:
    """Objects that are found through a dictionary."""
    return [table[kind].handle(text) for kind, text in jobs]


# ---------------------------------------------------------------------------- a list that nobody reads


def noted(question: str) -> str:
    """Appends to a list of the module."""
    text = answer(question)
    handled.append(text)
    return text


def appends(questions: list[str]) -> tuple[list[str], list[str]]:
    """A list that nobody reads until the loop is over."""
    handled.clear()
    answers = []
    for question in questions:
        answers.append(noted(question))  # noqa: PERF401
    return answers, list(handled)


JOBS = [("long", "what"), ("short", "where"), ("long", "when"), ("short", "who"), ("long", "how")]
CASES = {
    "a global token counter": Case(global_counter, lambda: (QUESTIONS,), 5, 1),
    "a counter and a usage dict on one client": Case(accounts, lambda: (Client(), QUESTIONS), 5, 1),
    "a memo, with repeated keys": Case(memo, lambda: (Memo(), [*QUESTIONS, "what", "how"]), 5, 1),
    "prints in the callee and in the loop": Case(prints, lambda: (QUESTIONS,), 5, 1),
    "logging in the callee": Case(logs, lambda: (QUESTIONS,), 5, 1),
    "a nonlocal counter": Case(nonlocal_counter, lambda: (QUESTIONS,), 5, 1),
    "five agents with a history, two rounds": Case(
        debate, lambda: ([Agent(name) for name in "abcde"], "parallelism", 2), 10, 2
    ),
    "objects found through a dict of handlers": Case(
        handlers, lambda: ({"long": Translator(), "short": Summarizer()}, JOBS), 5, 1
    ),
    "a shared list that nobody reads": Case(appends, lambda: (QUESTIONS,), 5, 1),
}
