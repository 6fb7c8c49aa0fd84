def route(tickets):
    replies = []
    for ticket in tickets:
        # Urgent ones take the other way.
        if is_urgent(ticket):
            replies.append(escalate(ticket))
        else:
            replies.append(answer(ticket))
    return replies
# --- readable
import xcs_ast as xcs

def route(tickets):
    replies = []

    def for_each_ticket(ticket):
        condition = bool(is_urgent(ticket))
        yield condition
        if condition:
            yield escalate(ticket)
        else:
            yield answer(ticket)

    for ticket, ahead in xcs.run_ahead(for_each_ticket, tickets):
        # Urgent ones take the other way.
        if ahead.condition():
            replies.append(ahead.escalate())
        else:
            replies.append(ahead.answer())
    return replies
# --- guarded
def route(tickets):
    replies = []
    try:
        if _xcs_site_0.worthwhile():
            def _xcs_slice_0(ticket):
                _xcs_c0 = not not (is_urgent(ticket))
                yield 0, _xcs_c0
                if _xcs_c0:
                    yield 1, escalate(ticket)
                else:
                    yield 2, answer(ticket)
            _xcs_h0 = _xcs_site_0.enter(_xcs_slice_0, tickets, (replies,))
        else:
            _xcs_h0 = None
        for ticket in _xcs_h0 or ():
            # Urgent ones take the other way.
            if _xcs_h0.ahead(0):
                replies.append(_xcs_h0.ahead(1))
            else:
                replies.append(_xcs_h0.ahead(2))
        else:
            for ticket in (tickets if _xcs_h0 is None else _xcs_h0.rest()):
                # Urgent ones take the other way.
                if is_urgent(ticket):
                    replies.append(escalate(ticket))
                else:
                    replies.append(answer(ticket))
    except:
        _xcs_site_0.trim()
        raise
    return replies
# --- left alone
