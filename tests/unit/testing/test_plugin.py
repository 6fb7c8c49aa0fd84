"""The pytest plugin, on small projects, in processes of their own."""

from __future__ import annotations

import re

import pytest

BOOM = "def boom(x):\n    raise ValueError(x)\n\ndef all(xs):\n    return [boom(x) for x in xs]\n"


def test_without_an_option_nothing_is_loaded(project):
    project.write(
        {
            "test_shop.py": "import sys\n\n"
            "def test_nothing():\n"
            "    ours = sorted(name for name in sys.modules if name.startswith('xcs_ast'))\n"
            "    own = ['xcs_ast', 'xcs_ast._version', 'xcs_ast.testing', 'xcs_ast.testing.plugin']\n"
            "    assert ours == own\n"
            "    assert not any('xcs' in type(each).__module__ for each in sys.meta_path)\n"
        }
    )
    ended = project.pytest()
    assert ended.counts() == {"passed": 1}, ended.out
    assert "xcs:" not in ended.out


def test_without_an_option_it_costs_next_to_nothing(project):
    project.write(
        {
            "cost.py": "import sys\nimport pytest, typing, argparse, collections.abc\n"
            "before = set(sys.modules)\nimport xcs_ast.testing.plugin\n"
            "print(*sorted(set(sys.modules) - before))\n"
        }
    )
    own = "xcs_ast xcs_ast._version xcs_ast.testing xcs_ast.testing.plugin"
    assert project.python("cost.py").out.strip() == own, "it loads more than itself"


def test_typeguard_still_sees_this_package(project):
    pytest.importorskip("typeguard")
    project.write(
        {
            "test_shop.py": "import pytest\nfrom typeguard import TypeCheckError\n\n"
            "def test_it(xcs):\n"
            "    from xcs_ast import config\n"
            "    from xcs_ast.testing import regions\n"
            "    for wrong in (lambda: config.find_file(3), lambda: regions.summary(3)):\n"
            "        with pytest.raises(TypeCheckError):\n"
            "            wrong()\n"
        }
    )
    strict = ("-W", "error::typeguard.InstrumentationWarning", "-W", "error")
    ended = project.pytest("--typeguard-packages=xcs_ast", *strict)
    assert ended.counts() == {"passed": 1}, ended.out
    project.write({"pytest.ini": "[pytest]\ntypeguard-packages =\n    xcs_ast\n"})
    ended = project.pytest(*strict)
    assert ended.counts() == {"passed": 1}, ended.out


def test_other_hooks_beside_this_one(project):
    pytest.importorskip("typeguard")
    project.write(
        {
            "shop/typed.py": "def one(x: int) -> int:\n    return x * 2\n\n"
            "def double(xs: list[int]) -> list[int]:\n    return [one(x) for x in xs]\n",
            "test_shop.py": "import pytest\nfrom typeguard import TypeCheckError\n"
            "from shop.typed import double\n\n"
            "@pytest.mark.xcs(eager=True)\ndef test_it(xcs):\n"
            "    assert double([1, 2, 3]) == [2, 4, 6]\n    assert xcs.regions()\n"
            "    with pytest.raises(TypeCheckError):\n        double(3)\n",
        }
    )
    ended = project.pytest("--xcs", "shop", "--typeguard-packages=shop")
    assert ended.counts() == {"passed": 1}, ended.out
    assert "2 modules optimized" in ended.out


def test_package_is_optimized(project):
    ended = project.pytest("--xcs", "shop")
    assert ended.counts() == {"passed": 2}, ended.out
    assert ended.line("xcs: optimizing") == "xcs: optimizing shop"
    # How many of the tasks a worker gets to before their consumer does is a matter of luck.
    assert re.fullmatch(
        r"xcs: 2 modules optimized, 2 regions, 2 entered, [1-3] tasks? ran ahead", ended.line("xcs: 2")
    )


@pytest.mark.parametrize(
    "words", [["--xcs", "shop,other"], ["--xcs=shop", "--xcs=other"], ["--xcs", "shop.*,o*"]]
)
def test_several_packages(project, words):
    project.write({"other/__init__.py": BOOM, "test_other.py": "import other\n\ndef test_it():\n    pass\n"})
    ended = project.pytest(*words)
    assert ended.counts() == {"passed": 3}, ended.out
    assert "modules optimized, 3 regions" in ended.out


