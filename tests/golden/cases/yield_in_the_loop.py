def stream(urls):
    for url in urls:
        yield fetch(url)
# --- readable
# --- guarded
# --- left alone
# case.py:2:5: XCS101 the loop can be left early, by `yield` (collect the results first, and search them in a second loop)
