"""The value goes to a name first."""


def answers(questions, ask):
    found = {}
    for question in questions:
        answer = ask(question)
        found[question] = answer
    return found
# --- readable
"""The value goes to a name first."""

import xcs_ast as xcs


def answers(questions, ask):
    found = {}
    for question, ahead in xcs.run_ahead(lambda question: ask(question), questions):
        answer = ahead()
        found[question] = answer
    return found
# --- guarded
"""The value goes to a name first."""


def answers(questions, ask):
    found = {}
    try:
        _xcs_h0 = _xcs_site_0.enter(lambda question, *_xcs_slice: ask(question), questions, (ask, found)) if _xcs_site_0.worthwhile() else None
        for question in _xcs_h0 or ():
            answer = _xcs_h0.ahead(0)
            found[question] = answer
        else:
            for question in (questions if _xcs_h0 is None else _xcs_h0.rest()):
                answer = ask(question)
                found[question] = answer
    except:
        _xcs_site_0.trim()
        raise
    return found
# --- left alone
