"""Every entry parses and names something that exists; every builtin, with all its methods, has one."""

from __future__ import annotations

import builtins
import importlib
import os
import sys
import warnings
from typing import Any, Final

import pytest

from xcs_ast.effects import entries as e
from xcs_ast.effects.catalog import MODELS, Catalog
from xcs_ast.effects.catalog_names import hidden_types
from xcs_ast.effects.vocabulary import RULES

FILES = sorted(name.removesuffix(".effects") for name in os.listdir(MODELS) if name.endswith(".effects"))
OPTIONAL = {"anthropic", "httpx", "numpy", "openai", "requests", "tenacity", "tqdm", "urllib3"}
VERSION = sys.version_info[:2]

ABSENT_ANYWHERE = {
    # Names that only some versions, platforms or builds have, or that reach a module under another name.
    "builtins": {
        "PythonFinalizationError", "_IncompleteInputError", "__get__", "str_ascii_iterator",
        "__annotations__", "__setstate__", "__length_hint__",
    },
    "hashlib": {
        "__hash_new", "compare_digest", "openssl_md5", "openssl_sha1", "openssl_sha224", "openssl_sha256",
        "openssl_sha384", "openssl_sha512", "openssl_sha3_224", "openssl_sha3_256", "openssl_sha3_384",
        "openssl_sha3_512", "openssl_shake_128", "openssl_shake_256",
    },
    "io": {"readall", "read1", "peek", "readinto1", "detach"},
    "logging": {"getHandlerByName", "getHandlerNames", "getChildren"},
    "os": {"_path_normpath", "_path_splitroot_ex", "process_cpu_count"},
    "os.path": {"splitroot", "isjunction", "isdevdrive", "isreserved", "normpath"},
    "pathlib": {"full_match", "with_segments", "is_junction", "walk", "__enter__", "__exit__"},
    "queue": {"full", "join", "task_done"},
    "re": {"PatternError", "template"},
    "socket": {"fromshare"},
    "sqlite3": {"enable_load_extension", "load_extension", "enable_shared_cache"},
    "threading": {
        "setprofile_all_threads", "settrace_all_threads", "_excepthook", "allocate_lock", "allocate",
        "interrupt_main",
        "start_new_thread", "start_new", "exit", "exit_thread", "_is_owned", "locked", "acquire_lock",
        "release_lock",
        "locked_lock", "acquire", "release",
    },
    "types": {"get_original_bases", "__replace__"},
    "typing": {"override"},
    "urllib.error": {"read"},
    "urllib.request": {"proxy_bypass_environment"},
    "urllib.parse": {"encode", "decode"},
    "zlib": {"compress", "decompress"},
}  # fmt: skip


@pytest.fixture(scope="module")
def models() -> Catalog:
    return Catalog()


def sections(models: Catalog, name: str) -> dict[str, tuple[str, ...]]:
    return models.sections(name)


@pytest.mark.parametrize("name", FILES)
def test_every_entry_parses(models: Catalog, name: str) -> None:
    count = 0
    for section, keys in sections(models, name).items():
        for key in keys:
            entry = models.entry(section, key)
            assert entry is not None
            assert entry.place_in_file.startswith(f"{name}.effects:")
            count += 1
    assert count


def applies(entry: e.Entry) -> bool:
    return not (entry.since and entry.since > VERSION) and not (entry.until and entry.until <= VERSION)


