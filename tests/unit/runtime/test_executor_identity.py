"""Executed graphs and the identity of containers: those made for a foretold call are not the program's.

Each scenario is given `wrap`, which makes of a function what is called, and says what it saw.
"""

from __future__ import annotations

import threading
import time

import pytest

from xcs_ast import ParallelExecutor, jit, trace_function, unordered

NAP = 0.002
SAVED = []


def nap():
    time.sleep(NAP)


def is_saved(x):
    nap()
    return [x is each for each in SAVED].count(True)


# ------------------------------------------------------------------------------------------ known to others


def tuple_or_known(known, number, again):
    nap()
    return is_saved(known if again else (number, 1)), is_saved(known if again else (number, 1))


def list_or_known(known, number, again):
    nap()
    x = known if again else [number]
    return is_saved(x), is_saved(x)


class Holder:
    def __init__(self, held):
        self.held = held


def held_or_made(holder, number, again):
    held = holder.held
    nap()
    x = held if again else (number, 1)
    return is_saved(x), is_saved(x)


def a_new_tuple_where_a_known_one_was_foretold(wrap):
    known = (1, 1)
    SAVED[:] = [known]
    run = wrap(tuple_or_known)
    return [run(known, 1, again) for again in (True, True, False, False, True)]


def a_new_list_where_a_known_one_was_foretold(wrap):
    known = [1]
    SAVED[:] = [known]
    run = wrap(list_or_known)
    return [run(known, 1, again) for again in (True, True, False, False, True)]


def a_new_tuple_where_that_of_an_attribute_was_foretold(wrap):
    holder = Holder((1, 1))
    SAVED[:] = [holder.held]
    run = wrap(held_or_made)
    return [run(holder, 1, again) for again in (True, True, False, False, True)]


# ------------------------------------------------------------------------------------------------ constants


def saving(keep):
    if keep:
        SAVED.append(("a", 1))
    nap()
    return is_saved(("a", 1)), is_saved(("a", 1))


def saving_inside(keep):
    pair = ("b", (1, 2.0))
    if keep:
        SAVED.append(pair)
    nap()
    return [is_saved(("b", (1, 2.0))) for _ in range(2)], [pair is each for each in SAVED]


def a_constant_that_an_earlier_run_kept(wrap):
    SAVED.clear()
    run = wrap(saving)
    return [run(keep) for keep in (False, False, True, False, False)]


def a_constant_that_a_plain_run_kept(wrap):
    SAVED.clear()
    run = wrap(saving_inside)
    return [run(False), run(False), saving_inside(True), run(False), run(True), saving_inside(False)]


# ------------------------------------------------------------------------------------------------- outcomes


class Model:
    def __init__(self, name):
        self.name = name

    def __call__(self, x, options=None):
        nap()
        return {"name": self.name, "text": f"{self.name}:{x}", "options": [1, 2]}


def with_a_dictionary(models, x):
    return [model(x, {"top": x}) for model in models]


def with_a_constant(models, x):
    return [model(x, ("top", 1)) for model in models]


def with_messages(models, x):
    answers = {}
    for number, model in enumerate(models):
        answers[model.name] = model([{"role": "user", "content": x}, {"role": "system", "number": number}])
    return answers


def echo(x):
    nap()
    return {"echo": x}


def echoes(words):
    out = [echo([word]) for word in words]
    for each in out:
        each["echo"].append(len(out))
    one, same = echo((1, 2)), echo((1, 2))
    return out, one["echo"] is same["echo"]


def passing_on(words):
    pairs = [[word] for word in words]
    out = [echo(pair) for pair in pairs]
    return [each["echo"] is pair for each, pair in zip(out, pairs, strict=True)]


def outcomes_that_hold_what_was_made_for_the_call(wrap):
    run, passed = wrap(echoes), wrap(passing_on)
    return [(run(words), passed(words)) for words in ("ab", "ab", "cd", "ab")]


SCENARIOS = [
    a_new_tuple_where_a_known_one_was_foretold,
    a_new_list_where_a_known_one_was_foretold,
    a_new_tuple_where_that_of_an_attribute_was_foretold,
    a_constant_that_an_earlier_run_kept,
    a_constant_that_a_plain_run_kept,
    outcomes_that_hold_what_was_made_for_the_call,
]


def executed(function):
    graphs = []

    def run(*args):
        if not graphs:
            graphs.append((ParallelExecutor(), trace_function(function, *args)))
            return graphs[0][1].recording.result
        executor, graph = graphs[0]
        return executor.run(graph, args, {})

    return run


