"""What may be combined by `X[Y]` and `X | Y` without a look at code of the program's."""

from __future__ import annotations

import sys
import types
import typing
from typing import Any, Generic, NamedTuple, Protocol, TypedDict, TypeVar

import pytest

from xcs_ast.effects.type_forms import is_type_form, makes_alias, makes_type_form
from xcs_ast.ir.paths import MISSING

T = TypeVar("T")


class Plain: ...


class Of(Generic[T]): ...


class Shape(Protocol): ...


class Pair(NamedTuple):
    one: int


class Fields(TypedDict):
    one: int


class Subscripted:
    def __class_getitem__(cls, key: object) -> object:
        return key


class Aliased:
    __class_getitem__ = classmethod(types.GenericAlias)


class CountingAlias(types.GenericAlias):
    pass


class Counted:
    __class_getitem__ = classmethod(CountingAlias)


class Instance:
    __class_getitem__ = classmethod(print)


class Bare:
    __class_getitem__ = 5


class Indexed(type):
    def __getitem__(cls, key: object) -> object:
        return key


class Hashing(type):
    def __hash__(cls) -> int:
        return 1


class Joining(type):
    def __or__(cls, other: object) -> object:
        return other


class Looking(type):
    def __getattribute__(cls, name: str) -> object:
        return None


class Marked(type): ...


def of(meta: type) -> Any:
    return meta("Made", (), {})


@pytest.mark.parametrize(
    "form",
    [int, Plain, Of, Shape, Pair, Aliased, list[int], int | None, T, typing.Any, typing.ClassVar[int], 1, "x",
     b"", True, None, ..., of(Marked)],
    ids=repr,
)  # fmt: skip
def test_what_is_a_type_expression(form: object) -> None:
    assert is_type_form(form)


@pytest.mark.parametrize(
    "other",
    [Subscripted, Counted, Instance, Bare, of(Indexed), of(Hashing), of(Joining), of(Looking), 1.5, [int],
     Plain(), print],
)  # fmt: skip
def test_what_is_none(other: object) -> None:
    assert not is_type_form(other)


def test_a_class_of_the_programs_is_none_of_typings(monkeypatch: pytest.MonkeyPatch) -> None:
    lookalike = type("TypeVar", (), {"__module__": "typing"})
    assert not is_type_form(lookalike())
    monkeypatch.delitem(sys.modules, "typing")
    assert not is_type_form(T), "nothing is of a module that is not there"
    monkeypatch.setitem(sys.modules, "typing", lookalike())
    assert not is_type_form(T)


@pytest.mark.parametrize(
    ("o", "k", "expected"),
    [
        (list, int, True),
        (dict, (str, int), True),
        (typing.Callable, ([int, str], None), True),
        (typing.Callable, ([Plain, [int]], Of), True),
        (Plain, None, True),
        (None, Plain, True),
        ("text", int, True),
        (1, 2, False),
        (list, [int], False),
        (list, (int, 1.5), False),
        (1.5, list, False),
        (Subscripted, int, False),
        (tuple, ((((int,),),),), True),
        (tuple, (((((int,),),),),), False),
    ],
)
def test_two_of_them_combined(o: object, k: object, expected: bool) -> None:
    assert makes_type_form(o, k) is expected


def test_who_makes_an_alias() -> None:
    assert makes_alias(MISSING)
    assert makes_alias(vars(list)["__class_getitem__"])
    assert makes_alias(vars(Generic)["__class_getitem__"])
    assert makes_alias(vars(Aliased)["__class_getitem__"])
    for other in (Subscripted, Counted, Instance, Bare):
        assert not makes_alias(vars(other)["__class_getitem__"]), other
