import xcs_ast as xcs


def ensemble_forward(models, inputs):
    results = []
    for model, ahead in xcs.run_ahead(lambda model: model(inputs), models):
        results.append(ahead())
    return results


def several(docs):
    def work(doc):
        label = classify(doc)
        yield label
        yield rate(doc, label)

    return [(ahead.label(), ahead.rate()) for doc, ahead in xcs.run_ahead(work, docs)]


def dashboard(uid):
    _orders = xcs.ahead(lambda: fetch_orders(uid))
    user = fetch_user(uid)
    orders = _orders()
    return render(user, orders)
# --- readable
# --- guarded
# --- left alone
