"""What is read before the first region is what the program is likely to need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import xcs_ast

ROOT = Path(xcs_ast.__file__).parents[1]

MODELS = """\
import sys

before = set(sys.modules)  # with -c, Python may have loaded some itself
from xcs_ast.effects.catalog import default
from xcs_ast.verifier import warming

def read():
    return sorted(name for name, there in default._files.items() if there)

loaded = set(sys.modules) - before
print(read(), sorted(loaded & {"urllib.request", "http.client", "typing", "ast", "linecache"}))
warming.read_models(["json", "x", "urllib.request"])
print(read())
print(default._classes["http.client.HTTPResponse"]._entries.keys() >= {"read", "getcode"})
warming.read_models(["json"])
"""


def test_models_are_read_of_what_is_imported(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-c", MODELS],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,  # no options are found there
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    first, second, entries = done.stdout.splitlines()
    assert first == "['builtins', 'time'] []"
    assert second == "['builtins', 'http.client', 'json', 'time', 'urllib.parse', 'urllib.request']"
    assert entries == "True"


HURRY = """\
import sys
from xcs_ast import activation
from xcs_ast.verifier import warming

calls = []
warming.warm_up_more = lambda: calls.append("again")
if sys.argv[1:]:
    activation.hurry()
activation.preload(recorder=True)
activation.preload(recorder=True)
print(calls)
"""


@pytest.mark.parametrize(("arguments", "calls"), [([], ["again"]), (["hurry"], [])])
def test_once_more_unless_somebody_waits_for_the_program_to_start(
    arguments: list[str], calls: list[str], tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HURRY, *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.strip() == str(calls)
