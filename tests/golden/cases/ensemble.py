def ensemble_forward(models, inputs):
    results = []
    for model in models:
        results.append(model(inputs))
    return results
# --- readable
import xcs_ast as xcs

def ensemble_forward(models, inputs):
    results = []
    for model, ahead in xcs.run_ahead(lambda model: model(inputs), models):
        results.append(ahead())
    return results
# --- guarded
def ensemble_forward(models, inputs):
    results = []
    try:
        _xcs_h0 = _xcs_site_0.enter(lambda model, *_xcs_slice: model(inputs), models, (results, inputs)) if _xcs_site_0.worthwhile() else None
        for model in _xcs_h0 or ():
            results.append(_xcs_h0.ahead(0))
        else:
            for model in (models if _xcs_h0 is None else _xcs_h0.rest()):
                results.append(model(inputs))
    except:
        _xcs_site_0.trim()
        raise
    return results
# --- left alone
