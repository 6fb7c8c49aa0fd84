class Table:
    rows = []
    for name in NAMES:
        rows.append(load(name))
# --- readable
# --- guarded
# --- left alone
# case.py:3:5: XCS104 a loop in a class body makes attributes of its names
