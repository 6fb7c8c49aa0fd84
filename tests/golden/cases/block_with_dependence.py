def chain(uid):
    user = fetch_user(uid)
    orders = fetch_orders(user)
    news = fetch_news(uid)
    return user, orders, news
# --- readable
import xcs_ast as xcs

def chain(uid):
    _news = xcs.ahead(lambda: fetch_news(uid))
    user = fetch_user(uid)
    orders = fetch_orders(user)
    news = _news()
    return user, orders, news
# --- guarded
def chain(uid):
    try:
        _xcs_h0 = _xcs_site_0.block((lambda *_xcs_slice: fetch_news(uid),), (uid,)) if _xcs_site_0.worthwhile() else None
        if _xcs_h0:
            user = fetch_user(uid)
            orders = fetch_orders(user)
            news = _xcs_h0.ahead(0)
        else:
            user = fetch_user(uid)
            orders = fetch_orders(user)
            news = fetch_news(uid)
    except:
        _xcs_site_0.trim()
        raise
    return user, orders, news
# --- left alone
