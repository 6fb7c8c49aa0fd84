def f(flag, xs):
    if flag:
        key = 1
    return [g(x, key) for x in xs]
# --- readable
# --- guarded
# --- left alone
# case.py:4:12: XCS106 a variable that the call needs may have no value when the loop starts (give the variable a value on every path before the loop)
