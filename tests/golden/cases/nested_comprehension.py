def grid(rows, columns):
    return [[measure(row, column) for column in columns] for row in rows]
# --- readable
import xcs_ast as xcs

def grid(rows, columns):
    return [ahead() for row, ahead in xcs.run_ahead(lambda row: [measure(row, column) for column in columns], rows)]
# --- guarded
def grid(rows, columns):
    try:
        return ([_xcs_h0.ahead(0) for row in _xcs_h0] if (_xcs_h0 := _xcs_site_0.enter(lambda row, *_xcs_slice_listcomp: [measure(row, column) for column in columns], rows, (columns,)) if _xcs_site_0.worthwhile() else None) else [[measure(row, column) for column in columns] for row in (rows if _xcs_h0 is None else _xcs_h0.rest())])
    except:
        _xcs_site_0.trim()
        raise
# --- left alone
