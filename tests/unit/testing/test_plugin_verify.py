"""`--xcs-verify`: the tests again, plainly and under schedules."""

from __future__ import annotations

import pytest

LIAR = """\
import xcs_ast

seen = []

@xcs_ast.unordered
def note(item):
    seen.append(item)
    return len(seen)

def numbered(items):
    return [note(item) for item in items]
"""
TESTS = """\
import shop.liar

def test_numbered():
    shop.liar.seen.clear()
    assert shop.liar.numbered([5, 6, 7, 8]) == [1, 2, 3, 4]

def test_seen():
    shop.liar.seen.clear()
    shop.liar.numbered([5, 6, 7, 8])
    print(shop.liar.seen)

def test_nothing():
    pass
"""


def test_same(project):
    ended = project.pytest("--xcs", "shop", "--xcs-verify")
    assert ended.counts() == {"passed": 2}, ended.out
    assert ended.line("xcs: verified") == (
        "xcs: verified: 2 tests have the same outcome and output plainly and optimized"
    )
    assert ended.line("xcs: optimizing") == "xcs: optimizing shop; schedule checked"


def test_failures_are_compared_too(project):
    project.write(
        {
            "test_more.py": "import pytest\nfrom shop.pricing import total\n\n"
            "def test_wrong(tmp_path):\n    print(tmp_path, object())\n    assert total([1, 2]) == 5\n\n"
            "@pytest.mark.xfail\ndef test_expected():\n    assert total([1, 2]) == 5\n\n"
            "@pytest.mark.skip(reason='later')\ndef test_later():\n    pass\n\n"
            "@pytest.fixture\ndef broken():\n    raise OSError\n\ndef test_error(broken):\n    pass\n"
        }
    )
    ended = project.pytest("--xcs", "shop", "--xcs-verify")
    assert ended.status == 1
    assert "xcs: verified: 6 tests have the same outcome" in ended.out


@pytest.mark.parametrize("words", [[], pytest.param(["-n", "2"], marks=pytest.mark.full)])
def test_difference(project, words):
    project.write({"shop/liar.py": LIAR, "test_shop.py": TESTS})
    ended = project.pytest("--xcs", "shop", "--xcs-verify", "--xcs-schedule", "reverse", *words)
    assert ended.status == 1, ended.out
    told = ended.out.partition("different from plain Python")[2]
    assert "test_shop.py::test_numbered (schedule reverse)" in told
    assert "call, plain: passed" in told
    assert "call, optimized: failed (" in told
    assert "test_shop.py::test_seen (schedule reverse)" in told
    assert "[8, 7, 6, 5]" in told
    assert "test_nothing" not in told
    assert "verified" not in told


@pytest.mark.full
def test_every_quick_schedule(project):
    ended = project.pytest(
        "--xcs", "shop", "--xcs-verify", "--xcs-schedule", "quick", "test_shop.py::test_total"
    )
    assert ended.line("xcs: verified") == (
        "xcs: verified: 1 test has the same outcome and output plainly and optimized, "
        "also under the schedules ahead, in-place, reverse and checked"
    )


@pytest.mark.full
def test_unstable_tests_are_no_difference(project):
    project.write(
        {
            "test_shop.py": "import os\nfrom shop.pricing import total\n\n"
            "def test_id():\n    print(os.urandom(8))\n\n"
            "def test_total():\n    assert total([1, 2, 3]) == 12\n"
        }
    )
    ended = project.pytest("--xcs", "shop", "--xcs-verify")
    assert ended.status == 0
    assert ended.line("xcs: cannot be compared") == (
        "xcs: cannot be compared, as two plain runs of it differ: test_shop.py::test_id"
    )
    assert "xcs: verified: 1 test has" in ended.out


@pytest.mark.full
def test_picked_tests_in_their_order(project):
    project.write(
        {
            "conftest.py": "def pytest_collection_modifyitems(items):\n    items.reverse()\n",
            "test_order.py": "import shop.pricing\n\nran = []\n\ndef test_one():\n    ran.append(1)\n\n"
            "def test_two():\n    ran.append(2)\n    print(ran)\n\ndef test_three():\n    assert 0\n",
        }
    )
    ended = project.pytest("--xcs", "shop", "--xcs-verify", "test_order.py", "-k", "not three")
    assert ended.counts()["passed"] == 2, ended.out
    assert "xcs: verified: 2 tests" in ended.out


def test_run_that_fails(project):
    project.write(
        {"conftest.py": "import os\n\nif os.environ.get('XCS_AST_ENABLED') == '0':\n    os._exit(7)\n"}
    )
    ended = project.pytest("--xcs", "shop", "--xcs-verify")
    assert ended.status == 1
    assert "xcs: not verified: the plain run ended with status 7: " in ended.out


def test_session_cut_short(project):
    project.write({"test_shop.py": "def test_it():\n    raise KeyboardInterrupt\n"})
    ended = project.pytest("--xcs", "shop", "--xcs-verify")
    assert ended.status == 2
    assert "xcs: not verified: " in ended.out


@pytest.mark.full
def test_basetemp_of_its_own(project):
    project.write({"test_shop.py": "import shop.pricing\n\ndef test_it(tmp_path):\n    print(tmp_path)\n"})
    ended = project.pytest("--xcs", "shop", "--xcs-verify", "--basetemp", "base")
    assert "xcs: verified: 1 test" in ended.out, ended.out
    assert (project.path / "base").exists()
