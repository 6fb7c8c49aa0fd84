def both(x, y):
    return f(x) + g(y)
# --- readable
import xcs_ast as xcs

def both(x, y):
    _g = xcs.ahead(lambda: g(y))
    return f(x) + _g()
# --- guarded
def both(x, y):
    try:
        _xcs_h0 = _xcs_site_0.block((lambda *_xcs_slice: g(y),), (x, y)) if _xcs_site_0.worthwhile() else None
        if _xcs_h0:
            return f(x) + _xcs_h0.ahead(0)
        else:
            return f(x) + g(y)
    except:
        _xcs_site_0.trim()
        raise
# --- left alone
