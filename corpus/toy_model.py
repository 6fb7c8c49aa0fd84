"""What the model server answers: text that depends on the model's name, the messages and the seed alone.

It is no language model. It recognises the few kinds of question that the programs of the corpus ask (a choice
from a list, a number in a range, a product, a summary) and answers these in form; everything else gets a
sentence made of the words of the question. The same request always gets the same answer, so the output of
a program shows whether each call was made with the right arguments and each answer put in the right place.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence

__all__ = ["answer", "count_tokens", "fraction"]

_CHOICE = re.compile(r"[Rr]eply with one word from: ([\w, -]+)")
_NUMBER = re.compile(r"[Rr]eply with a number from (\d+) to (\d+)")
_PRODUCT = re.compile(r"(\d+) \* (\d+)")
_WORD = re.compile(r"[A-Za-z]{5,}")
_SENTENCE = re.compile(r"[^.!?]+[.!?]")
_OPENINGS = (
    "The short answer turns on",
    "Much depends on",
    "In practice one looks first at",
    "It is often forgotten that this rests on",
    "A careful reader would begin with",
)
_ENDINGS = (
    "and the rest follows.",
    "though not in every case.",
    "which settles the matter for now.",
    "as earlier answers suggest.",
    "and that can be checked.",
)


def _digest(model: str, messages: Sequence[Mapping[str, str]], seed: int | None) -> int:
    text = json.dumps([model, list(messages), seed], sort_keys=True)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def fraction(text: str) -> float:
    """A number in [0, 1) that depends on `text` only."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32


def count_tokens(text: str) -> int:
    """A rough count, for the `usage` of a reply."""
    return max(1, round(len(text) / 4))


def answer(model: str, messages: Sequence[Mapping[str, str]], seed: int | None = None) -> str:
    """The model's reply."""
    rng = random.Random(_digest(model, messages, seed))
    question = messages[-1]["content"] if messages else ""
    if match := _CHOICE.search(question):
        return _choose(rng, question, [word.strip() for word in match[1].split(",") if word.strip()])
    if match := _NUMBER.search(question):
        return str(rng.randint(int(match[1]), int(match[2])))
    if match := _PRODUCT.search(question):
        return _multiply(rng, int(match[1]), int(match[2]))
    if "ummari" in question:
        return _summarize(question)
    return _talk(rng, question)


def _choose(rng: random.Random, question: str, options: list[str]) -> str:
    """The option that the text itself mentions most; a random one where none stands out."""
    text = question.lower()
    counts = [text.count(option.lower()) for option in options]
    best = [option for option, count in zip(options, counts, strict=True) if count == max(counts)]
    return rng.choice(best)


def _multiply(rng: random.Random, left: int, right: int) -> str:
    """The product, or a slip of the pen in three of ten cases."""
    product = left * right
    if rng.random() < 0.3:
        product += rng.choice((-10, -1, 1, 10))
    return f"{left} times {right} is worked out step by step. Answer: {product}"


def _summarize(question: str) -> str:
    """The two sentences that hold the most of the text's frequent words, in their order."""
    _, _, text = question.partition("\n")
    sentences = [" ".join(sentence.split()) for sentence in _SENTENCE.findall(text or question)]
    weights = Counter(word.lower() for word in _WORD.findall(text))
    scores = [sum(weights[word.lower()] for word in _WORD.findall(s)) / (len(s) + 40) for s in sentences]
    best = sorted(range(len(sentences)), key=lambda i: (-scores[i], i))[:2]
    return " ".join(sentences[i] for i in sorted(best)) or "Nothing to summarize."


def _talk(rng: random.Random, question: str) -> str:
    words = sorted({word.lower() for word in _WORD.findall(question)}) or ["nothing"]
    topic, other = rng.sample(words, 2) if len(words) > 1 else (words[0], "little else")
    return f"{rng.choice(_OPENINGS)} {topic} and {other}, {rng.choice(_ENDINGS)}"
