def maybe(flag, xs):
    if flag: return [f(x) for x in xs]
    for x in xs: print(f(x))
# --- readable
import xcs_ast as xcs

def maybe(flag, xs):
    if flag: return [ahead() for x, ahead in xcs.run_ahead(lambda x: f(x), xs)]
    for x, ahead in xcs.run_ahead(lambda x: f(x), xs): print(ahead())
# --- guarded
def maybe(flag, xs):
    if flag:
        try:
            return ([_xcs_h0.ahead(0) for x in _xcs_h0] if (_xcs_h0 := _xcs_site_0.enter(lambda x, *_xcs_slice_listcomp: f(x), xs, ()) if _xcs_site_0.worthwhile() else None) else [f(x) for x in (xs if _xcs_h0 is None else _xcs_h0.rest())])
        except:
            _xcs_site_0.trim()
            raise
    try:
        _xcs_h1 = _xcs_site_1.enter(lambda x, *_xcs_slice: f(x), xs, ()) if _xcs_site_1.worthwhile() else None
        for x in _xcs_h1 or (): print(_xcs_h1.ahead(0))
        else:
            for x in (xs if _xcs_h1 is None else _xcs_h1.rest()): print(f(x))
    except:
        _xcs_site_1.trim()
        raise
# --- left alone
