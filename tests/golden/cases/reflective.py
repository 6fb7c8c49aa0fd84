def f(xs):
    for x in xs:
        print(g(x), locals())
# --- readable
# --- guarded
# --- left alone
# case.py:2:5: XCS103 the function looks at its own names or frames (move the loop into a function of its own)
