def robust(urls):
    pages = []
    for url in urls:
        try:
            pages.append(fetch(url))
        except OSError as error:
            pages.append(str(error))
    return pages
# --- readable
import xcs_ast as xcs

def robust(urls):
    pages = []
    for url, ahead in xcs.run_ahead(lambda url: fetch(url), urls):
        try:
            pages.append(ahead())
        except OSError as error:
            pages.append(str(error))
    return pages
# --- guarded
def robust(urls):
    pages = []
    try:
        _xcs_h0 = _xcs_site_0.enter(lambda url, *_xcs_slice: fetch(url), urls, (pages,)) if _xcs_site_0.worthwhile() else None
        for url in _xcs_h0 or ():
            try:
                try:
                    pages.append(_xcs_h0.ahead(0))
                except:
                    _xcs_site_0.trim()
                    raise
            except OSError as error:
                pages.append(str(error))
        else:
            for url in (urls if _xcs_h0 is None else _xcs_h0.rest()):
                try:
                    pages.append(fetch(url))
                except OSError as error:
                    pages.append(str(error))
    except:
        _xcs_site_0.trim()
        raise
    return pages
# --- left alone
