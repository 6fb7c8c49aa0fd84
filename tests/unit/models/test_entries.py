"""The language of the models."""

from __future__ import annotations

import pytest

from xcs_ast.effects import entries as e
from xcs_ast.effects.entry_heads import head_names
from xcs_ast.effects.entry_parser import parse_entry, parse_spec

NONE = frozenset({type(None)})


def parse(text: str, *, of_class: bool = False) -> e.Entry:
    key = head_names(text.partition(":")[0].strip())[0]
    return parse_entry("m", key, text, of_class=of_class, place="m.effects:1")


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("None", e.Scalar(NONE)),
        ("int|None|str", e.Scalar(frozenset({int, str, type(None)}))),
        ("scalar", e.Scalar(e.SCALARS)),
        ("list[elem 0]", e.Fresh("list", (e.Elem(e.Arg(0)),))),
        ("list[]", e.Fresh("list", ())),
        (
            "dict[str, value self|arg 1]",
            e.Fresh("dict", (e.Scalar(frozenset({str})), e.Union((e.Value(e.Self()), e.Arg(1))))),
        ),
        ("tuple[int, elem 0]", e.Fresh("tuple", (e.Scalar(frozenset({int})), e.Elem(e.Arg(0))))),
        ("row[elem *]", e.Fresh("row", (e.Elem(e.Arg("*")),))),
        ("elem elem 0", e.Elem(e.Elem(e.Arg(0)))),
        ("new http.client.HTTPResponse", e.New("http.client.HTTPResponse")),
        ("new collections.deque[elem 0]", e.New("collections.deque", (e.Elem(e.Arg(0)),))),
        ("view builtins.dict_keys self", e.View("builtins.dict_keys", e.Self())),
        ("result key", e.ResultOf(e.Arg("key"))),
        ("result 0.__add__", e.SpecialResult(e.Arg(0), "__add__")),
        ("result (elem self).__lt__", e.SpecialResult(e.Elem(e.Self()), "__lt__")),
        ("result self.default_factory", e.ResultOf(e.Attr(e.Self(), "default_factory"))),
        ("arg value", e.Arg("value")),
        ("value", e.Arg("value")),
        ("value value", e.Value(e.Arg("value"))),
        ("copy 0", e.Copy(e.Arg(0), False)),
        ("deepcopy x", e.Copy(e.Arg("x"), True)),
        ("json", e.Json()),
        ("self", e.Self()),
        ("unknown", e.UnknownValue()),
    ],
)
def test_results(text: str, spec: e.Spec) -> None:
    assert parse_spec(text) == spec


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("reads 0", e.Touch(e.ClauseKind.READS, e.Arg(0))),
        ("iterates elem 0", e.Touch(e.ClauseKind.ITERATES, e.Elem(e.Arg(0)))),
        ("stores 0 in self", e.Stores(e.Arg(0), e.Self())),
        ("stores 1 in self as value", e.Stores(e.Arg(1), e.Self(), "value")),
        ("stores 1 in self as .name", e.Stores(e.Arg(1), e.Self(), ".name")),
        ("calls key(elem 0)", e.Calls(e.Arg("key"), (e.Elem(e.Arg(0)),))),
        ("calls 0(unknown, int)", e.Calls(e.Arg(0), (e.UnknownValue(), e.Scalar(frozenset({int}))))),
        ("special 0 __len__", e.Special(e.Arg(0), "__len__")),
        ("special 0 __add__(1)", e.Special(e.Arg(0), "__add__", (e.Arg(1),))),
        ("exact 0 re.Pattern", e.Exact(e.Arg(0), ("re.Pattern",))),
        ("channel clock read", e.UsesChannel("clock", e.Access.READ)),
        ("blocks", e.Blocks(True)),
        ("may-block", e.Blocks(False)),
        ("rule call-self", e.Rule("call-self")),
        ("unknown for some reason", e.UnknownEffect("for some reason")),
        ("later iterates 0", e.Later(e.Touch(e.ClauseKind.ITERATES, e.Arg(0)))),
    ],
)
def test_clauses(text: str, clause: e.Clause) -> None:
    assert parse(f"f: {text}").clauses == (clause,)


def test_pure_says_nothing_and_special_may_say_two_things() -> None:
    assert parse("f: pure").clauses == ()
    assert [c.method for c in parse("f: special 0 __a__ __b__").clauses if isinstance(c, e.Special)] == [
        "__a__",
        "__b__",
    ]


