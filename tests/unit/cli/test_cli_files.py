"""Inputs that cannot be handled, and the files that a directory stands for."""

from __future__ import annotations

import json
import os

import pytest

LOOP = "def f(fetch, xs):\n    out = []\n    for x in xs:\n        out.append(fetch(x))\n    return out\n"
PLAIN = "def f(x):\n    return x\n"

BAD = {
    "missing": ("nothing.py", None, "nothing.py: XCS440 no such file or directory"),
    "not decodable": ("a.py", b"x = '\xe9'\n", "a.py: XCS442 cannot be decoded: "),
    "unknown encoding": (
        "a.py",
        b"# coding: nope\n",
        "a.py: XCS442 cannot be decoded: unknown encoding: nope",
    ),
    "wrong encoding": ("a.py", b"# coding: utf-8\nx = '\xff'\n", "a.py: XCS442 cannot be decoded: "),
    "not parseable": ("a.py", b"x = 1\ny = 1 2\n", "a.py:2:7: XCS443 cannot be parsed: invalid syntax"),
    "null bytes": (
        "a.py",
        b"x = 1\0\n",
        "XCS443 cannot be parsed: source code string cannot contain null bytes",
    ),
    "too deep": (
        "a.py",
        b"(" * 400 + b")" * 400 + b"\n",
        "XCS443 cannot be parsed: too many nested parentheses",
    ),
    "empty directory": ("empty/x.txt", b"", "empty: XCS441 no python files"),
}


@pytest.mark.parametrize("command", ["rewrite", "explain"])
@pytest.mark.parametrize("name", BAD)
def test_one_clear_line_and_the_rest_goes_on(box, command, name):
    path, content, message = BAD[name]
    if content is not None:
        box.write({path: content})
    box.write({"good.py": LOOP})
    ended = box.xcs(command, path.partition("/")[0], "good.py")
    assert ended.status == 2
    [line] = ended.err.decode().splitlines()
    assert message.lower() in line.lower()
    assert b"good.py" in ended.out


def test_unreadable_file(box):
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    box.write({"a.py": PLAIN})
    (box.path / "a.py").chmod(0)
    ended = box.xcs("explain", "a.py")
    assert (ended.status, ended.err) == (2, b"a.py: XCS440 cannot be read: Permission denied\n")


def test_directories_are_walked(box):
    kept = ("d/a.py", "d/b/c.pyw", "d/venvlike/x.py")
    skipped = ("d/.hidden/x.py", "d/__pycache__/x.py", "d/myenv/x.py", "d/a.txt", "d/v/site-packages/x.py")
    box.write({name: LOOP for name in (*kept, *skipped)} | {"d/myenv/pyvenv.cfg": ""})
    ended = box.xcs("explain", "d", "d/a.py", "--format", "json")
    assert ended.status == 0
    assert sorted(each["path"] for each in json.loads(ended.out)["files"]) == sorted(kept)


def test_commands_misused(box):
    assert box.xcs().status == 2
    assert box.xcs("nonsense").status == 2
    assert box.xcs("rewrite").status == 2
    assert box.xcs("rewrite", "--diff", "--check", "x.py").status == 2
    assert box.xcs("explain", "--format", "xml", "x.py").status == 2
    assert box.xcs("run").status == 2
    assert box.xcs("run", "--nonsense", "x.py").status == 2
    assert box.xcs("run", "-m").status == 2
    assert box.xcs("run", "-").status == 2


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["run", "--help"], ["rewrite", "-h"], ["explain", "-h"]]
)
def test_help(box, words):
    ended = box.xcs(*words)
    assert ended.status == 0
    assert ended.out
    assert ended.err == b""


def test_output_that_nobody_reads(box):
    box.write({f"m{number}.py": LOOP * 50 for number in range(20)})
    assert box.shell('exec "$0" -m xcs_ast rewrite . | head -1').err == b""
