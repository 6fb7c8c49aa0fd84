"""Which frames of ours are taken off, and off what."""

from __future__ import annotations

import traceback

import pytest

from xcs_ast.runtime.unwinding import trim


def _raised(chain: str) -> BaseException:
    """An exception that holds another one, out of a slice, in each of the places where one can be."""

    def slice_() -> None:
        raise KeyError("inner")

    def user() -> None:
        try:
            slice_()
        except KeyError as inner:
            if chain == "context":
                raise ValueError("outer")
            if chain == "cause":
                error = ValueError("outer")
                error.__cause__ = inner
                inner.__context__ = None
                error.__context__ = OSError("another")
                raise error
            raise ExceptionGroup("outer", [inner]) from None

    try:
        user()
    except Exception as outer:
        trim(outer, {id(slice_.__code__)})
        if chain == "cause":
            assert type(outer.__context__) is KeyError
            outer.__context__ = None
        return outer
    raise AssertionError


@pytest.mark.parametrize("chain", ["context", "cause", "group"])
def test_exceptions_that_hang_on_another_are_trimmed_too(chain: str) -> None:
    outer = _raised(chain)
    inner = {
        "context": lambda: outer.__context__,
        "cause": lambda: outer.__cause__,
        "group": lambda: outer.exceptions[0],  # type: ignore[attr-defined]
    }[chain]()
    assert [entry.name for entry in traceback.extract_tb(inner.__traceback__)] == ["user"]
