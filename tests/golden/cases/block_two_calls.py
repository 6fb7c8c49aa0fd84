def dashboard(uid):
    user = fetch_user(uid)
    orders = fetch_orders(uid)
    return render(user, orders)
# --- readable
import xcs_ast as xcs

def dashboard(uid):
    _orders = xcs.ahead(lambda: fetch_orders(uid))
    user = fetch_user(uid)
    orders = _orders()
    return render(user, orders)
# --- guarded
def dashboard(uid):
    try:
        _xcs_h0 = _xcs_site_0.block((lambda *_xcs_slice: fetch_orders(uid),), (uid,)) if _xcs_site_0.worthwhile() else None
        if _xcs_h0:
            user = fetch_user(uid)
            orders = _xcs_h0.ahead(0)
        else:
            user = fetch_user(uid)
            orders = fetch_orders(uid)
    except:
        _xcs_site_0.trim()
        raise
    return render(user, orders)
# --- left alone
