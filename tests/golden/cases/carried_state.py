def fold(model, parts):
    summary = ""
    for part in parts:
        summary = model(summary, part)
    return summary
# --- readable
# --- guarded
# --- left alone
# case.py:3:5: XCS102 no call is independent of what the loop carries from one iteration to the next (move the call out of the part that carries state)