@pytest.mark.parametrize("wrap", [jit(strategy="tracing"), executed], ids=["strategy", "graph"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_nobody_can_tell(scenario, wrap):
    expected = scenario(lambda function: function)
    assert scenario(wrap) == expected


@pytest.mark.parametrize("function", [with_a_dictionary, with_a_constant, with_messages])
def test_containers_made_for_a_call_are_no_hindrance(function):
    run = jit(strategy="tracing")(function)
    taken = 0
    for number in range(8):
        models = [Model(name) for name in "abcd"]
        assert run(models, f"{number}") == function(models, f"{number}")
        last = run.last_run()
        assert (last.lost, last.dropped) == ("", 0)
        taken += last.taken
    assert taken


def of_local_classes():
    class Answer:
        def __init__(self, text):
            self.text = text

    class Asked:
        def __call__(self, x):
            nap()
            return Answer(x)

    def ask(models, x):
        return [model(x).text for _, model in enumerate(models)]

    return Asked, ask


def test_classes_made_in_functions_are_no_hindrance():
    """The analysis refers to them weakly, which is no sign that the program does."""
    asked, ask = of_local_classes()
    run = jit(strategy="tracing")(ask)
    taken = 0
    for number in range(6):
        assert run([asked(), asked()], number) == [number, number]
        taken += run.last_run().taken
    assert taken


def mixed(models, words):
    return [model(1) for model in models], [echo([word])["echo"][0] for word in words]


def test_what_holds_its_arguments_is_started_in_vain_but_once():
    run = jit(strategy="tracing")(mixed)
    dropped = []
    for _ in range(6):
        models = [Model(name) for name in "ab"]
        assert run(models, "cd") == mixed(models, "cd")
        dropped.append(run.last_run().dropped)
    assert dropped[3:] == [0, 0, 0], dropped


# ------------------------------------------------------------------------------------------------ positions


def in_a_comprehension(words):
    return [Model("a")(word.upper())["text"] for word in words]


def in_a_generator_expression(words):
    model = Model("a")
    return " ".join(model(word.strip())["text"] for word in words)


def with_a_function_that_was_followed(words):
    model = Model("a")
    first = model("b")["text"]
    return [first, *[model(word.upper())["text"] for word in words], *(model(word)["text"] for word in words)]


@pytest.mark.parametrize(
    "function", [in_a_comprehension, in_a_generator_expression, with_a_function_that_was_followed]
)
def test_calls_in_comprehensions_stand_where_they_stood(function):
    """Before Python 3.12 these have frames of their own; generator expressions have them always."""
    run = jit(strategy="tracing")(function)
    for _ in range(4):
        assert run(["a", "b"]) == function(["a", "b"])
        assert run.last_run().lost == ""


# ------------------------------------------------------------------------- arguments that builtins have made

MEETING = None


@unordered
def meet(text):
    if MEETING is not None:
        MEETING.wait(30)
    nap()
    return len(text)


TEMPLATE = "Q: {q} ({n})"


def of_texts(words):
    return [meet(word.strip().upper()) for word in words]


def of_templates(words):
    return [meet(TEMPLATE.format(q=word, n=n)) for n, word in enumerate(words)]


def of_numbers(words):
    return [meet(word + str(abs(n - 2))) for n, word in enumerate(words)]


def of_joined_parts(words):
    return [meet("\n".join(["first", word.split(",")[0]])) for word in words]


def of_pairs(words):
    return [meet((word, n)) for n, word in enumerate(words)]


def of_slices(words):
    return [meet(word[:2]) for word in words[-2:]]


def of_batches(words):
    return [meet(words[n : n + 1]) for n in range(0, len(words), 1)]


@pytest.mark.parametrize(
    "function", [of_texts, of_templates, of_numbers, of_joined_parts, of_pairs, of_slices, of_batches]
)
def test_what_builtins_make_of_texts_is_foretold(function, monkeypatch):
    """Both calls wait for each other, so that the second cannot wait for the first to come back."""
    run = jit(strategy="tracing")(function)
    assert run([" ab", "c,d "]) == function([" ab", "c,d "])
    expected = function([" abc", "e,f "])
    monkeypatch.setitem(globals(), "MEETING", threading.Barrier(2))
    assert run([" abc", "e,f "]) == expected
    assert run.last_run().lost == ""


def changing(words, parts):
    first = meet(",".join(parts))
    parts.append(str(first))
    second = meet(",".join(parts))
    parts[0] = "x" * second
    return first, second, meet(",".join(parts)), meet(parts[0].upper()), parts


def test_what_is_foretold_of_changing_parts_is_no_more_than_that():
    run = jit(strategy="tracing")(changing)
    for words in ("ab", "ab", "cd", "abc", "ab"):
        assert run(words, list(words)) == changing(words, list(words))


# ---------------------------------------------------------------------------------------------- other calls


def two(a, b):
    return a, b


def test_a_complaint_about_arguments_has_the_context_that_it_would_have():
    run = jit(strategy="tracing")(two)
    run(1, 2)
    with pytest.raises(TypeError, match="missing 1 required positional argument") as caught:
        run(1)
    assert caught.value.__context__ is None
    with pytest.raises(TypeError) as caught:
        try:
            raise KeyError("before")
        except KeyError:
            run(1)
    assert type(caught.value.__context__) is KeyError
    assert caught.value.__context__.__context__ is None


def evaluating(x):
    nap()
    return eval("x + 1")


def test_what_cannot_be_followed_is_left_alone_after_a_while():
    run = jit(strategy="tracing")(evaluating)
    lost = []
    for number in range(12):
        assert run(number) == number + 1
        lost.append(run.last_run().lost)
    assert "it is left plain" in lost[1:]
    assert not run.last_run().traced