def test_report(project):
    ended = project.pytest("--xcs", "shop", "--xcs-report")
    assert ended.counts() == {"passed": 2}
    head, proven, serial = (
        ended.line(start).split() for start in ("region ", "shop/pricing.py:9", "shop/pricing.py:23")
    )
    assert head == ["region", "verdict", "entered", "ahead", "saved", "why"]
    assert proven[1:3] == ["PROVEN", "1"]
    assert proven[3] in ("1", "2", "3")  # the consumer takes what no worker has begun
    assert serial[1:4] == ["SERIAL", "1", "0"]
    assert serial[5] == "XCS252"


@pytest.mark.full
def test_several_workers(project):
    project.write({f"test_{n}.py": "from test_shop import *\n" for n in range(3)})
    ended = project.pytest("--xcs", "shop", "--xcs-report", "--xcs-eager", "-n", "2")
    assert ended.counts() == {"passed": 8}, ended.out
    assert ended.line("shop/pricing.py:9").split()[1:4] == ["PROVEN", "4", "16"]
    # How many recorded tasks came true depends on when they ran.
    assert ended.line("xcs: 2 ").startswith("xcs: 2 modules optimized, 2 regions, 2 entered, ")


@pytest.mark.parametrize("mode", ["prepend", "append", "importlib"])
def test_import_modes_and_rewritten_assertions(project, mode):
    project.write(
        {
            "shop/tests/__init__.py": "",
            "shop/tests/test_inside.py": "from ..pricing import total\n\n"
            "def test_inside():\n    assert total([1, 2, 3]) == 12\n\n"
            "def test_told():\n    wanted = 13\n    assert total([1, 2, 3]) == wanted\n",
        }
    )
    path = f"{project.environment()['PYTHONPATH']}:."
    ended = project.pytest("--xcs", "shop", "--xcs-report", "--import-mode", mode, PYTHONPATH=path)
    assert ended.counts() == {"passed": 3, "failed": 1}, ended.out
    assert "assert 12 == 13" in ended.out
    assert "where 12 = total([1, 2, 3])" in ended.out
    assert "optimized, 2 regions, 2 entered" in ended.out
    assert "AssertionRewritingHook" not in ended.out
    past = "note: shop was imported past the import hook (by pytest itself) and stays plain"
    assert (past in ended.out) == (mode == "importlib")


@pytest.mark.full
def test_package_imported_by_a_conftest(project):
    project.write({"conftest.py": "import shop.pricing\n"})
    ended = project.pytest("--xcs", "shop")
    assert "2 modules optimized" in ended.out


def test_imported_before_the_hook(project):
    project.write({"early.py": "import shop.pricing\n"})
    path = f"{project.environment()['PYTHONPATH']}:{project.path}"
    ended = project.pytest("--xcs", "shop", "-p", "early", PYTHONPATH=path)
    assert ended.status == 4
    assert ended.line("ERROR: ").startswith(
        "ERROR: --xcs shop: shop was imported before the import hook could be installed, so it would run "
        "as plain Python (the plugin early uses it). Import it from a conftest.py"
    )
    assert project.pytest("--xcs", "shop.other", "-p", "early", PYTHONPATH=path).status == 0
    assert project.pytest("-p", "early", PYTHONPATH=path).status == 0


def test_name_that_nothing_has(project):
    ended = project.pytest("--xcs", "shap,shop")
    assert ended.status == 0
    assert ended.line("xcs: nothing was") == (
        "xcs: nothing was imported by the name shap, so nothing of it was optimized"
    )


def test_package_that_pytest_rewrites(project):
    project.write({"conftest.py": "import pytest\npytest.register_assert_rewrite('shop')\n"})
    ended = project.pytest("--xcs", "shop")
    assert ended.counts() == {"passed": 2}
    assert ended.line("xcs: nothing of shop was optimized: ").endswith(
        "is loaded by AssertionRewritingHook and stays plain"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--xcs", "my-shop"], "--xcs: 'my-shop' is not the name of a package or module"),
        (["--xcs", "shop,"], "--xcs: '' is not the name of a package or module: it is empty"),
        (["--xcs", "./shop"], "--xcs: './shop' is not the name"),
        (["--xcs", "xcs_ast"], "--xcs: xcs_ast does not optimize itself"),
        (["--xcs-verify"], "--xcs-verify: name the packages to optimize with --xcs PKG"),
        (["--xcs-schedule", "fast"], "--xcs-schedule: there is no 'fast'; there are quick, all, "),
        (["--xcs", "shop", "--xcs-schedule", "quick"], "--xcs-schedule: one at a time, or with --xcs-verify"),
    ],
)
def test_misuse(project, words, message):
    ended = project.pytest(*words)
    assert ended.status == 4
    assert ended.line("ERROR: ").startswith(f"ERROR: {message}")


