def prices(stock):
    total = 0
    for name, count in stock.items():
        total += price(name) * count
    return total
# --- readable
import xcs_ast as xcs

def prices(stock):
    total = 0

    def for_each(item):
        name, count = item
        return price(name) * count

    for (name, count), ahead in xcs.run_ahead(for_each, stock.items()):
        total += ahead()
    return total
# --- guarded
def prices(stock):
    total = 0
    try:
        if _xcs_site_0.worthwhile():
            def _xcs_slice_0(_xcs_item):
                name, count = _xcs_item
                return price(name) * count
            _xcs_h0 = _xcs_site_0.enter(_xcs_slice_0, stock.items(), (total,))
        else:
            _xcs_h0 = None
        for name, count in _xcs_h0 or ():
            total += _xcs_h0.ahead(0)
        else:
            for name, count in (stock.items() if _xcs_h0 is None else _xcs_h0.rest()):
                total += price(name) * count
    except:
        _xcs_site_0.trim()
        raise
    return total
# --- left alone
