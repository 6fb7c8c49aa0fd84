# ruff: noqa
"""More module-level code: nesting, `else`, deletion, rebinding of the callee, a class and a loop over its instances."""


class Model:
    made = 0

    def __init__(self, bias):
        Model.made += 1
        self.bias = bias

    def __call__(self, x):
        return self.bias * x + offset


offset = 1
models = [Model(b) for b in (1, 2, 3)]
out = []
for model in models:
    out.append(model(10))
    offset += 1

for i, model in enumerate(models):
    if i == 1:
        continue
    out.append(model(i))
else:
    out.append("else")

for model in models:
    del model

for x in [1, 2, 3]:
    for y in [1, 2]:
        out.append(models[0](x * y))

callee = abs
for x in [-1, -2, -3]:
    out.append(callee(x))
    callee = str

print(out, Model.made, x, x, y, offset)
