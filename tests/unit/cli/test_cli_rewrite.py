"""`rewrite`: printed, compared, or put in place."""

from __future__ import annotations

import os
import stat

import pytest

LOOP = (
    "# A comment.\ndef f(fetch, xs):\n    out = []\n    for x in xs:  # each\n"
    "        out.append(fetch(x))\n    return out\n"
)
PLAIN = "def f(x):\n    return x   # kept\n"


def test_prints_what_a_person_would_write(box):
    box.write({"a.py": LOOP})
    ended = box.xcs("rewrite", "a.py")
    assert (ended.status, ended.err) == (0, b"")
    text = ended.out.decode()
    assert "import xcs_ast as xcs" in text
    assert "in xcs.run_ahead(lambda x: fetch(x), xs):  # each" in text
    assert "out.append(ahead())" in text
    compile(text, "a.py", "exec")
    assert (box.path / "a.py").read_text() == LOOP


def test_twice_is_once(box):
    box.write({"a.py": LOOP})
    once = box.xcs("rewrite", "a.py").out
    box.write({"b.py": once})
    assert box.xcs("rewrite", "b.py").out == once
    assert box.xcs("rewrite", "--check", "b.py").status == 0


def test_file_without_a_region_is_printed_as_it_is(box):
    box.write({"a.py": PLAIN})
    assert box.xcs("rewrite", "a.py").out == PLAIN.encode()


def test_diff(box):
    box.write({"a.py": LOOP, "b.py": PLAIN})
    ended = box.xcs("rewrite", "--diff", "a.py", "b.py")
    assert ended.status == 0
    assert b"--- a/a.py\n+++ b/a.py\n" in ended.out
    assert b"\n-    for x in xs:  # each\n" in ended.out
    assert b"b.py" not in ended.out.replace(b"b/a.py", b"")


def test_diff_applies(box):
    import shutil
    import subprocess

    if shutil.which("patch") is None:
        pytest.skip("no patch")
    box.write({"a.py": LOOP, "b.py": LOOP.rstrip("\n")})
    wanted = [box.xcs("rewrite", name).out for name in ("a.py", "b.py")]
    diff = box.xcs("rewrite", "--diff", "a.py", "b.py").out
    subprocess.run(["patch", "-p1", "-s"], input=diff, cwd=box.path, check=True)
    assert [(box.path / name).read_bytes() for name in ("a.py", "b.py")] == wanted


def test_check(box):
    box.write({"a.py": LOOP, "b.py": PLAIN})
    ended = box.xcs("rewrite", "--check", "a.py", "b.py")
    assert (ended.status, ended.out) == (1, b"would rewrite a.py\n")
    assert box.xcs("rewrite", "--check", "b.py").status == 0
    assert box.xcs("rewrite", "--check", "a.py", "gone.py").status == 2


@pytest.mark.parametrize(
    ("head", "newline", "encoding"),
    [
        ("", "\n", "utf-8"),
        ("", "\r\n", "utf-8"),
        ("", "\n", "utf-8-sig"),
        ("# coding: latin-1\n", "\n", "latin-1"),
        ("# coding: utf-8\n", "\r\n", "utf-8"),
    ],
)
def test_in_place_keeps_mode_encoding_and_newlines(box, head, newline, encoding):
    text = (head + "name = 'é'\n" + LOOP).replace("\n", newline)
    box.write({"a.py": text.encode(encoding)})
    path = box.path / "a.py"
    path.chmod(0o750)
    ended = box.xcs("rewrite", "--in-place", "a.py")
    assert (ended.status, ended.out, ended.err) == (0, b"rewrote a.py\n", b"")
    assert stat.S_IMODE(path.stat().st_mode) == 0o750
    new = path.read_bytes()
    assert new.startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
    assert new.startswith(head.strip().encode())
    lines = new.decode(encoding).split("\n")[:-1]
    assert all(line.endswith("\r") == (newline == "\r\n") for line in lines)
    assert "name = 'é'" in new.decode(encoding)
    assert b"run_ahead" in new
    assert sorted(os.listdir(box.path)) == ["a.py"]
    assert box.xcs("rewrite", "--in-place", "a.py").out == b""
    assert path.read_bytes() == new


def test_in_place_through_a_link(box):
    box.write({"real/a.py": LOOP})
    (box.path / "link.py").symlink_to("real/a.py")
    assert box.xcs("rewrite", "--in-place", "link.py").status == 0
    assert (box.path / "link.py").is_symlink()
    assert "run_ahead" in (box.path / "real/a.py").read_text()


def test_in_place_leaves_files_without_a_region(box):
    box.write({"a.py": PLAIN})
    before = (box.path / "a.py").stat()
    assert box.xcs("rewrite", "--in-place", "a.py").out == b""
    assert (box.path / "a.py").stat().st_mtime_ns == before.st_mtime_ns
    assert (box.path / "a.py").stat().st_ino == before.st_ino


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_in_place_where_it_is_not_allowed(box):
    box.write({"a.py": LOOP, "d/b.py": LOOP, "c.py": LOOP})
    (box.path / "a.py").chmod(0o444)
    (box.path / "d").chmod(0o555)
    ended = box.xcs("rewrite", "--in-place", "a.py", "d/b.py", "c.py")
    (box.path / "d").chmod(0o755)
    assert ended.status == 2
    assert len(ended.err.splitlines()) == 2
    assert (box.path / "a.py").read_text() == (box.path / "d/b.py").read_text() == LOOP
    assert ended.out == b"rewrote c.py\n"


def test_in_place_never_leaves_half_a_file(tmp_path, monkeypatch, capsys):
    from xcs_ast.cli.rewrite import rewrite

    path = tmp_path / "a.py"
    path.write_text(LOOP)

    def fail(*a):
        raise OSError(28, "No space left on device")

    for name in ("os.replace", "os.fsync", "os.chmod"):
        with monkeypatch.context() as patch:
            patch.setattr(name, fail)
            assert rewrite([str(path)], mode="in-place") == 2
        assert "XCS444 cannot be replaced: No space left on device" in capsys.readouterr().err
        assert path.read_text() == LOOP
        assert os.listdir(tmp_path) == ["a.py"]
