def f(xs):
    i = 0
    out = []
    while i < len(xs):
        out.append(g(xs[i]))
        i += 1
    return out
# --- readable
# --- guarded
# --- left alone
# case.py:4:5: XCS112 a `while` loop does not tell its steps beforehand (iterate with `for`)
