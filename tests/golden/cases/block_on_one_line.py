def pair(x):
    a = f(x); b = g(x); return a, b
# --- readable
import xcs_ast as xcs

def pair(x):
    _b = xcs.ahead(lambda: g(x))
    a = f(x); b = _b()
    return a, b
# --- guarded
def pair(x):
    try:
        _xcs_h0 = _xcs_site_0.block((lambda *_xcs_slice: g(x),), (x,)) if _xcs_site_0.worthwhile() else None
        if _xcs_h0:
            a = f(x); b = _xcs_h0.ahead(0)
        else:
            a = f(x); b = g(x)
    except:
        _xcs_site_0.trim()
        raise
    return a, b
# --- left alone
