def matrix(rows, columns):
    cells = []
    for row in rows:
        head = describe(row)
        for column in columns:
            cells.append((head, measure(row, column)))
    return cells
# --- readable
import xcs_ast as xcs

def matrix(rows, columns):
    cells = []
    for row, ahead in xcs.run_ahead(lambda row: describe(row), rows):
        head = ahead()
        for column, ahead_2 in xcs.run_ahead(lambda column: measure(row, column), columns):
            cells.append((head, ahead_2()))
    return cells
# --- guarded
def matrix(rows, columns):
    cells = []
    try:
        _xcs_h0 = _xcs_site_0.enter(lambda row, *_xcs_slice: describe(row), rows, (columns, cells)) if _xcs_site_0.worthwhile() else None
        for row in _xcs_h0 or ():
            head = _xcs_h0.ahead(0)
            try:
                _xcs_h1 = _xcs_site_1.enter(lambda column, *_xcs_slice: measure(row, column), columns, (cells, head, row)) if _xcs_site_1.worthwhile() else None
                for column in _xcs_h1 or ():
                    cells.append((head, _xcs_h1.ahead(0)))
                else:
                    for column in (columns if _xcs_h1 is None else _xcs_h1.rest()):
                        cells.append((head, measure(row, column)))
            except:
                _xcs_site_1.trim()
                raise
        else:
            for row in (rows if _xcs_h0 is None else _xcs_h0.rest()):
                head = describe(row)
                try:
                    _xcs_h1 = _xcs_site_1.enter(lambda column, *_xcs_slice: measure(row, column), columns, (cells, head, row)) if _xcs_site_1.worthwhile() else None
                    for column in _xcs_h1 or ():
                        cells.append((head, _xcs_h1.ahead(0)))
                    else:
                        for column in (columns if _xcs_h1 is None else _xcs_h1.rest()):
                            cells.append((head, measure(row, column)))
                except:
                    _xcs_site_1.trim()
                    raise
    except:
        _xcs_site_0.trim()
        raise
    return cells
# --- left alone
