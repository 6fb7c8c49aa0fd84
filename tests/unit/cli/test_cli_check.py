"""`check`: a function on generated inputs, and generated programs."""

from __future__ import annotations

import re

import pytest

SHOP = """\
import itertools
from xcs_ast import jit

def price(x: int) -> int:
    if x > 1000:
        raise ValueError(x)
    return x * 2

def total(items: list[int]) -> int:
    out = []
    for item in items:
        out.append(price(item))
    return sum(out)

@jit
def marked(items: list[int]) -> list[int]:
    return [price(item) for item in items]

class Model:
    def __init__(self, bias: int) -> None:
        self.bias = bias

    def __call__(self, x: int) -> int:
        return x + self.bias

    def all(self, xs: list[int]) -> list[int]:
        return [self(x) for x in xs]

    @staticmethod
    def fixed(xs: list[int]) -> list[int]:
        return [price(x) for x in xs]

def unstable(items: list[int]) -> object:
    import uuid
    return uuid.uuid4().hex

def unhinted(items):
    return [price(item) for item in items]

def odd(items: list["Nothing"]) -> list[int]:
    return [price(item) for item in items]

def early(items: list[int]) -> int:
    for item in items:
        if price(item):
            return item
    return 0

counted = []

def count(x: int) -> int:
    counted.append(x)
    return len(counted)

def carried(items: list[int]) -> list[int]:
    out = []
    for item in items:
        out.append(count(item))
    return out

number = 3
"""


@pytest.fixture
def shop(box):
    box.write({"shop/__init__.py": "", "shop/pricing.py": SHOP, "my-shop.py": SHOP, "loose.py": SHOP})
    return box


def run(box, *words):
    ended = box.xcs("check", *words)
    return ended.status, ended.out.decode(), ended.err.decode()


@pytest.mark.parametrize(
    "target",
    [
        "shop.pricing:total",
        pytest.param("shop/pricing.py:total", marks=pytest.mark.full),
        pytest.param("./loose.py:total", marks=pytest.mark.full),
        "my-shop.py:total",
        "shop.pricing:marked",
    ],
)
def test_same(shop, target):
    status, out, _ = run(shop, target, "--examples", "8")  # on stderr there may be a line of progress
    assert status == 0
    assert "inputs     8" in out
    assert "of them raise" in out
    assert "regions    1 entered, 1 ran ahead" in out
    assert "PROVEN" in out
    assert out.endswith("result     the same\n")


def test_same_twice(shop):
    words = ("shop.pricing:total", "--examples", "20", "--seed", "7")
    one, two = (run(shop, *words)[1].splitlines() for _ in range(2))
    assert one[1] == two[1]
    assert "seed 7" in one[1]


@pytest.mark.parametrize("name", ["Model.all", "Model.fixed"])
def test_methods(shop, name):
    status, out, _ = run(shop, f"shop.pricing:{name}", "--examples", "8")
    assert status == 0
    assert "1 ran ahead" in out


def test_carried_state_is_speculative(shop):
    status, out, _ = run(shop, "shop.pricing:carried", "--examples", "8")
    assert status == 0
    assert "SPECULATIVE" in out


def test_no_region(shop):
    status, out, _ = run(shop, "shop.pricing:early", "--examples", "5")
    assert status == 0
    assert "none: plain Python either way" in out
    assert "XCS101" in out


def test_every_schedule(shop):
    status, out, _ = run(shop, "shop.pricing:total", "--examples", "5", "--schedules", "all")
    assert status == 0
    assert "delay-one, 2" in out


