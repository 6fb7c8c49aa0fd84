"""No hook is on the stack while stepwise code runs the user's: who looks at callers finds the plain ones."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest

from tests.unit.tracer import constructs
from tests.unit.tracer.running import outcome, plain_clone
from tests.unit.tracer.test_instrument import CASES, REFUSED
from xcs_ast.tracer.stepping import Stepwise


class Callers(list[str]):
    """Notes, each with who called the method that makes it."""

    def append(self, note: str) -> None:
        caller: Any = sys._getframe(2)
        code = caller.f_code
        super().append(f"{note} from {code.co_filename}:{caller.f_lineno} {code.co_name}")


@pytest.mark.parametrize("case", [c for c in CASES if c.__name__ not in REFUSED], ids=lambda c: c.__name__)
def test_special_methods_see_the_same_callers(case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for f in (case, plain_clone(case, Stepwise())):
        notes = Callers()
        monkeypatch.setattr(constructs, "NOTES", notes)
        result = re.sub(r" at 0x[0-9a-f]+", "", repr(outcome(f, constructs.L)))
        found.append((result, [re.sub(r" at 0x[0-9a-f]+", "", note) for note in notes]))
    if case.__name__ == "comprehensions" and sys.version_info < (3, 12):
        # A chained comparison in a generator expression is bound by a comprehension, which has a frame there.
        found[1] = (found[1][0], [note.replace("<listcomp>", "<genexpr>") for note in found[1][1]])
        found[0] = (found[0][0], [note.replace("<listcomp>", "<genexpr>") for note in found[0][1]])
    assert found[1] == found[0]
