def relevant(docs, query):
    return [summarize(doc) for doc in docs if matches(doc, query)]
# --- readable
import xcs_ast as xcs

def relevant(docs, query):
    def for_each_doc(doc):
        condition = bool(matches(doc, query))
        yield condition
        if not condition:
            return
        yield summarize(doc)

    return [ahead.summarize() for doc, ahead in xcs.run_ahead(for_each_doc, docs) if ahead.condition()]
# --- guarded
def relevant(docs, query):
    try:
        return ([_xcs_h0.ahead(1) for doc in _xcs_h0 if _xcs_h0.ahead(0)] if (_xcs_h0 := _xcs_site_0.enter(lambda doc, *_xcs_slice_listcomp: ((yield (0, (_xcs_c0 := (not not matches(doc, query))))), ((yield (1, summarize(doc))),) if _xcs_c0 else ()), docs, (query,)) if _xcs_site_0.worthwhile() else None) else [summarize(doc) for doc in (docs if _xcs_h0 is None else _xcs_h0.rest()) if matches(doc, query)])
    except:
        _xcs_site_0.trim()
        raise
# --- left alone
