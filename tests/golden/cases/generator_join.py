def page(parts):
    return "".join(render(part) for part in parts)
# --- readable
import xcs_ast as xcs

def page(parts):
    return "".join(ahead() for part, ahead in xcs.run_ahead(lambda part: render(part), parts))
# --- guarded
def page(parts):
    try:
        return "".join(((_xcs_h0.ahead(0) for part in _xcs_h0) if (_xcs_h0 := _xcs_site_0.enter(lambda part, *_xcs_slice_genexpr: render(part), parts, ()) if _xcs_site_0.worthwhile() else None) else (render(part) for part in (parts if _xcs_h0 is None else _xcs_h0.rest()))))
    except:
        _xcs_site_0.trim()
        raise
# --- left alone
