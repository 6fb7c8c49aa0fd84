from __future__ import annotations

from collections.abc import Iterator

import pytest

from xcs_ast import config
from xcs_ast.runtime import schedule


@pytest.fixture(autouse=True)
def _fresh_configuration() -> Iterator[None]:
    with config.overridden(enabled=True):
        yield
    assert schedule.hook is None


@pytest.fixture
def eager() -> Iterator[None]:
    with config.overridden(eager=True):
        yield
