def drain(queue, send):
    sent = []
    for message in queue:
        sent.append(send(message))
    else:
        sent.append(None)
    return sent
# --- readable
import xcs_ast as xcs

def drain(queue, send):
    sent = []
    for message, ahead in xcs.run_ahead(lambda message: send(message), queue):
        sent.append(ahead())
    else:
        sent.append(None)
    return sent
# --- guarded
def drain(queue, send):
    sent = []
    try:
        _xcs_h0 = _xcs_site_0.enter(lambda message, *_xcs_slice: send(message), queue, (sent, send)) if _xcs_site_0.worthwhile() else None
        for message in _xcs_h0 or ():
            sent.append(_xcs_h0.ahead(0))
        else:
            for message in (queue if _xcs_h0 is None else _xcs_h0.rest()):
                sent.append(send(message))
            else:
                sent.append(None)
    except:
        _xcs_site_0.trim()
        raise
    return sent
# --- left alone
