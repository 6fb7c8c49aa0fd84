# ruff: noqa: E501
"""`@jit`: what comes back is the function, optimized; in any doubt it is the function."""

from __future__ import annotations

import functools
import inspect
import pickle
import sys

import pytest

import xcs_ast
from xcs_ast import cache
from xcs_ast.decorator import jit
from xcs_ast.diagnostics.notices import recorded

HEAD = "import xcs_ast\nfrom xcs_ast import jit\ndef work(x):\n    return x * 2\n"
LOOP = "    out = []\n    for x in xs:\n        out.append(work(x))\n    return out\n"


def codes():
    return {each.code for each in recorded()}


def notes(code):
    return [str(each) for each in recorded() if each.code == code]


@pytest.mark.parametrize(
    "how", ["@jit", "@jit()", "@jit(strategy='hybrid')", "@jit(strategy='auto')", "@xcs_ast.jit"]
)
def test_forms(load, optimized, how):
    module = load(f"{HEAD}{how}\ndef main(xs):\n{LOOP}")
    assert optimized(module.main)
    assert module.main([1, 2, 3]) == [2, 4, 6]


def test_sequential_strategy(load, optimized):
    module = load(f"{HEAD}@jit(strategy='sequential')\ndef main(xs):\n{LOOP}")
    assert not optimized(module.main)


def test_unknown_strategy():
    with pytest.raises(ValueError, match="auto, hybrid, sequential"):
        jit(strategy="quantum")


def test_looks_like_the_function(load, optimized):
    module = load(
        f"{HEAD}def plain(xs: list, /, a: int = 1, *args, b: str = 'x', **kw) -> list:\n    'Doc.'\n{LOOP}"
        "plain.mark = [1]\nfast = jit(plain)\n"
    )
    plain, fast = module.plain, module.fast
    assert optimized(fast)
    assert not optimized(plain)
    for name in (
        *("__name__", "__qualname__", "__doc__", "__module__", "__defaults__", "__kwdefaults__"),
        *("__annotations__", "__dict__", "__globals__", "__builtins__"),
    ):
        assert getattr(fast, name) == getattr(plain, name), name
    assert fast.mark is plain.mark
    assert inspect.signature(fast) == inspect.signature(plain)
    assert inspect.getsource(fast) == inspect.getsource(plain)
    assert fast.__code__.co_firstlineno == plain.__code__.co_firstlineno
    assert fast.__code__.co_filename == plain.__code__.co_filename
    assert fast([1]) == plain([1])


def test_pickles_by_name(load):
    module = load(f"{HEAD}@jit\ndef main(xs):\n{LOOP}")
    assert pickle.loads(pickle.dumps(module.main)) is module.main


def test_in_classes(load, optimized):
    module = load(
        f"{HEAD}class C:\n    f = 3\n"
        + "".join(
            f"    {line}\n"
            for line in (
                "@jit\n    def method(self, xs):",
                "    return [work(x) * self.f for x in xs]",
                "@jit\n    @staticmethod\n    def static(xs):",
                "    'Doc.'",
                "    return [work(x) for x in xs]",
                "@staticmethod\n    @jit\n    def static2(xs):",
                "    return [work(x) for x in xs]",
                "@jit\n    @classmethod\n    def cls(cls, xs):",
                "    return [work(x) * cls.f for x in xs]",
                "@jit\n    @property\n    def prop(self):",
                "    return [work(x) * self.f for x in [1, 2]]",
                "@jit\n    def __private(self, xs):",
                "    return [work(x) for x in xs]",
                "def call(self, xs):",
                "    return self.__private(xs)",
            )
        )
        + "class D(C):\n    @jit\n    def method(self, xs):\n        base = super().method(xs)\n"
        "        return base + [work(x) for x in xs] + [__class__]\n"
    )
    c = module.C()
    for name in ("method", "static", "static2", "cls", "_C__private"):
        assert optimized(getattr(c, name)), name
    assert optimized(module.C.prop.fget)
    assert c.method([1]) == [6]
    assert c.static([1]) == c.static2([1]) == c.call([1]) == [2]
    assert c.cls([1]) == module.C.cls([1]) == [6]
    assert c.prop == [6, 12]
    assert module.C.__dict__["static"].__doc__ == "Doc."
    assert module.D().method([1]) == [6, 2, module.D]


