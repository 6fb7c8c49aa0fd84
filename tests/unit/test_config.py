"""Where options come from, and what is said when they are wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from xcs_ast import config
from xcs_ast.config import Options
from xcs_ast.errors import ConfigError


def write(directory: Path, text: str) -> str:
    (directory / "pyproject.toml").write_text(text)
    return str(directory)


def test_defaults(tmp_path: Path) -> None:
    assert config.load(str(tmp_path), {}) == Options()


def test_layers(tmp_path: Path) -> None:
    here = write(tmp_path, "[tool.xcs_ast]\nworkers = 5\nhedge-us = 7\nverify = 'never'\nenabled = false\n")
    assert config.load(here, {}) == Options(workers=5, window=5, hedge_us=7, verify="never", enabled=False)
    found = config.load(here, {"XCS_AST_WORKERS": "9", "XCS_AST_ENABLED": "yes", "OTHER": "1"}, {"window": 3})
    assert (found.workers, found.window, found.enabled, found.verify) == (9, 3, True, "never")


def test_the_nearest_file_that_speaks_of_us(tmp_path: Path) -> None:
    write(tmp_path, "[tool.xcs_ast]\nworkers = 5\n")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    write(inner, "[project]\nname = 'other'\n")
    assert config.load(str(inner), {}).workers == 5
    write(inner, "[tool.xcs_ast]\nworkers = 6\n")
    assert config.load(str(inner), {}).workers == 6


def test_declarations(tmp_path: Path) -> None:
    here = write(tmp_path, "[tool.xcs_ast.effects]\n'pkg.mod.func' = 'pure'\n'pkg.C.get' = 'unordered'\n")
    assert config.load(here, {}).effects == (("pkg.mod.func", "pure"), ("pkg.C.get", "unordered"))


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("[tool.xcs_ast]\nworker = 5\n", "XCS401", "did you mean `workers`?"),
        ("[tool.xcs_ast]\nqqq = 5\n", "XCS401", "known are enabled, workers"),
        ("[tool.xcs_ast]\nworkers = 'many'\n", "XCS402", "`workers` must be a whole number from 0 to 4096"),
        ("[tool.xcs_ast]\nworkers = true\n", "XCS402", "not True"),
        ("[tool.xcs_ast]\nwindow = 0\n", "XCS402", "from 1"),
        ("[tool.xcs_ast]\nverify = 'often'\n", "XCS402", "one of 'always'"),
        ("[tool.xcs_ast]\neffects = 5\n", "XCS402", "effects"),
        ("[tool.xcs_ast.effects]\n'a.b' = 'clean'\n", "XCS404", "`a.b` must be one of 'pure'"),
        ("[tool.xcs_ast.effects]\na.b = 'pure'\n", "XCS404", "must be one of"),
        ("[tool.xcs_ast.effects]\n'a b' = 'pure'\n", "XCS404", "not a dotted name"),
        ("[tool]\nxcs_ast = 5\n", "XCS402", "must be a table"),
        ("[tool.xcs_ast\n", "XCS403", "cannot be read"),
    ],
)
def test_bad_files(tmp_path: Path, text: str, code: str, words: str) -> None:
    with pytest.raises(ConfigError, match=code) as caught:
        config.load(write(tmp_path, text), {})
    assert words in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path))


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("XCS_AST_WORKER", "5", "XCS401"),
        ("XCS_AST_WORKERS", "five", "XCS402"),
        ("XCS_AST_EAGER", "maybe", "XCS402"),
        ("XCS_AST_HEDGE_US", "nan", "XCS402"),
        ("XCS_AST_EFFECTS", "a=pure", "XCS401"),
    ],
)
def test_bad_environment(tmp_path: Path, name: str, value: str, code: str) -> None:
    with pytest.raises(ConfigError, match=code) as caught:
        config.load(str(tmp_path), {name: value})
    assert str(caught.value).startswith(name)


def test_configure_changes_nothing_when_it_fails() -> None:
    before = config.current()
    with pytest.raises(ConfigError, match="configure"):
        config.configure(window=7, workers=-1)
    with pytest.raises(ConfigError, match="did you mean"):
        config.configure(windw=7)
    assert config.current() == before


def test_overridden_goes_back() -> None:
    before = config.current()
    with config.overridden(workers=3, effects={"a.b": "pure"}) as inside:
        assert config.current() is inside
        assert (inside.workers, inside.effects) == (3, (("a.b", "pure"),))
        with config.overridden(eager=True) as inner:
            assert (inner.workers, inner.eager) == (3, True)
    assert config.current() == before


def test_options_are_validated_and_frozen() -> None:
    with pytest.raises(ConfigError):
        Options(workers=1.5)  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        Options().workers = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    "text",
    [
        "[tool.xcs_ast]\nworkers = 5\n",
        "[tool . xcs_ast]  # ours\nworkers = 5",
        "[ tool.xcs_ast ]\r\nworkers = 5\r\n",
        "\t[tool.'xcs_ast']\nworkers = 5\n",
        '[tool."xcs_ast"]\nworkers = 5\n',
        "tool.xcs_ast.workers = 5\n",
        "xcs_ast = 1\ntool.xcs_ast . workers = 5\n",
        "[tool]\nxcs_ast.workers = 5\n",
        "[tool]\n  xcs_ast = {workers = 5}\n",
        '[tool]\n"xcs_ast" = {workers = 5}\n',
        "tool = {xcs_ast = {workers = 5}}\n",
        "tool = {other = 1, xcs_ast.workers = 5}\n",
        "tool = { 'xcs_ast'.workers = 5 }\n",
        "[tool]\nother = ['xcs_ast']\n[tool.xcs_ast]\nworkers = 5\n",
    ],
)
def test_each_way_to_write_the_table_is_read(tmp_path: Path, text: str) -> None:
    assert config.load(write(tmp_path, text), {}).workers == 5


LISTS = """
[project]
name = 'x'
dependencies = ["xcs_ast", "other"]
[tool.setuptools]
packages = [
    "xcs_ast",
    'xcs_ast']
[tool.linter.contracts]
layers = ["xcs_ast.cli | xcs_ast.hook", "my-xcs_ast", 'xcs_ast.'] # xcs_ast is ours; not_xcs_ast = 1
"""


@pytest.mark.parametrize("text", ["[project]\nname = 'x'\n", LISTS])
def test_no_toml_parser_without_need(tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    program = "import sys; from xcs_ast import config; config.load('.', {}); print('tomllib' in sys.modules)"
    root = str(Path(config.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": root},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "False", done.stderr