def test_a_key_is_hashed_and_compared_both_ways() -> None:
    clauses = parse("get: keyed 0 in self", of_class=True).clauses
    calls = {(c.subject, c.method) for c in clauses if isinstance(c, e.Special)}
    assert {(e.Arg(0), "__hash__"), (e.Arg(0), "__eq__"), (e.Elem(e.Self()), "__eq__")} <= calls


def test_results_have_defaults() -> None:
    assert parse("f: pure").result == e.Scalar(NONE)
    assert parse("(): pure", of_class=True).result == e.Self()


def test_heads() -> None:
    assert head_names("a b c(x, *, y) @3.12") == ("a", "b", "c")
    assert head_names("()(x)") == ("()",)
    assert head_names(".name .value") == (".name", ".value")
    assert head_names("const pi") == ("const pi",)
    assert head_names("classmethod now(tz)") == ("now",)
    entry = parse("f(a, /, b, *rest, c, **more) @3.12 @-3.14: ignores a")
    assert entry.params == (
        e.Param("a", e.ParamKind.POSITIONAL), e.Param("b", e.ParamKind.EITHER),
        e.Param("rest", e.ParamKind.VAR_POSITIONAL),
        e.Param("c", e.ParamKind.KEYWORD), e.Param("more", e.ParamKind.VAR_KEYWORD),
    )  # fmt: skip
    assert (entry.since, entry.until) == ((3, 12), (3, 14))


@pytest.mark.parametrize(
    "text",
    [
        "f: nonsense", "f: unknown", "f: special 0", "f: channel nowhere read",
        "f: channel clock sometimes", "f: rule nonsense",
        "f: reads", "f: reads 0 1", "f: stores 0 self", "f: calls key", "f: pure -> list[int, int]",
        "f: pure -> int int",
        "f(a): reads b", "f(a b): pure", "f: pure -> new", "f: reads 0 -> $", "f: stores 0 in self as thing",
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(e.ModelError, match="m.effects:1"):
        parse(text)


@pytest.mark.parametrize("text", ["no colon", "a..b: pure", "f(a: pure", "(x): pure", "f @three: pure"])
def test_heads_that_cannot_be_understood_are_refused(text: str) -> None:
    with pytest.raises(e.ModelError):
        parse(text)


def test_arguments_find_their_place_by_position() -> None:
    entry = parse("f: iterates 0; calls key(elem 0)")
    assert entry.place(["x"], {"key": "k"}) == {0: ("x",), "key": ("k",), "*": ("x",), "**": ("k",)}
    assert entry.place(["x"], {"other": "k"}) is None
    assert entry.speaks_of(0)
    assert not entry.speaks_of(1)


def test_arguments_find_their_place_by_parameter() -> None:
    entry = parse("f(a, b, *rest, c): reads a; ignores rest")
    assert entry.place(["x", "y", "z"], {"c": "w"}) == {
        "a": ("x",), "b": ("y",), "rest": ("z",), "c": ("w",), "*": ("x", "y", "z"), "**": ("w",),
    }  # fmt: skip
    assert entry.place(["x"], {"b": "y"})["b"] == ("y",)
    assert entry.place(["x", "y"], {"b": "y"}) is None
    assert entry.place(["x"], {"d": "y"}) is None
    assert parse("f(a): pure").place(["x", "y"]) is None
    assert [entry.speaks_of(key) for key in ("a", "b", "rest", "c")] == [True, False, True, False]


def test_all_arguments_at_once() -> None:
    entry = parse("f: special * __str__; ignores **")
    assert entry.speaks_of(7)
    assert entry.speaks_of("anything")
    assert entry.place([1], {"x": 2}) is not None


def test_nodes_are_immutable_and_compare_by_class_and_fields() -> None:
    assert e.Elem(e.Arg(0)) == e.Elem(e.Arg(0))
    assert e.Elem(e.Arg(0)) != e.Value(e.Arg(0))
    assert len({e.Elem(e.Arg(0)), e.Elem(of=e.Arg(0)), e.Value(e.Arg(0))}) == 2
    assert repr(e.Arg(0)) == "Arg(key=0)"
    with pytest.raises(AttributeError):
        e.Arg(0).key = 1
    with pytest.raises(TypeError):
        e.Arg()
    with pytest.raises(TypeError):
        e.Arg(0, 1)
