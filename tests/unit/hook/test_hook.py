"""What the import hook takes, what it leaves, and that nobody else notices."""

from __future__ import annotations

import importlib
import marshal
import sys
import threading
import zipfile

import pytest

import xcs_ast
from xcs_ast import cache
from xcs_ast.diagnostics.notices import recorded


def test_named_package_and_all_below(land):
    land.write("alpha/__init__.py")
    land.write("alpha/deep/mod.py")
    land.write("alphabet.py")
    with xcs_ast.install_import_hook("alpha"):
        assert land.optimized(land.load("alpha"))
        assert land.optimized(land.load("alpha.deep.mod"))
        assert not land.optimized(land.load("alphabet"))
    assert land.load("alpha.deep.mod").main([1, 2]) == [2, 4]


def test_pattern(land):
    land.write("beta/__init__.py", "")
    land.write("beta/one.py")
    land.write("beta/two.py")
    with xcs_ast.install_import_hook("beta.*e"):
        assert land.optimized(land.load("beta.one"))
        assert not land.optimized(land.load("beta.two"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("# xcs: optimize\n", True),
        ('"""Doc."""\n#!x\n#xcs: optimize\n', True),
        ("import os\n# xcs: optimize\n", False),
        ("x = '# xcs: optimize'\n", False),
        ("# not xcs: optimize\n", False),
        ("", False),
    ],
)
def test_marker(land, text, wanted):
    land.write("gamma_marked.py", text + land.body)
    with xcs_ast.install_import_hook():
        assert land.optimized(land.load("gamma_marked")) is wanted


def test_this_package(land):
    land.write("delta/__init__.py", "import xcs_ast\nhook = xcs_ast.this_package()\nfrom delta import mod\n")
    land.write("delta/mod.py")
    assert land.optimized(land.load("delta").mod)
    first = sys.modules["delta"].hook
    assert importlib.reload(sys.modules["delta"]).hook is first
    assert sum(type(each).__name__ == "Finder" for each in sys.meta_path) == 1


def test_this_package_outside_of_one():
    with pytest.raises(RuntimeError, match="__init__"):
        exec("import xcs_ast\nxcs_ast.this_package()", {"__name__": "x"})


@pytest.mark.parametrize("name", ["", ".rel"])
def test_bad_names(name):
    with pytest.raises(ValueError):
        xcs_ast.install_import_hook(name)


def test_names_must_be_strings():
    with pytest.raises(TypeError):
        xcs_ast.install_import_hook(sys)  # type: ignore[arg-type]


def test_uninstall(land):
    land.write("epsilon.py")
    hook = xcs_ast.install_import_hook("epsilon")
    assert hook.installed
    hook.uninstall()
    hook.uninstall()
    assert not hook.installed
    assert not land.optimized(land.load("epsilon"))


def test_two_hooks_do_not_wrap_twice(land):
    land.write("zeta.py")
    with xcs_ast.install_import_hook("zeta"), xcs_ast.install_import_hook("zeta"):
        module = land.load("zeta")
        assert land.optimized(module)
        assert type(module.__loader__).__mro__[1].__name__ == "SourceFileLoader"


def test_module_looks_like_any_other(land):
    land.write("eta/__init__.py", "")
    path = land.write("eta/mod.py")
    with xcs_ast.install_import_hook("eta"):
        module = land.load("eta.mod")
    assert module.__file__ == str(path)
    assert module.__cached__ == cache.cache_path(str(path))
    assert module.__spec__.origin == str(path)
    assert module.__loader__.get_source("eta.mod") == land.body
    assert [name for name in vars(module) if not name.startswith("__")] == ["work", "main"]
    assert not any("xcs" in name for name in module.main.__code__.co_names)


def test_namespace_package(land):
    land.write("theta/sub/mod.py")
    with xcs_ast.install_import_hook("theta"):
        assert land.optimized(land.load("theta.sub.mod"))
    assert land.load("theta").__spec__.origin is None


def test_own_cache_file_and_plain_cache_untouched(land):
    land.write("iota.py")
    land.load("iota")
    plain = land.cached()
    land.forget()
    with xcs_ast.install_import_hook("iota"):
        assert land.optimized(land.load("iota"))
    assert land.cached() == sorted([*plain, f"iota.{sys.implementation.cache_tag}.opt-{cache.tag()}.pyc"])
    land.forget()
    assert not land.optimized(land.load("iota"))