def test_nondeterministic(shop):
    status, out, _ = run(shop, "shop.pricing:unstable", "--examples", "5")
    assert status == 2
    assert "not deterministic" in out
    assert "the second time" in out


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (
            "shop.pricing:unhinted",
            "no inputs can be made: unhinted: give a type hint for the parameter 'items'",
        ),
        ("shop.pricing:odd", "no inputs can be made: odd: give a type hint"),
        ("shop.pricing:totl", "there is no 'totl' in shop.pricing; did you mean 'total'?"),
        ("shop.pricing:Model", "Model is a class: name a function"),
        ("shop.pricing:number", "number is no function: name a function"),
        (
            "shop.prices:total",
            "shop.prices cannot be imported: ModuleNotFoundError: No module named 'shop.prices'",
        ),
        ("nowhere.py:total", "there is no such file"),
        ("shop.pricing", "say which function: package.module:function or path/to/file.py:function"),
        ("broken.py:f", "it cannot be imported: SyntaxError: "),
        ("leaving.py:f", "it cannot be imported: SystemExit: 3"),
    ],
)
def test_could_not_be_tried(shop, target, message):
    shop.write({"broken.py": "def f(:\n", "leaving.py": "raise SystemExit(3)\n"})
    status, out, err = run(shop, target)
    assert (status, out) == (2, "")
    assert err.startswith(f"{target}: {message}")
    assert err.count("\n") == 1


def test_misused(shop):
    wrong = (("a:b", "--generate", "3"), ("a:b", "--examples", "0"), ("a:b", "--schedules", "each"))
    for words in ((), *wrong):
        status, out, err = run(shop, *words)
        assert (status, out) == (2, "")
        assert "error: " in err


PLANTED = """\
import sys
from xcs_ast.cli import main
from xcs_ast.testing.campaign import everything_is_proven

with everything_is_proven():
    status = main(sys.argv[1:])
sys.exit(status)
"""


@pytest.mark.parametrize(
    "target",
    [
        "shop.pricing:carried",
        pytest.param("shop/pricing.py:carried", marks=pytest.mark.full),
        "my-shop.py:carried",
    ],
)
def test_difference(shop, target):
    shop.write({"planted.py": PLANTED})
    ended = shop.python("planted.py", "check", target, "--save", "shows.py")
    out = ended.out.decode()
    assert ended.status == 1
    assert "DIFFERENT from plain Python" in out
    assert "The script shows.py shows it." in out
    # The smallest: two items of which at least one makes a difference.
    assert "[0, 1]" in out or "[0, 0]" in out
    assert shop.python("shows.py").status == 0  # it was the planted defect that made it differ
    shows = (shop.path / "shows.py").read_text()
    planted = "from xcs_ast.testing.campaign import everything_is_proven\ndefect = everything_is_proven()\n"
    shop.write({"shows.py": f"{planted}defect.__enter__()\n{shows}"})
    again = shop.python("shows.py")
    assert again.status == 1
    assert b"NotEquivalent" in again.err


def test_difference_is_printed(shop):
    shop.write({"planted.py": PLANTED})
    out = shop.python("planted.py", "check", "shop.pricing:carried").out.decode()
    _, _, script = out.partition("This script shows it:\n")
    compile(script, "script", "exec")
    assert "check_call(function" in script


def test_generated_programs(box):
    status, out, _ = run(box, "--generate", "6", "--seed", "5")
    assert status == 0
    assert out.startswith("check --generate: 6 programs, ")
    assert "0 programs that differ" in out
    assert "seeds      5 and following" in out


def test_generated_programs_take_turns_in_several_processes(box):
    words = ("--generate", "5", "--seed", "5", "--schedules", "turns")
    status, out, _ = run(box, *words)
    assert status == 0
    assert out.startswith("check --generate: 5 programs, ")
    again, other, _ = run(box, *words, "--jobs", "2")
    assert again == 0
    # How many tasks run ahead is up to the machine; which programs are tried, and what is found, is not.
    ahead = re.compile(r"\d+ \(\d+%\) with tasks ahead, \d+ tasks ahead")
    assert ahead.sub("", other).splitlines()[:2] == ahead.sub("", out).splitlines()[:2]


@pytest.mark.full
def test_generated_programs_for_a_time(box):
    status, out, _ = run(box, "--generate", "100000", "--minutes", "0.02")
    assert status == 0
    assert 0 < int(out.split()[2]) < 100000


def test_generated_program_that_differs(box):
    box.write({"planted.py": PLANTED})
    ended = box.python("planted.py", "check", "--generate", "2", "--seed", "13")
    out = ended.out.decode()
    assert ended.status == 1
    assert "DIFFERENT  seed" in out
    _, _, program = out.partition("The smallest program that differs:\n")
    compile(program, "program", "exec")
    assert len(program.splitlines()) < 60
