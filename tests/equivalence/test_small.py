"""Each small program is plain Python, with all that may run ahead running ahead, in order and in reverse."""

from __future__ import annotations

import pytest

from tests.equivalence.known import KNOWN
from tests.equivalence.small_programs import SMALL
from xcs_ast.testing.campaign import check_source


@pytest.mark.parametrize("name", SMALL)
def test_small_program(name: str, request: pytest.FixtureRequest) -> None:
    if name in KNOWN:
        request.applymarker(pytest.mark.xfail(reason=KNOWN[name], strict=True))
    found, _, _ = check_source(SMALL[name])
    assert not found, f"{found[0]}\n\n{SMALL[name]}"
