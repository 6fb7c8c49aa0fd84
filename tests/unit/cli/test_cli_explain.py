"""`explain`, `doctor`, and the report of `run`."""

from __future__ import annotations

import json
import os
import re

import pytest

from tests.unit.cli.conftest import ROOT

TEXT = """\
def f(fetch, xs):
    out = []
    for x in xs:
        out.append(fetch(x))
    return out

class C:
    def first(self, xs):
        for x in xs:
            y = self.fetch(x)
            if y:
                return y
"""
RUN = """\
import time
def fetch(x):
    time.sleep(0.03)
    return x
def main(xs):
    out = []
    for x in xs:
        out.append(fetch(x))
    return out
def never(xs):
    return [fetch(x) for x in xs]
print(main([1, 2, 3]))
"""


def test_text(box):
    box.write({"a.py": TEXT, "b.py": "x = 1\n"})
    ended = box.xcs("explain", "a.py", "b.py")
    assert (ended.status, ended.err) == (0, b"")
    first, second, third = ended.out.decode().splitlines()
    assert first == "a.py:3:5-4:29: loop in f: decided at run time by fetch"
    assert second.startswith("a.py:9:9-")
    assert "SERIAL XCS1" in second
    assert "early-exit" in second
    assert third == "b.py: no regions"


def test_json(box):
    box.write({"a.py": TEXT})
    ended = box.xcs("explain", "--format", "json", "a.py")
    [file] = json.loads(ended.out)["files"]
    assert file["path"] == "a.py"
    region, left = file["regions"]
    assert (region["line"], region["end_line"], region["kind"], region["callees"]) == (
        3,
        4,
        "loop",
        ["fetch"],
    )
    assert (region["verdict"], region["decided"]) == (None, "at run time")
    assert left["verdict"] == "SERIAL"
    assert left["reasons"][0]["name"] == "early-exit"
    assert left["reasons"][0]["code"].startswith("XCS1")


def test_nothing_runs(box):
    box.write({"a.py": "print('ran')\nopen('trace', 'w')\n" + TEXT})
    box.xcs("explain", "a.py")
    box.xcs("rewrite", "a.py")
    assert not (box.path / "trace").exists()


def test_doctor(box):
    ended = box.xcs("doctor")
    assert (ended.status, ended.err) == (0, b"")
    for word in (b"xcs_ast ", b"python ", b"libcst ", b"cache ", b"workers = "):
        assert word in ended.out


def test_doctor_with_a_broken_configuration(box):
    box.write({"pyproject.toml": "[tool.xcs_ast]\nworkres = 3\n"})
    ended = box.xcs("doctor")
    assert ended.status == 1
    assert b"workres" in ended.err
    assert b"did you mean `workers`" in ended.err


def test_run_with_a_broken_configuration(box):
    box.write({"pyproject.toml": "[tool.xcs_ast]\nworkers = -3\n", "main.py": "print('ran')\n"})
    ended = box.xcs("run", "main.py")
    assert (ended.status, ended.out) == (2, b"")
    assert len(ended.err.splitlines()) == 1


def test_run_switched_off(box):
    box.write({"pyproject.toml": "[tool.xcs_ast]\nenabled = false\n", "main.py": RUN})
    ended = box.xcs("run", "--report", "main.py")
    assert ended.out == b"[1, 2, 3]\n"
    assert ended.err == b"xcs_ast: no region was loaded\n"


def check_report(ended):
    assert ended.out == b"[1, 2, 3]\n"
    lines = ended.err.decode().splitlines()
    assert lines[0] == "xcs_ast: 2 regions"
    assert lines[1].split()[:3] == ["region", "verdict", "entered"]
    ran, never = lines[2:4]
    assert ran.split()[:3] == ["main.py:7", "PROVEN", "1"]
    assert never.split()[:3] == ["main.py:11", "not", "entered"]
    found = re.fullmatch(r"time saved: 0\.0\d+ s; deciding took (\d+\.\d+) s", lines[4])
    assert found is not None
    assert float(found[1]) > 0
    assert len(lines) == 5


def test_report(box):
    box.write({"main.py": RUN})
    check_report(box.xcs("run", "--report", "main.py"))


def test_report_by_the_environment(box):
    box.write({"main.py": RUN})
    check_report(box.xcs("run", "main.py", XCS_AST_REPORT="1"))


def test_report_of_the_decorator_and_the_hook(box):
    box.write({"main.py": "import xcs_ast\nxcs_ast.install_import_hook('lib')\nimport lib\n", "lib.py": RUN})
    ended = box.python("main.py", XCS_AST_REPORT="1")
    assert ended.err.decode().splitlines()[2].split()[:3] == ["lib.py:7", "PROVEN", "1"]
    decorated = "from xcs_ast import jit\n" + RUN.replace("def main", "@jit\ndef main")
    box.write({"other.py": decorated})
    ended = box.python("other.py", XCS_AST_REPORT="1")
    assert any(line.split()[:3] == ["other.py:9", "PROVEN", "1"] for line in ended.err.decode().splitlines())


def test_report_after_a_failure(box):
    box.write({"main.py": RUN + "1/0\n"})
    ended = box.xcs("run", "--report", "main.py")
    assert ended.status == 1
    text = ended.err.decode()
    assert text.index("ZeroDivisionError") < text.index("xcs_ast: 2 regions")


