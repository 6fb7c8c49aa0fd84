def f(xs):
    out = []
    for x in xs:
        out.append(g(x) and h(x))
        out.append(x.ready and load(x))
    return out
# --- readable
import xcs_ast as xcs

def f(xs):
    out = []

    def for_each_x(x):
        yield g(x) and h(x)
        yield x.ready and load(x)

    for x, ahead in xcs.run_ahead(for_each_x, xs):
        out.append(ahead.g())
        out.append(ahead.load())
    return out
# --- guarded
def f(xs):
    out = []
    try:
        if _xcs_site_0.worthwhile():
            def _xcs_slice_0(x):
                yield 0, g(x) and h(x)
                yield 1, x.ready and load(x)
            _xcs_h0 = _xcs_site_0.enter(_xcs_slice_0, xs, (out,))
        else:
            _xcs_h0 = None
        for x in _xcs_h0 or ():
            out.append(_xcs_h0.ahead(0))
            out.append(_xcs_h0.ahead(1))
        else:
            _xcs_w1 = _xcs_site_1.worthwhile()
            for x in (xs if _xcs_h0 is None else _xcs_h0.rest()):
                try:
                    _xcs_h1 = _xcs_site_1.block((lambda *_xcs_slice: x.ready and load(x),), (out, x)) if _xcs_w1 and _xcs_site_1.worthwhile() else None
                    if _xcs_h1:
                        out.append(g(x) and h(x))
                        out.append(_xcs_h1.ahead(0))
                    else:
                        out.append(g(x) and h(x))
                        out.append(x.ready and load(x))
                except:
                    _xcs_site_1.trim()
                    raise
    except:
        _xcs_site_0.trim()
        raise
    return out
# --- left alone
