"""`--update-golden` writes down what the rewriter says today; read the difference first."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite the expected sections of the golden files"
    )
