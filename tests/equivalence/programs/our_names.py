# ruff: noqa
"""Programs whose names are those that generated code might use."""

from xcs_ast.testing import probe


def times(x):
    probe.call(x)
    return x * 2


def case_inner_function_named_like_ours():
    _xcs_slice = [1]
    H = S = "mine"
    ahead = rest = enter = 5
    out = []
    for _xcs_item in [1, 2]:
        out.append(times(_xcs_item))
    return out, _xcs_slice, _xcs_item, H, S, ahead, rest, enter
