def find(urls):
    for url in urls:
        page = fetch(url)
        if page:
            return page
# --- readable
# --- guarded
# --- left alone
# case.py:2:5: XCS101 the loop can be left early, by `return` (collect the results first, and search them in a second loop)