def test_second_import_comes_from_the_cache(land, monkeypatch):
    land.write("kappa.py")
    with xcs_ast.install_import_hook("kappa"):
        land.load("kappa")
        land.forget()
        monkeypatch.setattr("xcs_ast.pipeline.compile_module", lambda *a, **k: pytest.fail("compiled again"))
        assert land.optimized(land.load("kappa"))


def test_cache_follows_the_source(land):
    path = land.write("lambda_.py")
    with xcs_ast.install_import_hook("lambda_"):
        land.load("lambda_")
        land.forget()
        path.write_text(land.body.replace("x * 2", "x * 2000"))
        assert land.load("lambda_").main([1]) == [2000]


@pytest.mark.parametrize("damage", [b"", b"garbage", None, b"\0" * 40, "unreadable", "impossible"])
def test_damaged_cache(land, damage):
    land.write("mu.py")
    with xcs_ast.install_import_hook("mu"):
        land.load("mu")
        [path] = land.path.glob("__pycache__/*xcs*")
        data = path.read_bytes()
        if damage == "unreadable":  # the header is right, what is behind it is not
            damage = data[:16] + b"?" * 40
        elif damage == "impossible":  # a code object with fewer than no arguments
            damage = data[:17] + b"\xff" * 4 + data[21:]
            with pytest.raises(SystemError):
                marshal.loads(damage[16:])
            assert cache.load(str(land.path / "mu.py"), (land.path / "mu.py").read_bytes()) is not None
        path.write_bytes(data[: len(data) // 2] if damage is None else damage)
        land.forget()
        assert cache.load(str(land.path / "mu.py"), (land.path / "mu.py").read_bytes()) is None
        assert land.optimized(land.load("mu"))
        assert abs(len(path.read_bytes()) - len(data)) < 100  # and mended


def test_cache_off(land, monkeypatch):
    land.write("nu.py")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    with xcs_ast.install_import_hook("nu"):
        assert land.optimized(land.load("nu"))
    assert land.cached() == []


def test_cache_prefix(land, monkeypatch, tmp_path_factory):
    land.write("xi.py")
    elsewhere = tmp_path_factory.mktemp("prefix")
    monkeypatch.setattr(sys, "pycache_prefix", str(elsewhere))
    with xcs_ast.install_import_hook("xi"):
        assert land.optimized(land.load("xi"))
    assert land.cached() == []
    assert len(list(elsewhere.glob("**/*xcs*.pyc"))) == 1


def test_read_only_directory(land, monkeypatch):
    land.write("omicron.py")

    def refuse(*a, **k):
        raise PermissionError(13, "no")

    monkeypatch.setattr("os.mkdir", refuse)
    monkeypatch.setattr("posix.mkdir", refuse, raising=False)
    with xcs_ast.install_import_hook("omicron"):
        assert land.load("omicron").main([1]) == [2]


def test_failure_of_ours_is_plain_python_and_not_cached_when_it_may_pass(land, monkeypatch):
    land.write("pi_.py")

    def fail(*a, **k):
        raise ImportError("libcst is not there")

    monkeypatch.setattr("xcs_ast.frontend.analyse.plan_module", fail)
    with xcs_ast.install_import_hook("pi_"):
        module = land.load("pi_")
    assert module.main([1]) == [2]
    assert not land.optimized(module)
    assert land.cached() == []
    assert any("pi_.py" in str(each) and "libcst is not there" in str(each) for each in recorded())


def test_failure_at_activation_is_plain_python(land, monkeypatch):
    land.write("rho.py")

    def fail(*a, **k):
        raise RuntimeError("no runtime")

    with xcs_ast.install_import_hook("rho"):
        land.load("rho")
        land.forget()
        monkeypatch.setattr("xcs_ast.activation.make_sites", fail)
        module = land.load("rho")
    assert module.main([1]) == [2]
    assert not land.optimized(module)


def test_reload(land):
    path = land.write("sigma.py")
    with xcs_ast.install_import_hook("sigma"):
        module = land.load("sigma")
        path.write_text(land.body.replace("x * 2", "x * 30"))
        assert importlib.reload(module).main([1]) == [30]
        assert land.optimized(module)


def test_zip_is_left_alone_with_a_note(land, monkeypatch):
    archive = land.path / "tau.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("tau_mod.py", land.body)
    monkeypatch.syspath_prepend(str(archive))
    with xcs_ast.install_import_hook("tau_mod"):
        module = land.load("tau_mod")
    del sys.modules["tau_mod"]
    assert module.main([1]) == [2]
    assert not land.optimized(module)
    assert any(each.code == "XCS422" and "tau_mod" in each.message for each in recorded())


def test_sourceless_and_extension_modules_load(land):
    import py_compile

    path = land.write("upsilon.py")
    py_compile.compile(str(path), cfile=str(land.path / "upsilon.pyc"))
    path.unlink()
    with xcs_ast.install_import_hook("upsilon", "_json"):
        assert land.load("upsilon").main([1]) == [2]
        assert importlib.util.find_spec("_json") is not None


def test_errors_of_modules_pass_through(land):
    land.write("phi/__init__.py", "")
    land.write("phi/bad.py", "x = 1 2\n")
    land.write("phi/fails.py", "raise LookupError('mine')\n")
    with xcs_ast.install_import_hook("phi"):
        with pytest.raises(SyntaxError) as caught:
            land.load("phi.bad")
        assert caught.value.filename == str(land.path / "phi/bad.py")
        with pytest.raises(LookupError, match="mine"):
            land.load("phi.fails")
        with pytest.raises(ModuleNotFoundError, match=r"phi\.nothing"):
            land.load("phi.nothing")


def test_threads_file_no_module_wrongly(land):
    names = [f"m{number}" for number in range(20)]
    for name in names:
        land.write(f"chi/{name}.py")
        land.write(f"plainchi/{name}.py")
    land.write("chi/__init__.py", "")
    land.write("plainchi/__init__.py", "")
    errors: list[BaseException] = []
    gate = threading.Barrier(2)

    def load(package):
        try:
            gate.wait()
            for name in names:
                land.load(f"{package}.{name}")
        except BaseException as error:
            errors.append(error)

    with xcs_ast.install_import_hook("chi"):
        threads = [threading.Thread(target=load, args=(each,)) for each in ("chi", "plainchi")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert errors == []
    assert all(land.optimized(sys.modules[f"chi.{name}"]) for name in names)
    assert not any(land.optimized(sys.modules[f"plainchi.{name}"]) for name in names)
    assert not any("xcs" in name for name in land.cached("plainchi/**/*.pyc"))
    assert all("xcs" in name for name in land.cached("chi/**/*.pyc"))


def test_typeguard_first_then_ours(land):
    typeguard = pytest.importorskip("typeguard")
    land.write("psi.py", land.body.replace("def work(x)", "def work(x: int)"))
    with typeguard.install_import_hook(["psi"]), xcs_ast.install_import_hook("psi"):
        for _ in range(2):  # compiled, then cached
            module = land.load("psi")
            assert module.main([1, 2]) == [2, 4]
            assert land.optimized(module)
            with pytest.raises(typeguard.TypeCheckError):
                module.work("a")
            land.forget()
    assert not land.optimized(land.load("psi"))
    assert sys.modules["psi"].work("a") == "aa"


def test_typeguard_after_ours_is_noticed(land):
    typeguard = pytest.importorskip("typeguard")
    land.write("omega.py")
    land.write("omega2.py")
    with xcs_ast.install_import_hook("omega", "omega2"), typeguard.install_import_hook(["omega"]):
        assert not land.optimized(land.load("omega"))
        with pytest.warns(RuntimeWarning, match="TypeguardFinder"):
            land.load("omega2")


def test_loader_that_wants_nothing_but_bytes(land):
    from importlib.machinery import PathFinder, SourceFileLoader

    class Fussy(SourceFileLoader):
        def source_to_code(self, data, path, *, _optimize=-1):
            assert isinstance(data, bytes), "a tree!"
            return super().source_to_code(data.replace(b"x * 2", b"x * 7"), path)

    class FussyFinder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            spec = PathFinder.find_spec(name, path, target) if name == "fussed" else None
            if spec is not None:
                spec.loader = Fussy(name, spec.origin)
            return spec

    land.write("fussed.py")
    sys.meta_path.insert(0, FussyFinder)
    with xcs_ast.install_import_hook("fussed"):
        module = land.load("fussed")
    assert module.main([1]) == [7]
    assert not land.optimized(module)
    assert any(each.code == "XCS421" for each in recorded())


def test_lines_of_tracebacks(land):
    import traceback

    land.write("lined.py", land.body.replace("x * 2", "x / 0"))
    with xcs_ast.install_import_hook("lined"):
        module = land.load("lined")
    try:
        module.main([1, 2])
    except ZeroDivisionError as error:
        optimized = traceback.format_exception(error)[2:]
    land.forget()
    try:
        land.load("lined").main([1, 2])
    except ZeroDivisionError as error:
        plain = traceback.format_exception(error)[2:]
    assert optimized == plain
