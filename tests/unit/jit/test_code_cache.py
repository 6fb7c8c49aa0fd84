"""The cache of rewritten code, apart from who uses it."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import threading
from pathlib import Path

import pytest

from xcs_ast import cache, pipeline
from xcs_ast.source.lookup import digest_of

SOURCE = b"def f(xs):\n    out = []\n    for x in xs:\n        out.append(g(x))\n    return out\n"


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    path = tmp_path / "mod.py"
    path.write_bytes(SOURCE)
    return path


def packed(path):
    return pipeline.compile_module(SOURCE, str(path)).code


def test_digests_agree_with_the_lookup():
    for data in (b"", b"x", SOURCE, bytes(range(256)) * 100):
        assert cache.source_digest(data) == digest_of(data)


def test_round_trip(file):
    code = packed(file)
    cache.store(str(file), SOURCE, code)
    again = cache.load(str(file), SOURCE)
    assert again == code
    payloads = [cache.detach(each)[1] for each in (again, code)]
    assert payloads[0].digest == payloads[1].digest
    assert payloads[0].facts == payloads[1].facts


def test_other_source(file):
    cache.store(str(file), SOURCE, packed(file))
    assert cache.load(str(file), SOURCE + b"\n") is None


def test_not_stored_when_the_file_changed_meanwhile(file):
    code = packed(file)
    file.write_bytes(SOURCE + b"# longer\n")
    cache.store(str(file), SOURCE, code)
    assert not (file.parent / "__pycache__").exists()


def test_moved_file(file, tmp_path):
    cache.store(str(file), SOURCE, packed(file))
    (tmp_path / "new").mkdir()
    (file.parent / "__pycache__").rename(tmp_path / "new/__pycache__")
    moved = file.rename(tmp_path / "new/mod.py")
    code = cache.load(str(moved), SOURCE)
    assert code is not None
    assert {each.co_filename for each in pipeline.walk_code(code)} == {str(moved)}


@pytest.mark.parametrize("damage", [b"", b"x", b"\0" * 100, b"half", b"tail"])
def test_damage(file, damage):
    cache.store(str(file), SOURCE, packed(file))
    path = cache.cache_path(str(file))
    assert path is not None
    with open(path, "rb") as stream:
        data = stream.read()
    data = data[: len(data) // 2] if damage == b"half" else data[:16] + b"N" if damage == b"tail" else damage
    with open(path, "wb") as stream:
        stream.write(data)
    assert cache.load(str(file), SOURCE) is None


def test_mode_of_a_private_source(file):
    file.chmod(0o600)
    cache.store(str(file), SOURCE, packed(file))
    path = cache.cache_path(str(file))
    assert path is not None
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_nothing_is_written_with_b(file, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    cache.store(str(file), SOURCE, packed(file))
    assert not (file.parent / "__pycache__").exists()


def test_tags():
    assert cache.tagged("a/b.cpython-311.pyc") == f"a/b.cpython-311.opt-{cache.tag()}.pyc"
    assert cache.tagged("a/b.cpython-311.opt-1.pyc") == f"a/b.cpython-311.opt-1{cache.tag()}.pyc"
    assert cache.tag("typeguard") != cache.tag()
    assert cache.tag().isalnum()


def test_tag_follows_what_writes_the_code(monkeypatch):
    before = cache.tag()
    monkeypatch.setattr(cache, "_tags", {})
    monkeypatch.setattr(cache, "_writers_digest", lambda: b"another frontend")
    assert cache.tag() != before


def test_what_writes_the_code_is_all_of_the_frontend(monkeypatch, tmp_path):
    package = Path(cache.__file__).parent
    copied = tmp_path / "package"
    shutil.copytree(package, copied, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(cache, "__file__", str(copied / "cache.py"))
    sound = cache._writers_digest()
    assert len(sound) > 8 * 10
    frontend = ("frontend/slicing.py", "frontend/emit_tree.py", "frontend/emit_guarded.py")
    for name in (*frontend, "pipeline.py", "activation.py"):
        text = (copied / name).read_text(encoding="utf-8")
        before = (copied / name).stat()
        (copied / name).write_text(text + "\n# changed\n", encoding="utf-8")
        os.utime(copied / name, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert cache._writers_digest() != sound, name
        (copied / name).write_text(text, encoding="utf-8")
        os.utime(copied / name, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000_000))
        assert cache._writers_digest() != sound, name
        os.utime(copied / name, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert cache._writers_digest() == sound


def test_concurrent_writers(file):
    code = packed(file)
    seen = []

    def write():
        for _ in range(30):
            cache.store(str(file), SOURCE, code)
            seen.append(cache.load(str(file), SOURCE))

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(each == code for each in seen)
    assert [path.suffix for path in (file.parent / "__pycache__").iterdir()] == [".pyc"]


def test_payload_is_taken_off():
    code = pipeline.compile_module(SOURCE, "x.py").code
    bare, payload = cache.detach(code)
    assert payload is not None
    assert len(payload.facts) == 1
    assert cache.detach(bare) == (bare, None)


def test_damaged_facts_are_noticed_before_a_site_needs_them():
    payload = cache.Payload("digest", ((1, "facts"),))
    payload.check()
    assert cache.Payload.load(payload.dump()).facts == payload.facts
    *head, dumped, known = payload.dump()
    damaged = cache.Payload.load((*head, dumped[:-1] + b"?", known))
    with pytest.raises(ValueError, match="damaged"):
        damaged.check()
