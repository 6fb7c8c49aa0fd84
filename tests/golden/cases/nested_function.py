def outer(service):
    def inner(items):
        return [service.call(item) for item in items]

    return inner
# --- readable
import xcs_ast as xcs

def outer(service):
    def inner(items):
        return [ahead() for item, ahead in xcs.run_ahead(lambda item: service.call(item), items)]

    return inner
# --- guarded
def outer(service):
    def inner(items):
        try:
            return ([_xcs_h0.ahead(0) for item in _xcs_h0] if (_xcs_h0 := _xcs_site_0.enter(lambda item, *_xcs_slice_listcomp: service.call(item), items, (service,)) if _xcs_site_0.worthwhile() else None) else [service.call(item) for item in (items if _xcs_h0 is None else _xcs_h0.rest())])
        except:
            _xcs_site_0.trim()
            raise

    return inner
# --- left alone