def test_no_libcst_when_cached(box):
    box.write(
        {
            "main.py": RUN
            + "import sys\nprint(sorted({'libcst', 'argparse', 'symtable'} & set(sys.modules)))\n"
        }
    )
    box.xcs("run", "main.py")
    assert box.xcs("run", "main.py").out.endswith(b"[]\n")


HEAVY = (
    "argparse ast contextlib dataclasses inspect libcst linecache symtable tokenize typing weakref".split()
)
SHOWN = f"""
import sys
print(sorted({set(HEAVY)} & set(sys.modules)))
print([name for name in ("xcs_ast.effects", "xcs_ast.tracer", "xcs_ast.pipeline") if name in sys.modules])
"""


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("", []),
        ("import time\nbegin = time.perf_counter()\n", []),
        ("from urllib.parse import quote\n", []),
        ("import time\ndef pause(): time.sleep(1)\n", ["xcs_ast.effects"]),
        ("import time\ndef pause(): time.sleep(1)\ndef g(xs): return [len(str(x)) for x in xs]\n", []),
    ],
)
def test_what_is_loaded_before_a_cached_script_starts(box, text, ours):
    """Names, rather than times: each of these costs a start some milliseconds."""
    regions = TEXT if "def g" not in text else ""
    box.write({"main.py": regions + SHOWN + text, "plain.py": "import runpy, threading" + SHOWN})
    box.xcs("run", "main.py")
    plain = box.python("plain.py", flags=["-S"])
    cached = box.python("-m", "xcs_ast", "run", "main.py", flags=["-S"])
    assert cached.err == plain.err == b""
    assert cached.out.splitlines() == [plain.out.splitlines()[0], str(ours).encode()]


USED = """
import sys, time

def short(x): return x + 1

def nap(x):
    time.sleep(0.001)
    return x

def total(call):
    found = []
    for x in (1, 2, 3):
        found.append(call(x))
    return found

print(total(CALLEE))
deciding = sys.modules["xcs_ast.runtime.deciding"]
print("xcs_ast.verifier" in sys.modules, bool(deciding.UNUSED))
"""


@pytest.mark.parametrize(
    ("callee", "out"), [("short", b"[2, 3, 4]\nTrue True\n"), ("nap", b"[1, 2, 3]\nTrue False\n")]
)
def test_the_analysis_is_not_asked_where_a_glance_will_do(box, callee, out):
    """It is loaded in advance, for others may wait; what each region costs there is time for nothing, too."""
    box.write({"main.py": USED.replace("CALLEE", callee)})
    done = box.xcs("run", "main.py")
    assert (done.out, done.err) == (out, b"")


def test_the_collector_finds_what_it_would_find(box):
    """What is there at the start counts as old, and is still looked through, unless it has been frozen."""
    program = "import gc\nprint(gc.isenabled(), gc.get_freeze_count() < 1000)\n"
    box.write({"main.py": program, "sitecustomize.py": ""})
    assert box.xcs("run", "main.py").out == b"True True\n"
    path = os.pathsep.join((str(box.path), str(ROOT)))
    box.write({"sitecustomize.py": "import gc\ngc.freeze()\n"})
    assert box.xcs("run", "main.py", PYTHONPATH=path).out == b"True False\n"
    cycle = "class A:\n    def __del__(self): print('gone')\na = A()\na.me = a\ndel a\n"
    box.write({"sitecustomize.py": cycle, "main.py": "import gc\ngc.collect()\nprint('end')\n"})
    assert box.xcs("run", "main.py", PYTHONPATH=path).out == b"gone\nend\n"


def test_light_import(box):
    code = "import sys; b = set(sys.modules); import xcs_ast; print(sorted(set(sys.modules) - b))"
    assert box.python("-c", code).out in (
        b"['__future__', 'xcs_ast', 'xcs_ast._version']\n",
        b"['xcs_ast', 'xcs_ast._version']\n",
    )


def test_every_public_name(box):
    ended = box.python("-c", "import xcs_ast; print([n for n in xcs_ast.__all__ if not hasattr(xcs_ast, n)])")
    assert (ended.out, ended.err) == (b"[]\n", b"")
    ended = box.python("-c", "import xcs_ast; xcs_ast.nothing")
    assert b"module 'xcs_ast' has no attribute 'nothing'" in ended.err


def test_submodules_do_not_hide_public_names(box):
    code = "import xcs_ast, pkgutil\nnames = {m.name for m in pkgutil.iter_modules(xcs_ast.__path__)}\n"
    assert box.python("-c", code + "print(names & set(xcs_ast.__all__))").out == b"set()\n"


def test_known_what_we_import(box):
    """A file beside a script with one of these names calls for care; `run` knows all of them."""
    code = (
        "import sys\nfrom xcs_ast.cli import run\nfor name in run._WHOLE:\n    __import__(name)\n"
        "names = {name.partition('.')[0] for name in sys.modules} - set(sys.builtin_module_names)\n"
        "print({n for n in names - run._STARTUP - run._OURS if not n.startswith('_')})\n"
    )
    assert box.python("-c", code).out == b"set()\n"


def test_directories_beside_the_script_cost_nothing(box):
    box.write(
        {
            "main.py": RUN + "import sys\nprint('libcst' in sys.modules)\n",
            "json/data.txt": "",
            "queue/x.py": "",
        }
    )
    box.xcs("run", "main.py")
    assert box.xcs("run", "main.py").out.endswith(b"False\n")
