# What this is.
#
# Who wrote it.

# The function.
def f(xs):
    return [g(x) for x in xs]
# --- readable
# What this is.
#
# Who wrote it.

import xcs_ast as xcs

# The function.
def f(xs):
    return [ahead() for x, ahead in xcs.run_ahead(lambda x: g(x), xs)]
# --- guarded
# What this is.
#
# Who wrote it.

# The function.
def f(xs):
    try:
        return ([_xcs_h0.ahead(0) for x in _xcs_h0] if (_xcs_h0 := _xcs_site_0.enter(lambda x, *_xcs_slice_listcomp: g(x), xs, ()) if _xcs_site_0.worthwhile() else None) else [g(x) for x in (xs if _xcs_h0 is None else _xcs_h0.rest())])
    except:
        _xcs_site_0.trim()
        raise
# --- left alone
