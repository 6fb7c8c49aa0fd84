def compare(left, right):
    return [judge(a, b) for a, b in zip(left, right)]
# --- readable
import xcs_ast as xcs

def compare(left, right):
    def for_each(item):
        a, b = item
        return judge(a, b)

    return [ahead() for (a, b), ahead in xcs.run_ahead(for_each, zip(left, right))]
# --- guarded
def compare(left, right):
    try:
        return ([_xcs_h0.ahead(0) for a, b in _xcs_h0] if (_xcs_h0 := _xcs_site_0.enter(lambda _xcs_item, *_xcs_slice_listcomp: ((a := _xcs_item[0]), (b := _xcs_item[1]), judge(a, b))[-1], zip(left, right), ()) if _xcs_site_0.worthwhile() else None) else [judge(a, b) for a, b in (zip(left, right) if _xcs_h0 is None else _xcs_h0.rest())])
    except:
        _xcs_site_0.trim()
        raise
# --- left alone
