"""Annotations of inner functions: their code runs with the `def`; plain types do nothing that shows."""

import typing

import pytest

from tests.unit.effects.harness import stage_of

SEEN: list[int] = []


class Meta(type):
    def __or__(cls, other: object) -> type:  # type: ignore[override]
        SEEN.append(1)
        return cls


class Own(metaclass=Meta):
    def __class_getitem__(cls, item: object) -> type:
        SEEN.append(1)
        return cls


def called(x: int) -> int:
    def inner(a: SEEN.append(x) = 1) -> int:  # type: ignore[valid-type]
        return 1

    return inner()


def called_for_the_result(x: int) -> int:
    def inner(*a: int) -> SEEN.append(x):  # type: ignore[valid-type]
        return 1

    return inner()


def subscripted(x: int) -> int:
    def inner(a: Own[int] = x) -> int:  # type: ignore[type-arg, assignment]
        return 1

    return inner()


def united(x: int) -> int:
    def inner(a: list[Own | int] | None = None) -> int:
        return 1

    return inner()


def harmless(x: int) -> int:
    def inner(
        a: int | None = 1,
        *b: typing.Optional[str],  # noqa: UP045
        c: dict[str, typing.Callable[[int], typing.Any]] | None = None,
        **d: typing.Union["Own", int, typing.Literal["a"]],  # noqa: UP007
    ) -> tuple[int, ...]:
        return (1,)

    return inner()[0]


@pytest.mark.parametrize("function", [called, called_for_the_result, subscripted, united])
def test_code_in_an_annotation_counts(function: object) -> None:
    assert [line for line in stage_of("f(x)", globals(), f=function) if not line.startswith("read ")]


def test_plain_types_do_nothing() -> None:
    assert not [line for line in stage_of("f(x)", globals(), f=harmless) if not line.startswith("read ")]
