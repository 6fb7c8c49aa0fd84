def numbered(pages, fetch):
    for number, page in enumerate(pages, 1):
        print(number, fetch(page))
# --- readable
import xcs_ast as xcs

def numbered(pages, fetch):
    def for_each(item):
        number, page = item
        return fetch(page)

    for (number, page), ahead in xcs.run_ahead(for_each, enumerate(pages, 1)):
        print(number, ahead())
# --- guarded
def numbered(pages, fetch):
    try:
        if _xcs_site_0.worthwhile():
            def _xcs_slice_0(_xcs_item):
                number, page = _xcs_item
                return fetch(page)
            _xcs_h0 = _xcs_site_0.enter(_xcs_slice_0, enumerate(pages, 1), (fetch,))
        else:
            _xcs_h0 = None
        for number, page in _xcs_h0 or ():
            print(number, _xcs_h0.ahead(0))
        else:
            for number, page in (enumerate(pages, 1) if _xcs_h0 is None else _xcs_h0.rest()):
                print(number, fetch(page))
    except:
        _xcs_site_0.trim()
        raise
# --- left alone
