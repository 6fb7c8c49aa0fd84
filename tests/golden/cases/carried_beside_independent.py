def running(model, parts):
    total = 0
    for part in parts:
        total = add(total, model(part))
    return total
# --- readable
import xcs_ast as xcs

def running(model, parts):
    total = 0
    for part, ahead in xcs.run_ahead(lambda part: model(part), parts):
        total = add(total, ahead())
    return total
# --- guarded
def running(model, parts):
    total = 0
    try:
        _xcs_h0 = _xcs_site_0.enter(lambda part, *_xcs_slice: model(part), parts, (total, model)) if _xcs_site_0.worthwhile() else None
        for part in _xcs_h0 or ():
            total = add(total, _xcs_h0.ahead(0))
        else:
            for part in (parts if _xcs_h0 is None else _xcs_h0.rest()):
                total = add(total, model(part))
    except:
        _xcs_site_0.trim()
        raise
    return total
# --- left alone
