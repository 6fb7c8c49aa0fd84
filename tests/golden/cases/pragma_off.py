def f(xs):
    for x in xs:  # xcs: off
        print(g(x))
    return [h(x) for x in xs]
# --- readable
import xcs_ast as xcs

def f(xs):
    for x in xs:  # xcs: off
        print(g(x))
    return [ahead() for x, ahead in xcs.run_ahead(lambda x: h(x), xs)]
# --- guarded
def f(xs):
    for x in xs:  # xcs: off
        print(g(x))
    try:
        return ([_xcs_h0.ahead(0) for x in _xcs_h0] if (_xcs_h0 := _xcs_site_0.enter(lambda x, *_xcs_slice_listcomp: h(x), xs, ()) if _xcs_site_0.worthwhile() else None) else [h(x) for x in (xs if _xcs_h0 is None else _xcs_h0.rest())])
    except:
        _xcs_site_0.trim()
        raise
# --- left alone
# case.py:2:5: XCS107 switched off by a comment
