def kinds(docs):
    return {classify(doc) for doc in docs}
# --- readable
import xcs_ast as xcs

def kinds(docs):
    return {ahead() for doc, ahead in xcs.run_ahead(lambda doc: classify(doc), docs)}
# --- guarded
def kinds(docs):
    try:
        return ({_xcs_h0.ahead(0) for doc in _xcs_h0} if (_xcs_h0 := _xcs_site_0.enter(lambda doc, *_xcs_slice_setcomp: classify(doc), docs, ()) if _xcs_site_0.worthwhile() else None) else {classify(doc) for doc in (docs if _xcs_h0 is None else _xcs_h0.rest())})
    except:
        _xcs_site_0.trim()
        raise
# --- left alone
