"""The strategy `static`: nothing runs ahead that is not proven."""

from __future__ import annotations

import time

import xcs_ast
from xcs_ast.ir.verdict import VerdictKind
from xcs_ast.runtime.site import all_sites


class Model:
    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, x: int) -> int:
        time.sleep(0.001)
        self.calls += 1
        return x + 1


def ask_all(models, x):
    out = []
    for model in models:
        out.append(model(x))
    return out


def _verdicts(function) -> set[VerdictKind]:
    code = function.__code__
    found = set()
    for site in all_sites():
        if site in code.co_consts:
            found |= set(site.verdicts)
    return found


def test_static_does_not_speculate_and_hybrid_does():
    static, hybrid = xcs_ast.jit(strategy="static")(ask_all), xcs_ast.jit(ask_all)
    for function in (static, hybrid):
        models = [Model() for _ in range(4)]
        assert function(models, 1) == [2, 2, 2, 2]
        assert [model.calls for model in models] == [1, 1, 1, 1]
    assert VerdictKind.SPECULATIVE not in _verdicts(static)
    assert VerdictKind.SPECULATIVE in _verdicts(hybrid)
