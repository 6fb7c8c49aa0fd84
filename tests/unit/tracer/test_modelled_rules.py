"""Which requests commute, and what a library's function goes by."""

from __future__ import annotations

import json
import types
import urllib.request
from typing import Any

import pytest

from xcs_ast.effects.entry_parser import parse_entry
from xcs_ast.tracer.modelled_rules import going_by, request_is_unordered

MODEL = "https://api.openai.com/v1/chat/completions"


def asks(owner: str, name: str, **given: Any) -> bool:
    entry = parse_entry(owner, name, f"{name}:", of_class=False)
    return request_is_unordered(entry, {key: (value,) for key, value in given.items()})


@pytest.mark.parametrize(
    ("name", "given", "unordered"),
    [
        ("get", {"url": "http://x/a"}, True),
        ("head", {"url": "http://x/a"}, True),
        ("post", {"url": "http://x/a"}, False),
        ("delete", {"url": "http://x/a"}, False),
        ("post", {"url": MODEL, "json": {}}, True),
        ("put", {"url": MODEL}, False),
        ("request", {"url": "http://x/a", "method": "GET"}, True),
        ("request", {"url": "http://x/a", "method": "POST"}, False),
        ("request", {"url": "http://x/a", "method": b"GET"}, False),
        ("request", {"url": b"http://x/a"}, False),
        ("urlopen", {"url": "http://x/a"}, True),
        ("urlopen", {"url": "http://x/a", "data": b"1"}, False),
        ("get", {}, False),
    ],
)
def test_a_request_by_its_method_and_address(name: str, given: dict[str, Any], unordered: bool) -> None:
    assert asks("requests", name, **given) is unordered


def test_a_request_object_says_what_it_is() -> None:
    plain = urllib.request.Request("http://x/a")
    sends = urllib.request.Request("http://x/a", data=b"1")
    puts = urllib.request.Request("http://x/a", method="PUT")
    assert asks("urllib.request", "urlopen", url=plain)
    assert not asks("urllib.request", "urlopen", url=sends)
    assert not asks("urllib.request", "urlopen", url=puts)


def test_an_opener_of_the_programs_may_do_anything() -> None:
    before = urllib.request._opener  # type: ignore[attr-defined]
    try:
        urllib.request.install_opener(urllib.request.build_opener(urllib.request.HTTPCookieProcessor()))
        assert not asks("urllib.request", "urlopen", url="http://x/a")
    finally:
        urllib.request._opener = before  # type: ignore[attr-defined]
    assert asks("urllib.request", "urlopen", url="http://x/a", context=object())


def function_in(scope: dict[str, Any], text: str) -> types.FunctionType:
    space = scope
    exec(f"def f(): return {text}", space)
    return space["f"]


def test_what_a_function_goes_by_is_the_same_until_it_is_changed() -> None:
    encoder = json._default_encoder  # type: ignore[attr-defined]
    holds = going_by(json.dumps)
    assert holds()
    assert going_by(json.dumps) is holds
    encoder.made_up = 1
    try:
        assert not holds()
        assert going_by(json.dumps) is not holds, "it is asked anew"
    finally:
        del encoder.made_up
    assert going_by(json.dumps)()


def test_a_replaced_global_is_noticed_and_not_kept() -> None:
    class Own:
        def __init__(self) -> None:
            self.n = 1

    scope = {"__name__": "json", "helper": Own(), "other": len}
    function = function_in(scope, "helper, other")
    holds = going_by(function)
    assert holds()
    assert going_by(function) is not holds, "what is the program's is not kept"
    scope["helper"].n = 2  # type: ignore[attr-defined]
    assert not holds()
    holds = going_by(function)
    scope["other"] = max
    assert not holds()


def test_what_is_remembered_is_bounded() -> None:
    functions = [function_in({"__name__": "json", "n": len}, "n") for _ in range(70)]
    assert all(going_by(function)() for function in functions)
    assert going_by(functions[-1]) is going_by(functions[-1])
