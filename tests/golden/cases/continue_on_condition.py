def label_all(docs, out):
    for doc in docs:
        if too_short(doc):
            continue
        label = classify(doc)
        out.append((label, rate(doc, label)))
# --- readable
import xcs_ast as xcs

def label_all(docs, out):
    def for_each_doc(doc):
        condition = bool(too_short(doc))
        yield condition
        if condition:
            return
        label = classify(doc)
        yield label
        yield rate(doc, label)

    for doc, ahead in xcs.run_ahead(for_each_doc, docs):
        if ahead.condition():
            continue
        label = ahead.label()
        out.append((label, ahead.rate()))
# --- guarded
def label_all(docs, out):
    try:
        if _xcs_site_0.worthwhile():
            def _xcs_slice_0(doc):
                _xcs_c0 = not not (too_short(doc))
                yield 0, _xcs_c0
                if _xcs_c0:
                    return
                label = classify(doc)
                yield 1, label
                yield 2, rate(doc, label)
            _xcs_h0 = _xcs_site_0.enter(_xcs_slice_0, docs, (out,))
        else:
            _xcs_h0 = None
        for doc in _xcs_h0 or ():
            if _xcs_h0.ahead(0):
                continue
            label = _xcs_h0.ahead(1)
            out.append((label, _xcs_h0.ahead(2)))
        else:
            for doc in (docs if _xcs_h0 is None else _xcs_h0.rest()):
                if too_short(doc):
                    continue
                label = classify(doc)
                out.append((label, rate(doc, label)))
    except:
        _xcs_site_0.trim()
        raise
# --- left alone
