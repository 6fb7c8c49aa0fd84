import os

xcs = os.environ


def f(xs):
    return [g(x) for x in xs]
# --- readable
import os
import xcs_ast

xcs = os.environ


def f(xs):
    return [ahead() for x, ahead in xcs_ast.run_ahead(lambda x: g(x), xs)]
# --- guarded
import os

xcs = os.environ


def f(xs):
    try:
        return ([_xcs_h0.ahead(0) for x in _xcs_h0] if (_xcs_h0 := _xcs_site_0.enter(lambda x, *_xcs_slice_listcomp: g(x), xs, ()) if _xcs_site_0.worthwhile() else None) else [g(x) for x in (xs if _xcs_h0 is None else _xcs_h0.rest())])
    except:
        _xcs_site_0.trim()
        raise
# --- left alone
