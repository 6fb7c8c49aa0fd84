def timed(jobs, clock):
    for job in jobs:
        with clock:
            run(job)
# --- readable
import xcs_ast as xcs

def timed(jobs, clock):
    for job, ahead in xcs.run_ahead(lambda job: run(job), jobs):
        with clock:
            ahead()
# --- guarded
def timed(jobs, clock):
    try:
        _xcs_h0 = _xcs_site_0.enter(lambda job, *_xcs_slice: run(job), jobs, (clock,)) if _xcs_site_0.worthwhile() else None
        for job in _xcs_h0 or ():
            with clock:
                try:
                    _xcs_h0.ahead(0)
                except:
                    _xcs_site_0.trim()
                    raise
        else:
            for job in (jobs if _xcs_h0 is None else _xcs_h0.rest()):
                with clock:
                    run(job)
    except:
        _xcs_site_0.trim()
        raise
# --- left alone
