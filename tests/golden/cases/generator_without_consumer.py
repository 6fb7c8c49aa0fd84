def lazily(parts):
    return (render(part) for part in parts)
# --- readable
# --- guarded
# --- left alone
# case.py:2:12: XCS110 nobody knows when, or whether, it is drained (make a list of it)
