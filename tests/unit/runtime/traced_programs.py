"""Functions to be traced and executed: each with arguments, made anew for each run."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager

from xcs_ast import unordered

NAP = 0.002
TOTAL = 0


def nap():
    time.sleep(NAP)


class Model:
    def __init__(self, name):
        self.name = name

    def __call__(self, text):
        nap()
        return f"{self.name}:{text}"


class Counting(Model):
    calls = 0

    def __call__(self, text):
        self.calls += 1
        nap()
        return f"{self.name}:{text}:{self.calls}"


class Failing(Model):
    def __call__(self, text):
        nap()
        raise ValueError(self.name, text)


class Client:
    def __init__(self):
        self.model = "m"
        self.log = []

    @property
    def title(self):
        return self.model.upper()

    def ask(self, messages, temperature=0.0):
        nap()
        return self.title + messages[-1]["content"] + str(temperature)


@unordered
def fetch(key):
    nap()
    return {"key": key}


def ensemble(models, text):
    results = []
    for model in models:
        results.append(model(text))
    return results


def carried(models, text):
    for model in models:
        text = model(text)
    return text


def renamed(models, text):
    out = []
    for model in models:
        model.name = model.name + "!"
        out.append(model(text))
        for other in models:
            other.name = other.name.lower()
    return out


def numbered(models, text):
    return {model.name: model(f"{n}. {text}") for n, model in enumerate(models)}


def zipped(models, text):
    return [model(word) for model, word in zip(models, text.split())]


def leaving(models, text):
    for model in models:
        found = model(text)
        if "c:" in found:
            break
    else:
        found = None
    return found


def filtered(models, text):
    return [model.name for model in models if model(text) > "b"]


def messages(client, words):
    answers = []
    for word in words:
        answers.append(client.ask(messages=[{"role": "user", "content": word}], temperature=0.5))
        client.log.append(word)
    return answers, client.log


def swapped(client, words):
    answers = []
    for word in words:
        answers.append(client.ask([{"content": word}]))
        client.model = word
    return answers


def counted(models, text):
    global TOTAL
    TOTAL = 0
    out = []
    for model in models:
        out.append(model(text))
        TOTAL += len(out[-1])
    return out, TOTAL


def caught(models, text):
    out = []
    for model in models:
        try:
            out.append(model(text))
        except ValueError as error:
            out.append(error.args)
        finally:
            out.append("done")
    return out


def judged(models, text):
    answers = [model(text) for model in models]
    return models[0](", ".join(answers))


def growing(models, text):
    out = []
    for model in models:
        out.append(model(text))
        if len(models) < 6:
            models.append(Model(f"new{len(models)}"))
    return out


def same_objects(keys, _):
    found = [fetch(key) for key in keys]
    return [each["key"] is key for each, key in zip(found, keys)], found


def locked(models, text):
    lock = threading.Lock()
    out = []
    for model in models:
        with lock:
            out.append(model(text))
    return out


@contextmanager
def renaming(models):
    yield models
    for model in models:
        model.name += "?"


def managed(models, text):
    out = []
    for model in models:
        with renaming(models):
            out.append(model(text))
    return out


def nested(models, text):
    def one(model):
        first = model(text)
        return model(first)

    return list(map(one, models)) + [one(model) for model in models]


def lazily(models, text):
    return list(model(text) for model in models), sum(len(model(text)) for model in models)


def stepping(models, text):
    n = 0
    out = []
    while n < len(models):
        out.append(models[n](text))
        n += 1
    return out


def unpacked(models, text):
    first, *rest = models
    return first(text), [model(text) for model in rest]


def replaced(models, text):
    out = []
    for model in models:
        out.append(model(text))
        Model.__call__ = _other if Model.__call__ is _original else _original
    Model.__call__ = _original
    return out


_original = Model.__call__


def _other(self, text):
    nap()
    return "other" + text


def _models(kind=Model, names="abcd"):
    return [kind(name) for name in names]


CASES = {
    "ensemble": (ensemble, lambda k: (_models(names=k), "q" + k)),
    "counting": (ensemble, lambda k: (_models(Counting, k), "q" + k)),
    "one counting": (ensemble, lambda k: ([Counting(k)] * 4, k)),
    "carried": (carried, lambda k: (_models(names=k), k)),
    "renamed": (renamed, lambda k: (_models(names=k.upper()), k)),
    "numbered": (numbered, lambda k: (_models(names=k), k)),
    "zipped": (zipped, lambda k: (_models(names=k), " ".join(k))),
    "leaving": (leaving, lambda k: (_models(names=k), k)),
    "filtered": (filtered, lambda k: (_models(names=k), k)),
    "messages": (messages, lambda k: (Client(), list(k))),
    "swapped": (swapped, lambda k: (Client(), list(k))),
    "counted": (counted, lambda k: (_models(names=k), k)),
    "caught": (caught, lambda k: ([Model(k[0]), Failing(k[1]), Model(k[2])], k)),
    "failing": (ensemble, lambda k: ([Model(k[0]), Failing(k[1]), Model(k[2])], k)),
    "judged": (judged, lambda k: (_models(names=k), k)),
    "growing": (growing, lambda k: (_models(names=k), k)),
    "same objects": (same_objects, lambda k: ([f"key {each}" for each in k], None)),
    "locked": (locked, lambda k: (_models(names=k), k)),
    "managed": (managed, lambda k: (_models(names=k), k)),
    "nested": (nested, lambda k: (_models(names=k), k)),
    "lazily": (lazily, lambda k: (_models(names=k), k)),
    "stepping": (stepping, lambda k: (_models(names=k), k)),
    "unpacked": (unpacked, lambda k: (_models(names=k), k)),
    "replaced": (replaced, lambda k: (_models(names=k), k)),
}
