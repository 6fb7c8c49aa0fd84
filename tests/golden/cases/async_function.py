async def f(xs):
    out = []
    for x in xs:
        out.append(await g(x))
    return out
# --- readable
# --- guarded
# --- left alone
# case.py:3:5: XCS105 it stands in a coroutine
