def one_works(services):
    return any(ping(service) for service in services)
# --- readable
# --- guarded
# --- left alone
# case.py:2:15: XCS101 `any` may stop half-way (collect the results first, and search them in a second loop)
