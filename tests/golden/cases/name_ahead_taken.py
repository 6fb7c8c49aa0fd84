def f(xs, ahead):
    return [ahead(x) for x in xs]
# --- readable
import xcs_ast as xcs

def f(xs, ahead):
    return [ahead_2() for x, ahead_2 in xcs.run_ahead(lambda x: ahead(x), xs)]
# --- guarded
def f(xs, ahead):
    try:
        return ([_xcs_h0.ahead(0) for x in _xcs_h0] if (_xcs_h0 := _xcs_site_0.enter(lambda x, *_xcs_slice_listcomp: ahead(x), xs, (ahead,)) if _xcs_site_0.worthwhile() else None) else [ahead(x) for x in (xs if _xcs_h0 is None else _xcs_h0.rest())])
    except:
        _xcs_site_0.trim()
        raise
# --- left alone
