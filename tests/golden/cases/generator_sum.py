def cost(jobs):
    return sum(price(job) for job in jobs)
# --- readable
import xcs_ast as xcs

def cost(jobs):
    return sum(ahead() for job, ahead in xcs.run_ahead(lambda job: price(job), jobs))
# --- guarded
def cost(jobs):
    try:
        return sum(((_xcs_h0.ahead(0) for job in _xcs_h0) if (_xcs_h0 := _xcs_site_0.enter(lambda job, *_xcs_slice_genexpr: price(job), jobs, ()) if _xcs_site_0.worthwhile() else None) else (price(job) for job in (jobs if _xcs_h0 is None else _xcs_h0.rest()))))
    except:
        _xcs_site_0.trim()
        raise
# --- left alone
