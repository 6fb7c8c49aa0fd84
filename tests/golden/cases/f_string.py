def lines(names):
    return [f"{name}: {look_up(name)!r:>10}" for name in names]
# --- readable
import xcs_ast as xcs

def lines(names):
    return [ahead() for name, ahead in xcs.run_ahead(lambda name: f"{name}: {look_up(name)!r:>10}", names)]
# --- guarded
def lines(names):
    try:
        return ([_xcs_h0.ahead(0) for name in _xcs_h0] if (_xcs_h0 := _xcs_site_0.enter(lambda name, *_xcs_slice_listcomp: f'{name}: {look_up(name)!r:>10}', names, ()) if _xcs_site_0.worthwhile() else None) else [f"{name}: {look_up(name)!r:>10}" for name in (names if _xcs_h0 is None else _xcs_h0.rest())])
    except:
        _xcs_site_0.trim()
        raise
# --- left alone