def test_wrong_configuration(project):
    ended = project.pytest("--xcs", "shop", XCS_AST_WORKERS="many")
    assert ended.status == 4
    assert "XCS_AST_WORKERS: XCS402" in ended.line("ERROR: ")


MARKED = """\
import pytest
from shop.pricing import total

@pytest.mark.xcs(off=True)
def test_off(xcs):
    assert total([1, 2, 3]) == 12
    assert xcs.tasks_ahead == 0
    [region] = xcs.regions()
    assert region.verdict == "SERIAL"
    assert "XCS306" in region.reasons[0]
    for _ in range(5):
        total([1, 2, 3])

def test_after(xcs):
    assert total([1, 2, 3]) == 12
    assert 1 <= xcs.tasks_ahead <= 2
    [region] = xcs.regions()
    assert (region.verdict, region.entered, region.line) == ("PROVEN", 1, 9)

@pytest.mark.xcs(eager=True)
class TestEager:
    def test_eager(self, xcs):
        import shop.cheap
        assert shop.cheap.double([1, 2, 3]) == [2, 4, 6]
        assert xcs.tasks_ahead == 3

    @pytest.mark.xcs(eager=False)
    def test_closest(self, xcs):
        import shop.cheap
        assert shop.cheap.double([1, 2, 3]) == [2, 4, 6]
        assert xcs.tasks_ahead == 0

def test_by_hand(xcs):
    import shop.cheap
    assert shop.cheap.double([1, 2, 3]) == [2, 4, 6]
    assert xcs.tasks_ahead == 0
    with xcs.eager():
        shop.cheap.double([1, 2, 3])
    assert xcs.tasks_ahead == 3
    shop.cheap.double([1, 2, 3])
    assert xcs.tasks_ahead == 3
    xcs.assert_equivalent(shop.cheap.double, max_examples=5)
"""
CHEAP = "def one(x):\n    return x * 2\n\ndef double(xs: list[int]):\n    return [one(x) for x in xs]\n"


def test_marker_and_fixture(project):
    project.write({"test_shop.py": MARKED, "shop/cheap.py": CHEAP})
    ended = project.pytest("--xcs", "shop", "--strict-markers", "-W", "error")
    assert ended.counts() == {"passed": 5}, ended.out


def test_fixture_without_the_option(project):
    project.write(
        {
            "test_shop.py": "from shop.pricing import total\n\ndef test_it(xcs):\n    total([1, 2])\n"
            "    assert xcs.regions() == []\n    assert xcs.tasks_ahead == 0\n"
        }
    )
    assert project.pytest("-W", "error").counts() == {"passed": 1}


@pytest.mark.parametrize(
    "mark", ["off=1", *(pytest.param(each, marks=pytest.mark.full) for each in ("fast=True", "'off'"))]
)
def test_marker_misused(project, mark):
    project.write({"test_shop.py": f"import pytest\n\n@pytest.mark.xcs({mark})\ndef test_it():\n    pass\n"})
    ended = project.pytest()
    assert ended.status == 4
    assert "@pytest.mark.xcs takes off=True or eager=True, not " in ended.out


def test_schedule(project):
    project.write({"test_shop.py": TESTED_ORDER})
    assert project.pytest("--xcs", "shop", "--xcs-schedule", "in-place").counts() == {"passed": 1}
    ended = project.pytest("--xcs", "shop", "--xcs-schedule", "reverse")
    assert ended.counts() == {"failed": 1}
    assert ended.line("xcs: optimizing") == "xcs: optimizing shop; schedule reverse"
    assert "[3, 2, 1, 0]" in ended.out


TESTED_ORDER = """\
import shop.pricing
import xcs_ast

seen = []

@xcs_ast.unordered
def price(item):
    seen.append(item)
    return item

def test_order(monkeypatch):
    monkeypatch.setattr(shop.pricing, "price", price)
    shop.pricing.total([0, 1, 2, 3])
    assert seen == sorted(seen)
"""
