"""Finding sources while other threads do the same."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from xcs_ast.source import lookup
from xcs_ast.source.quiet import quiet


def test_hushes_that_overlap_leave_the_filters_of_the_program() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        before = list(warnings.filters)
        one, two, three = quiet("a.py"), quiet("b.py"), quiet("a.py")
        for each in (one, two, three):
            each.__enter__()
        warnings.warn_explicit("quiet", SyntaxWarning, "a.py", 1, "a")
        for each in (one, three):
            each.__exit__(None, None, None)
        warnings.warn_explicit("quiet", SyntaxWarning, "b.py", 1, "b")
        two.__exit__(None, None, None)
        assert warnings.filters == before


class _Emptied(dict[Any, Any]):
    """A table that somebody empties after each look at it."""

    def __contains__(self, key: object) -> bool:
        found = super().__contains__(key)
        self.clear()
        return found

    def get(self, key: object, default: object = None) -> Any:
        found = super().get(key, default)
        self.clear()
        return found


def test_a_table_that_is_emptied_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_files", "_found", "_aliases"):
        monkeypatch.setattr(lookup, name, _Emptied(getattr(lookup, name)))
    codes = (_Emptied.get.__code__, _Emptied.__contains__.__code__, _Emptied.get.__code__)
    assert None not in [lookup.find_function(code) for code in codes]
