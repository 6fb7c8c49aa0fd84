def f(box, xs):
    for box.item in xs:
        print(g(box.item))
# --- readable
# --- guarded
# --- left alone
# case.py:2:5: XCS108 the loop target is more than names (use a plain name as the loop target)
