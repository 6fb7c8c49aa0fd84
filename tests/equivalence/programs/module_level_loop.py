# ruff: noqa
"""A loop at module level: its variable is a global that callees can read."""

from xcs_ast.testing import probe


def shout(x):
    probe.call(x)
    return x.upper()


def look():
    return url


results = []
for name in ["a", "b"]:
    results.append(shout(name))

seen = []
for url in ["u1", "u2", "u3"]:
    seen.append(look())

table = {n: shout(n) for n in ["x", "y"]}
first = shout("p")
second = shout("q")

total = 0


def add(n):
    global total
    total += n
    return total


sums = []
for n in range(4):
    sums.append(add(n))

print(results, seen, table, sums, name, url, n)
