def first_good(models, prompt):
    for model in models:
        reply = model(prompt)
        if reply.good:
            break
    return reply
# --- readable
# --- guarded
# --- left alone
# case.py:2:5: XCS101 the loop can be left early, by `break` (collect the results first, and search them in a second loop)