def test_closures_share_their_cells(load, optimized):
    module = load(
        f"{HEAD}def outer(n):\n    total = 0\n    @jit\n    def add(xs):\n        nonlocal total\n        out = []\n"
        "        for x in xs:\n            out.append(work(x) + n)\n        total += len(out)\n        return out\n"
        "    return add, lambda: total\n"
    )
    add, total = module.outer(10)
    assert optimized(add)
    assert add([1, 2]) == [12, 14]
    assert total() == 2
    other, _ = module.outer(20)
    assert other([1]) == [22]
    assert other.__code__ is add.__code__
    assert total() == 2


def test_what_closes_over_nothing_has_no_cells(load, optimized):
    module = load(
        f"{HEAD}@jit\ndef run(xs):\n    out = []\n    for x in xs:\n        out.append(work(x))\n    return out\n"
    )
    assert optimized(module.run)
    assert module.run.__closure__ is None


def test_recursion_and_globals_are_the_modules(load):
    module = load(
        f"{HEAD}@jit\ndef tree(n):\n    if n == 0:\n        return [0]\n    out = []\n    for k in [n - 1, n - 1]:\n"
        "        out.append(tree(k))\n    return out\n"
    )
    assert module.tree(2) == [[[0], [0]], [[0], [0]]]
    module.tree = lambda k: "patched"
    assert jit is xcs_ast.jit


def test_generators(load):
    module = load(
        f"{HEAD}@jit\ndef gen(xs):\n    got = []\n    for x in xs:\n        got.append(work(x))\n    yield from got\n"
    )
    assert inspect.isgeneratorfunction(module.gen)
    assert list(module.gen([1, 2])) == [2, 4]


def test_coroutines_are_returned_as_they_are(load):
    module = load(f"{HEAD}async def co(xs):\n{LOOP}async def ag(xs):\n    yield 1\n")
    assert jit(module.co) is module.co
    assert jit(module.ag) is module.ag
    assert any("asynchronous" in each for each in notes("XCS432"))


@pytest.mark.parametrize("thing", [len, int, functools.partial(len), print, dict.get])
def test_other_callables_are_returned_as_they_are(thing):
    assert jit(thing) is thing


@pytest.mark.parametrize("thing", [1, "f", object()])
def test_what_cannot_be_called(thing):
    with pytest.raises(TypeError):
        jit(thing)


def test_no_source():
    space: dict = {}
    exec("def f(xs):\n    return [str(x) for x in xs]", space)
    assert jit(space["f"]) is space["f"]
    assert any("f stays plain" in each for each in notes("XCS430"))


def test_source_has_changed(load, tmp_path):
    module = load(f"{HEAD}def changed(xs):\n{LOOP}")
    (tmp_path / "jitted.py").write_text(
        f"{HEAD}def changed(xs):\n{LOOP}".replace("append(work", "insert(0, work")
    )
    assert jit(module.changed) is module.changed
    assert any("changed stays plain" in each for each in notes("XCS431"))


def test_source_does_not_parse_any_more(load, tmp_path):
    module = load(f"{HEAD}def broken(xs):\n{LOOP}")
    (tmp_path / "jitted.py").write_text("def (\n")
    assert jit(module.broken) is module.broken


def test_another_function_of_the_file_has_changed(load, tmp_path, optimized):
    text = f"{HEAD}def main(xs):\n{LOOP}def other(x):\n    return x\n"
    module = load(text)
    (tmp_path / "jitted.py").write_text(text.replace("    return x\n", "    return -x\n"))
    fast = jit(module.main)
    assert optimized(fast)
    from xcs_ast.source.lookup import find_function

    assert find_function(module.other.__code__) is None
    assert find_function(fast.__code__) is not None


