def f(xs):
    i = 0
    out = []
    while i < len(xs):
        out.append(g(xs[i]))
        i += 1
    return out
# --- readable
def f(xs):
    i = 0
    out = []
    while i < len(xs):
        out.append(g(xs[i]))
        i += 1
    return out
# --- guarded
def f(xs):
    i = 0
    out = []
    try:
        _xcs_h0 = _xcs_site_0.enter_steps(lambda i, *_xcs_slice: g(xs[i]), i, xs, (out, xs)) if _xcs_site_0.worthwhile() else None
        for i in _xcs_h0 or ():
            if not (i < len(xs)):
                break
            out.append(_xcs_h0.ahead(0))
            i += 1
        while i < len(xs):
            out.append(g(xs[i]))
            i += 1
    except:
        _xcs_site_0.trim()
        raise
    return out
# --- left alone
