# ruff: noqa
"""A loop at module level that fails: what was bound by then stays bound."""


def half(x):
    if x % 2:
        raise ValueError(x)
    return x // 2


done = []
try:
    for item in [2, 4, 5, 6]:
        done.append(half(item))
except ValueError as error:
    kept = error
else:
    kept = None

more = []
for item in [2, 7]:
    more.append(half(item))
never = 1