def test_no_region(load):
    module = load(f"{HEAD}def bare(xs):\n    return xs\n")
    assert jit(module.bare) is module.bare


def test_off(load):
    module = load(f"{HEAD}@xcs_ast.off\ndef main(xs):\n{LOOP}")
    assert jit(module.main) is module.main
    assert "XCS435" in codes()


def test_wrappers(load, optimized):
    module = load(
        f"{HEAD}import functools\ndef deco(f):\n    @functools.wraps(f)\n    def wrapper(*a):\n        return f(*a)\n"
        f"    return wrapper\n@jit\n@deco\ndef over(xs):\n{LOOP}@deco\n@jit\ndef under(xs):\n{LOOP}"
    )
    assert module.over([1]) == module.under([1]) == [2]
    assert not optimized(module.over)
    assert optimized(module.under.__wrapped__)
    assert any("closest" in each for each in notes("XCS433"))


def test_lambdas(load, optimized):
    module = load(f"{HEAD}one = jit(lambda xs: [work(x) for x in xs])\n")
    assert module.one([1, 2]) == [2, 4]


def test_lambdas_on_one_line(load):
    module = load(
        f"{HEAD}two = jit(lambda xs: [work(x) for x in xs]), jit(lambda xs: [work(x) + 1 for x in xs])\n"
    )
    assert [each([1, 2]) for each in module.two] == [[2, 4], [3, 5]]


def test_twice(load, optimized):
    module = load(f"{HEAD}@jit\n@jit\ndef main(xs):\n{LOOP}")
    assert optimized(module.main)
    assert jit(module.main) is module.main


def test_after_it_ran(load, optimized):
    """Running a function leaves traces in its code object, which must not count as a difference."""
    module = load(f"{HEAD}def main(xs):\n{LOOP}")
    for _ in range(2000):
        module.main([1, 2])
    assert optimized(jit(module.main))


def test_conditional_definitions(load, optimized):
    module = load(
        f"{HEAD}if True:\n    @jit\n    def main(xs):\n        return [work(x) for x in xs]\n"
        "else:\n    @jit\n    def main(xs):\n        return [work(x) + 1 for x in xs]\n"
    )
    assert module.main([1]) == [2]
    assert optimized(module.main)


def test_under_the_hook(load, optimized):
    with xcs_ast.install_import_hook("jitted"):
        module = load(f"{HEAD}@jit\ndef main(xs):\n{LOOP}")
    assert optimized(module.main)
    assert module.main([1]) == [2]


def test_shares_the_cache_with_the_hook(load, optimized, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    module = load(f"{HEAD}def main(xs):\n{LOOP}", "shared")
    assert optimized(jit(module.main))
    path = cache.cache_path(module.__file__)
    assert path is not None
    with open(path, "rb") as file:
        before = file.read()
    sys.modules.pop("shared")
    monkeypatch.setattr("xcs_ast.pipeline.compile_module", lambda *a, **k: pytest.fail("compiled again"))
    with xcs_ast.install_import_hook("shared"):
        import importlib

        again = importlib.import_module("shared")
    assert optimized(again.main)
    with open(path, "rb") as file:
        assert file.read() == before
    sys.modules.pop("shared")


def test_functions_of_this_very_module():
    """Test modules are rewritten by pytest; functions without an `assert` are as in their file."""
    fast = jit(_local_loop)
    assert fast([1, 2]) == _local_loop([1, 2])


def _local_loop(xs):
    out = []
    for x in xs:
        out.append(_twice(x))
    return out


def _twice(x):
    return 2 * x


def test_exceptions_have_the_plain_traceback(load):
    import traceback

    module = load(f"{HEAD.replace('x * 2', '1 / x')}def plain(xs):\n{LOOP}fast = jit(plain)\n")
    texts = []
    for function in (module.plain, module.fast):
        try:
            function([1, 0])
        except ZeroDivisionError as error:
            texts.append(traceback.format_exception(error)[2:])
    assert texts[0] == texts[1]
