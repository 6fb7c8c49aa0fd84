def titles(urls):
    return [fetch(url).title() for url in urls]
# --- readable
import xcs_ast as xcs

def titles(urls):
    return [ahead() for url, ahead in xcs.run_ahead(lambda url: fetch(url).title(), urls)]
# --- guarded
def titles(urls):
    try:
        return ([_xcs_h0.ahead(0) for url in _xcs_h0] if (_xcs_h0 := _xcs_site_0.enter(lambda url, *_xcs_slice_listcomp: fetch(url).title(), urls, ()) if _xcs_site_0.worthwhile() else None) else [fetch(url).title() for url in (urls if _xcs_h0 is None else _xcs_h0.rest())])
    except:
        _xcs_site_0.trim()
        raise
# --- left alone