def import_quietly(name: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(name)


@pytest.mark.parametrize("name", FILES)
def test_what_it_names_exists(models: Catalog, name: str) -> None:
    if name in OPTIONAL:
        pytest.importorskip(name)
    import_quietly(name)
    missing = []
    for section, keys in sections(models, name).items():
        dotted = section.removeprefix("class ")
        entries = [entry for key in keys if (entry := models.entry(section, key)) and applies(entry)]
        if name in OPTIONAL and section != dotted:
            import_quietly(dotted.rpartition(".")[0])
        owner: Any = models.class_named(dotted) if section != dotted else import_quietly(dotted)
        if owner is None:
            missing += [dotted] * bool(entries)
            continue
        for entry in entries:
            if entry.kind in (e.EntryKind.CONSTRUCT, e.EntryKind.ATTRIBUTE):
                continue  # Attributes may belong to instances only.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if not hasattr(owner, entry.name):
                    missing.append(entry.dotted)
    allowed = ABSENT_ANYWHERE.get(name, set())
    assert [m for m in missing if m.rpartition(".")[2] not in allowed] == []


@pytest.mark.parametrize("name", [n for n in FILES if n not in OPTIONAL])
def test_an_entry_is_found_by_its_live_object(models: Catalog, name: str) -> None:
    import_quietly(name)
    lost = []
    for section, keys in sections(models, name).items():
        dotted = section.removeprefix("class ")
        owner: Any = models.class_named(dotted) if section != dotted else import_quietly(dotted)
        if owner is None or (dotted == "re.error" and owner.__name__ != "error"):
            continue
        for entry in [entry for key in keys if (entry := models.entry(section, key)) and applies(entry)]:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if not hasattr(owner, entry.name) and entry.kind is not e.EntryKind.CONSTRUCT:
                    continue
            match entry.kind:
                case e.EntryKind.FUNCTION:
                    # An alias (`threading.Lock`) is found under the name it calls itself.
                    found = models.for_callable(getattr(owner, entry.name)) is not None
                case e.EntryKind.CONSTRUCT:
                    found = models.for_construct(owner) is entry
                case e.EntryKind.ATTRIBUTE:
                    found = models.for_attr(owner, entry.name) is entry
                case e.EntryKind.CONST:
                    found = models.for_const(dotted, entry.name) is entry
                case _:
                    found = models.for_method(owner, entry.name) is entry
            if not found:
                lost.append(entry.dotted)
    replaced_by_pytest = {"sys.unraisablehook"}
    assert set(lost) - replaced_by_pytest == set()


@pytest.mark.parametrize("name", FILES)
def test_a_method_is_of_the_kind_that_the_entry_says(models: Catalog, name: str) -> None:
    if name in OPTIONAL:
        pytest.importorskip(name)
    import_quietly(name)
    wrong = []
    kinds = {
        "classmethod": e.EntryKind.CLASSMETHOD,
        "classmethod_descriptor": e.EntryKind.CLASSMETHOD,
        "staticmethod": e.EntryKind.STATICMETHOD,
    }
    for section, keys in sections(models, name).items():
        owner = models.class_named(section.removeprefix("class ")) if section.startswith("class ") else None
        if owner is None:
            continue
        for key in keys:
            entry = models.entry(section, key)
            raw = next((vars(base)[key] for base in owner.__mro__ if key in vars(base)), None)
            if entry is None or raw is None or key == "__new__":
                continue
            if entry.kind is not kinds.get(type(raw).__name__, e.EntryKind.METHOD):
                wrong.append(entry.dotted)
    assert wrong == []


NOT_MODELLED = {"copyright", "credits", "exit", "help", "license", "quit"}  # Of `site`, for people: unknown.


def test_every_builtin_has_an_entry(models: Catalog) -> None:
    data = {"True", "False", "None", "Ellipsis", "NotImplemented", "__debug__"}
    names = {n for n in dir(builtins) if not n.startswith("_")} - data - NOT_MODELLED
    assert {n for n in names if models.for_callable(getattr(builtins, n)) is None} == set()


TYPES = [
    t
    for t in {id(t): t for t in (*vars(builtins).values(), *hidden_types().values())}.values()
    if isinstance(t, type) and t.__module__ in ("builtins", "types") and t.__name__ != "BuiltinImporter"
]
OUTSIDE = {
    "__doc__", "__module__", "__slots__", "__weakref__", "__getstate__", "__static_attributes__",
    "__firstlineno__",
    "__match_args__",
}  # fmt: skip


@pytest.mark.parametrize("cls", sorted(TYPES, key=lambda t: t.__name__), ids=lambda t: t.__name__)
def test_every_attribute_of_a_builtin_type_has_an_entry(models: Catalog, cls: type) -> None:
    names = set(vars(cls)) - OUTSIDE
    assert {n for n in names if not (models.for_method(cls, n) or models.for_attr(cls, n))} == set()


def test_every_rule_is_used_by_some_model(models: Catalog) -> None:
    used = {
        clause.name
        for name in FILES
        for section, keys in models.sections(name).items()
        for key in keys
        if (entry := models.entry(section, key))
        for clause in entry.clauses
        if isinstance(clause, e.Rule)
    }
    assert used == set(RULES)


_OPERATORS: Final = ("add", "sub", "mul", "truediv", "mod", "pow", "divmod", "matmul", "and", "or", "xor")
WITH_ANOTHER: Final = {
    *(f"__{side}{name}__" for name in _OPERATORS for side in ("", "r", "i")),
    *(
        "__eq__",
        "__ne__",
        "__lt__",
        "__le__",
        "__gt__",
        "__ge__",
        "__contains__",
        "__getitem__",
        "__format__",
    ),
    *("__buffer__", "__release_buffer__", "__reduce_ex__", "__deepcopy__", "__missing__", "__getattr__"),
}
"""Special methods that take another object: of one that is called without, only an error is seen."""


@pytest.mark.parametrize("name", FILES)
def test_special_methods_are_given_what_they_take(models: Catalog, name: str) -> None:
    lacking = [
        (section, key, clause.method)
        for section, keys in sections(models, name).items()
        for key in keys
        if (entry := models.entry(section, key))
        for clause in entry.clauses
        if isinstance(clause, e.Special) and clause.method in WITH_ANOTHER and not clause.args
    ]
    assert lacking == []


@pytest.mark.parametrize("name", [n for n in FILES if n not in OPTIONAL])
def test_classes_that_results_name_can_be_found(models: Catalog, name: str) -> None:
    import_quietly(name)

    def named(spec: Any) -> list[str]:
        match spec:
            case e.New(dotted, parts):
                return [dotted, *(n for part in parts for n in named(part))]
            case e.View(dotted, _):
                return [dotted]
            case e.Fresh(_, parts) | e.Union(parts):
                return [n for part in parts for n in named(part)]
            case _:
                return []

    unknown = set()
    for section, keys in sections(models, name).items():
        for key in keys:
            entry = models.entry(section, key)
            assert entry is not None
            names = named(entry.result)
            for clause in entry.clauses:
                if isinstance(clause, e.Exact):
                    names += clause.classes
            if not entry.unknown_reason and applies(entry):
                unknown |= {n for n in names if models.class_named(n) is None}
    assert unknown == set()
