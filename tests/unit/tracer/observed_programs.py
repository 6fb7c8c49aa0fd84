"""Small functions whose graphs are known."""

from __future__ import annotations

import logging
import time
import warnings

log = logging.getLogger("observed")
COUNT = 0


class Model:
    def __init__(self, name):
        self.name = name
        self.calls = 0

    def __call__(self, text):
        return f"{self.name}:{text}"


class Counting(Model):
    def __call__(self, text):
        self.calls += 1
        return f"{self.name}:{text}"


class Echo(Model):
    def __call__(self, text):
        return text


def ensemble_forward(models, inputs):
    results = []
    for model in models:
        results.append(model(inputs))
    return results


def chain(models, text):
    for model in models:
        text = model(text)
    return text


def judge(models, text):
    answers = [model(text) for model in models]
    return max(answers, key=len)


def two_stages(models, words):
    first = [models[0](word) for word in words]
    return [models[1](word) for word in first]


def filtered(words, model):
    kept = []
    for word in words:
        if model(word):
            kept.append(word)
    return kept


def until(models, text):
    for model in models:
        if model(text) == "b:q":
            break
    return model.name


def until_found(models, text):
    found = None
    for model in models:
        found = model(text)
        if "b" in found:
            break
    return found


def until_none(models, text):
    for model in models:
        if model(text) is None:
            return model
    return None


def until_case(models, text):
    for model in models:
        match model(text):
            case "none":
                return model
    return None


def until_error(models, text):
    out = []
    for model in models:
        try:
            out.append(model(text))
        except ValueError:
            break
    return out


def total(numbers):
    found = 0
    for number in numbers:
        found = found + number * 2
    return found


def scanned(models, text):
    out = []
    for model in models:
        text = model(text)
        out.append(text)
    return out


def block(model):
    a = model("aa")
    b = model("bb")
    return a + b


def through_a_dict(models, box):
    for model in models:
        box["last"] = model(box["last"])
    return box


def says(name):
    log.warning("from %s", name)
    warnings.warn(name)
    time.sleep(0)
    print(name)


def counts():
    global COUNT
    COUNT = 0
    for _ in range(3):
        COUNT += 1
    return COUNT


def fails(models, text):
    for model in models:
        model(text)
    raise KeyError(text)


def lazy(models, text):
    return (model(text) for model in models)


GONE = 1
WORD = [1]


class Pieces:
    """Attributes that are there, or not."""

    def __init__(self, n):
        self.n = n


class Pairs:
    def keys(self):
        return ["a"]

    def __getitem__(self, key):
        return key


def keywords(**named):
    return named


def of_globals(n):
    global GONE, WORD
    GONE = n
    GONE += 1
    held = GONE
    del GONE
    WORD = [1]
    WORD += [n]
    return held, WORD


def of_cells(n):
    count, words, gone = n, [n], n

    def up():
        nonlocal count, words, gone
        count += 1
        words += [count]
        words = [*words, n]
        del gone
        return count

    return up(), up_again(up), count, words


def up_again(up):
    try:
        return up()
    except NameError as error:
        return type(error).__name__


def of_items(n):
    numbers, table = [1, 2, n], {"a": 1}
    numbers[0] = n
    numbers[-1] = 7
    numbers[1] += n
    table["a"] += n
    table["b"] = numbers[0]
    one = numbers[0:2]
    return numbers, table, one, {*table}, {*numbers}, keywords(**table), keywords(**Pairs())


def that_fail(n):
    thing, failed = Pieces(n), []
    try:
        thing.n = thing.n + "x"
    except TypeError:
        failed.append(1)
    try:
        n += "x"
    except TypeError:
        failed.append(2)
    try:
        failed.append(thing.missing)
    except AttributeError:
        failed.append(3)
    try:
        [].pop()
    except IndexError:
        failed.append(4)
    assert n == 3, "three"
    thing.n = thing.n * 2
    return failed, thing.n


def of_patterns(n):
    found = []
    for each in [{"a": n, "b": 2}, {"c": 1}, [n]]:
        match each:
            case {"a": first, **rest}:
                found.append((first, rest))
            case [first]:
                found.append(first)
            case _:
                continue
        if n > 5:

            def inner():
                return n

            found.append(inner())
            continue
        found.append("end")
    return found


def closing(n):
    total = 0

    def add(k):
        nonlocal total
        if k > 1:
            return total
        total = total + k
        return total

    return [add(k) for k in range(n)]
