pages = [fetch(url) for url in urls]
print(pages)
# --- readable
import xcs_ast as xcs

pages = [ahead() for url, ahead in xcs.run_ahead(lambda url: fetch(url), urls)]
print(pages)
# --- guarded
try:
    pages = ([_xcs_site_0.ahead(0) for url in _xcs_site_0] if _xcs_site_0.enter_module(lambda url, *_xcs_slice_listcomp: fetch(url), urls) else [fetch(url) for url in _xcs_site_0.rest()])
except:
    _xcs_site_0.trim()
    raise
print(pages)
# --- left alone
