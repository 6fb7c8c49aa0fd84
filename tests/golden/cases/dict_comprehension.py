def index(keys):
    table = {key: load(key) for key in keys}
    return table
# --- readable
import xcs_ast as xcs

def index(keys):
    table = {key: ahead() for key, ahead in xcs.run_ahead(lambda key: load(key), keys)}
    return table
# --- guarded
def index(keys):
    try:
        table = ({key: _xcs_h0.ahead(0) for key in _xcs_h0} if (_xcs_h0 := _xcs_site_0.enter(lambda key, *_xcs_slice_dictcomp: load(key), keys, ()) if _xcs_site_0.worthwhile() else None) else {key: load(key) for key in (keys if _xcs_h0 is None else _xcs_h0.rest())})
    except:
        _xcs_site_0.trim()
        raise
    return table
# --- left alone
