for doc in docs:
    if len(doc) < limit(doc):
        continue
    print(classify(doc), rate(doc))
# --- readable
import xcs_ast as xcs

def for_each_doc(doc):
    condition = bool(len(doc) < limit(doc))
    yield condition
    if condition:
        return
    yield classify(doc)
    yield rate(doc)

for doc, ahead in xcs.run_ahead(for_each_doc, docs):
    if ahead.condition():
        continue
    print(ahead.classify(), ahead.rate())
# --- guarded
try:
    _xcs_site_0.enter_module(lambda doc, *_xcs_slice: ((yield (0, (_xcs_c0 := (not not len(doc) < limit(doc))))), () if _xcs_c0 else ((yield (1, classify(doc))), (yield (2, rate(doc))))), docs)
    for doc in _xcs_site_0:
        if _xcs_site_0.ahead(0):
            continue
        print(_xcs_site_0.ahead(1), _xcs_site_0.ahead(2))
    else:
        for doc in _xcs_site_0.rest():
            if len(doc) < limit(doc):
                continue
            try:
                if _xcs_site_1.worthwhile() and _xcs_site_1.block_module((lambda *_xcs_slice: rate(doc),)):
                    print(classify(doc), _xcs_site_1.ahead(0))
                else:
                    print(classify(doc), rate(doc))
            except:
                _xcs_site_1.trim()
                raise
except:
    _xcs_site_0.trim()
    raise
# --- left alone
