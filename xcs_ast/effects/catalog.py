"""Look-ups in the effect models: from a live object to the entry that describes it, or to nothing.

Guarantees: an entry is returned only for the genuine article. A C function or class is recognized by its own
module and name and by the way it was made; a Python function of a modelled module also by the file that its
code object was compiled from. So a function which a program put in the place of `time.sleep`, and one that
merely copies its `__module__` and `__qualname__` (`functools.wraps`), has no entry. No user code runs: no
attribute of a foreign object is computed, only instance and class dictionaries are read. A file of models
is read when something of its module is looked up for the first time; an entry is parsed when it is asked for.

Assumes: nobody rewrites the internals of the standard library in place.
"""

from __future__ import annotations

import os
import sys
import types
from functools import lru_cache, partial
from operator import attrgetter

from xcs_ast.effects.catalog_names import (
    CHEAP,
    COMPILED_FROM,
    FILE_OF,
    HOMES,
    ON_WINDOWS,
    UNNAMED,
    hidden_types,
    sample_of,
)
from xcs_ast.effects.catalog_sections import Section, sections_of
from xcs_ast.effects.entries import Entry, EntryKind
from xcs_ast.effects.resolve import BOUND_C
from xcs_ast.native import Final, final, use_own

use_own(globals())

__all__ = [
    "MODELS",
    "Catalog",
    "class_named",
    "default",
    "for_attr",
    "for_callable",
    "for_const",
    "for_construct",
    "for_method",
    "is_modelled",
]

MODELS: Final = os.path.join(os.path.dirname(__file__), "models")
"""The directory with the models of this package."""

_IMMUTABLE_TYPE: Final = 1 << 8
_HEAP_TYPE: Final = 1 << 9
_TYPE_FLAGS: Final = type.__dict__["__flags__"]
_TYPE_DICT: Final = type.__dict__["__dict__"]
_TYPE_MODULE: Final = type.__dict__["__module__"]
_TYPE_QUALNAME: Final = type.__dict__["__qualname__"]
_TYPE_MRO: Final = type.__dict__["__mro__"]
_C_DESCRIPTORS: Final = (
    attrgetter,
    partial,
    types.BuiltinFunctionType,
    types.ClassMethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
)
_LRU_CACHE: Final = type(lru_cache(len))
_METHODS: Final = (
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
)


_GENERATED: Final = frozenset({"__init__", "__new__", "__eq__", "__repr__", "__hash__"})
"""Methods that `dataclass` and `namedtuple` compile from a string."""


@final
class Catalog:
    """The models of one directory (or several: the first that has the file wins)."""

    def __init__(self, *directories: str) -> None:
        """A catalog of the models in these directories; by default those of this package."""
        self._directories = directories or (MODELS,)
        self._files: dict[str, bool] = {}
        self._present: tuple[tuple[str, frozenset[str]], ...] | None = None
        self._modules: dict[str, Section] = {}
        self._classes: dict[str, Section] = {}
        self._hidden: dict[str, type] | None = None
        self._genuine: dict[str, str | None] = {}
        self._known: dict[str, bool] = {}

    # ------------------------------------------------------------------------------------ public look-ups

    def for_callable(self, obj: object) -> Entry | None:
        """The entry of a live callable: a function, a method descriptor, a bound builtin method, or a class.

        For `list.append` the entry's kind is `METHOD`: the first positional argument is then the receiver.
        For `[].append` likewise, the receiver being `obj.__self__`. A bound *Python* method has no entry
        of its own: look up `for_method(type(obj.__self__), name)`, or its `__func__`.
        """
        return self._intact(self._callable(obj))

    def _callable(self, obj: object) -> Entry | None:
        kind = type(obj)
        if kind in BOUND_C:
            return self._for_builtin(obj)
        if kind is types.FunctionType:
            return self._for_function(obj)
        if kind is types.MethodType:
            return self._for_module_method(obj)
        if kind in _METHODS:
            owner: type = obj.__objclass__  # type: ignore[attr-defined]
            return self._of_class(owner, obj.__name__)  # type: ignore[attr-defined]
        if kind is types.MethodWrapperType:
            return self.for_method(type(obj.__self__), obj.__name__)  # type: ignore[attr-defined]
        if kind is _LRU_CACHE:
            return self._for_cached(obj)
        if issubclass(kind, type):
            return self.for_construct(obj)  # type: ignore[arg-type]
        return None

    def for_method(self, cls: type, name: str) -> Entry | None:
        """The entry of the method that `cls` has under `name`: its own, or that of a modelled base.

        `None` where another class of the MRO comes first with that name, and where a user's class derives
        from a modelled one whose method may notice (it stands under a header that is not `open`).
        """
        return self._intact(self._along_mro(cls, name, name))

    def for_attr(self, cls: type, name: str) -> Entry | None:
        """The entry (`.name`) of a data attribute or property of instances of `cls`."""
        return self._intact(self._along_mro(cls, name, "." + name))

    def for_construct(self, cls: type) -> Entry | None:
        """The entry (`()`) of calling exactly this class."""
        return self._intact(self._of_class(cls, "()"))

    def for_const(self, module: str, name: str) -> Entry | None:
        """The entry (`const NAME`) of a module's attribute."""
        section = self._module_section(HOMES.get(module, module))
        return None if section is None else section.get("const " + name)

    def is_modelled(self, cls: type) -> bool:
        """Whether exactly this class has a section."""
        return self._class_section(cls) is not None

    def class_named(self, dotted: str) -> type | None:
        """The class that a model means by this name: already imported, or of the cheap standard modules."""
        if os.name == "nt":
            dotted = ON_WINDOWS.get(dotted, dotted)
        hidden = self._hidden_type(dotted)
        if hidden is not None:
            return hidden
        if dotted in UNNAMED:
            return type(sample_of(dotted))
        module_name, _, name = dotted.rpartition(".")
        while module_name:
            module = sys.modules.get(module_name)
            if module is None and module_name in CHEAP:
                __import__(module_name)
                module = sys.modules.get(module_name)
            if module is not None:
                found: object = module
                for part in name.split("."):
                    found = _own(found, part)
                return _as_class(found)
            module_name, _, more = module_name.rpartition(".")
            name = f"{more}.{name}"
        return None

    def load(self, module: str) -> None:
        """Reads the file for `module`, unless that has been done; what it says is looked up when needed."""
        self._load(HOMES.get(module, module))

    def knows(self, module: str) -> bool:
        """Whether there is a file for a module, or for a package that holds it."""
        known = self._known.get(module)
        if known is None:
            self.load(module)
            outer = module.rpartition(".")[0]
            known = self._files[HOMES.get(module, module)] or (outer != "" and self.knows(outer))
            self._known[module] = known
        return known

    def sections(self, module: str) -> dict[str, tuple[str, ...]]:
        """Every section of the file for `module`, with the keys of its entries (for tests and documents)."""
        home = HOMES.get(module, module)
        self._load(home)
        place = self._file_name(home)
        return {
            ("class " if section.of_class else "") + owner: section.keys()
            for owner, section in (*self._modules.items(), *self._classes.items())
            if section.place == place
        }

    def entry(self, section: str, key: str) -> Entry | None:
        """The entry with this key in a section that has been loaded (`json`, `class builtins.list`)."""
        of_class = section.startswith("class ")
        table = self._classes if of_class else self._modules
        found = table.get(section.removeprefix("class "))
        return None if found is None else found.get(key)

    # ---------------------------------------------------------------------------------- recognizing objects

    def _intact(self, entry: Entry | None) -> Entry | None:
        """The entry, unless something has been replaced that it relies on (to fake replies, say)."""
        if entry is None or not entry.intact or all(map(self.is_original, entry.intact)):
            return entry
        return None

    def is_original(self, dotted: str) -> bool:
        """Whether what goes by this name now is what its authors put there. What is not loaded is.

        `MODULE:NAME=0` asks for a number, `MODULE:CLASS.*` for all that a class holds (where there is one).
        """
        dotted, _, number = dotted.partition("=")
        module, _, name = dotted.partition(":")
        if module not in sys.modules:
            return True
        found: object = sys.modules[module]
        for part in name.removesuffix(".*").split("."):
            found = _own(found, part)
        if name.endswith(".*"):
            owner = _as_class(found)
            if owner is None or _class_name(owner) != (module, name[:-2]):
                return found is None
            from xcs_ast.effects.untouched import is_untouched

            return is_untouched(owner, partial(self._is_from, module=module))
        if number:
            return type(found) is int and found == int(number)
        if type(found) is types.FunctionType:
            return self._is_from(found, module)
        cls = _as_class(found)
        return cls is not None and _class_name(cls) == (module, name)

    def _for_builtin(self, obj: object) -> Entry | None:
        owner = obj.__self__  # type: ignore[attr-defined]
        name: str = obj.__name__  # type: ignore[attr-defined]
        if owner is None and obj.__module__ is None:
            return self._for_builtin_static(obj, name)
        if owner is None or type(owner) is types.ModuleType:
            # The name that the C code gave; both are beyond the reach of `functools.wraps`.
            module = obj.__module__ if owner is None else owner.__dict__.get("__name__")
            section = self._module_section(HOMES.get(module, module)) if isinstance(module, str) else None
            return None if section is None else section.get(name)
        if issubclass(type(owner), type):
            found = self.for_method(owner, name)
            return found if found and found.kind in (EntryKind.CLASSMETHOD, EntryKind.STATICMETHOD) else None
        return self._for_module_method(obj) or self.for_method(type(owner), name)

    def _for_builtin_static(self, obj: object, name: str) -> Entry | None:
        """`str.maketrans` and its like."""
        for cls in (str, bytes, bytearray):
            found = _TYPE_DICT.__get__(cls).get(name)
            if isinstance(found, staticmethod) and found.__func__ is obj:
                return self._of_class(cls, name)
        return None

    def _for_function(self, obj: object) -> Entry | None:
        assert type(obj) is types.FunctionType
        module, qualname = obj.__module__, obj.__qualname__
        if type(module) is not str or not self._is_from(obj, module):
            return None
        owner, _, name = qualname.rpartition(".")
        home = HOMES.get(module, module)
        if not owner or (owner.endswith(".<locals>") and _own(sys.modules.get(module), name) is obj):
            section = self._module_section(home)
            return None if section is None else section.get(name)
        self._load(home)
        section = self._classes.get(f"{home}.{owner}")
        return None if section is None else section.get(name)

    def _for_cached(self, obj: object) -> Entry | None:
        """A function of the standard library behind its own `lru_cache` (`urllib.parse.urlsplit`)."""
        function = obj.__dict__.get("__wrapped__")  # a program may have taken it away
        if type(function) is not types.FunctionType or type(function.__module__) is not str:
            return None
        genuine = _own(sys.modules.get(function.__module__), function.__name__) is obj
        return self._for_function(function) if genuine else None

    def _for_module_method(self, obj: object) -> Entry | None:
        """`random.random` and its like: methods of one instance that a module keeps."""
        owner = obj.__self__  # type: ignore[attr-defined]
        home = "random"
        if _class_name(type(owner)) != (home, "Random") or _own(sys.modules.get(home), "_inst") is not owner:
            return None
        section = self._module_section(home)
        name: str = obj.__name__  # type: ignore[attr-defined]
        if section is None or self._along_mro(type(owner), name, name) is None:
            return None
        return section.get(name)

    def _is_from(self, function: types.FunctionType, module: str) -> bool:
        """Whether the code of `function` is that which the file of its module holds under its name."""
        code = function.__code__
        module = COMPILED_FROM.get(module, module)
        if code.co_qualname != function.__qualname__:
            return False
        if code.co_filename == f"<frozen {module}>":
            return True
        expected = self._genuine.get(module, "")
        if expected == "":
            file = _own(sys.modules.get(module), "__file__")
            expected = file if isinstance(file, str) else None
            self._genuine[module] = expected
        if code.co_filename == expected:
            return True
        # A package may let the functions of its modules go by its own name (`httpx.get`).
        folder, name = os.path.split(expected or "")
        return name == "__init__.py" and code.co_filename.startswith(folder + os.sep)

    def _class_section(self, cls: type) -> Section | None:
        """The section of exactly this class, if it is the genuine one."""
        name = _class_name(cls)
        if name is None:
            return None
        module, qualname = name
        home = HOMES.get(module, module)
        self._load(home)
        section = self._classes.get(f"{home}.{qualname}")
        if section is None:
            return None
        if _is_static(cls):
            return section
        if section.owner in UNNAMED:
            return section if self.class_named(section.owner) is cls else None
        found: object = sys.modules.get(module)
        for part in qualname.split("."):
            found = _own(found, part)
        return section if found is cls else None

    def _of_class(self, cls: type, key: str) -> Entry | None:
        section = self._class_section(cls)
        return None if section is None else section.get(key)

    def _along_mro(self, cls: type, name: str, key: str) -> Entry | None:
        outermost = True
        for base in _TYPE_MRO.__get__(cls):
            own = _TYPE_DICT.__get__(base)
            defined = name in own
            section = self._class_section(base)
            if section is None:
                if defined:
                    return None
                outermost = False
                continue
            if not outermost and section.is_closed(key):
                return None
            entry = section.get(key)
            if entry is not None:
                if entry.kind is EntryKind.CLASSMETHOD and base is not cls:
                    return None  # It makes instances of `cls`, whatever the entry of the base says.
                return entry if self._is_genuine_attribute(cls, base, name) else None
            if defined:
                return None
        return None

    def _is_genuine_attribute(self, cls: type, base: type, name: str) -> bool:
        """Whether what the classes hold under `name` is what their authors put there, not a replacement."""
        mro = _TYPE_MRO.__get__(cls)
        for definer in mro[mro.index(base) :]:
            found = _TYPE_DICT.__get__(definer).get(name, _own)
            if found is _own:
                continue
            if _is_static(definer):
                return True
            return self._is_genuine(found, definer)
        return True  # An instance attribute, which no class knows of.

    def _is_genuine(self, found: object, definer: type) -> bool:
        if type(found) is staticmethod or type(found) is classmethod:
            found = found.__func__
        if type(found) is property:
            found = found.fget
        if type(found) is types.FunctionType:
            module = _class_name(definer)
            return module is not None and (
                self._is_from(found, module[0])
                or (found.__code__.co_filename == "<string>" and found.__name__ in _GENERATED)
                or self._is_wrapped(found, module[0])
            )
        kind = type(found)
        return kind in _C_DESCRIPTORS or issubclass(kind, type) or not callable(found)

    def _is_wrapped(self, found: types.FunctionType, module: str) -> bool:
        """Whether it is a function of a module behind a decorator of the same package."""
        inner = found.__dict__.get("__wrapped__")
        file = _own(sys.modules.get(module.partition(".")[0]), "__file__")
        near = type(file) is str and found.__code__.co_filename.startswith(os.path.dirname(file) + os.sep)
        return near and type(inner) is types.FunctionType and self._is_from(inner, module)

    # ------------------------------------------------------------------------------------------ the files

    def _module_section(self, home: str) -> Section | None:
        self._load(home)
        return self._modules.get(home)

    def _hidden_type(self, dotted: str) -> type | None:
        if not dotted.startswith("builtins."):
            return None
        if self._hidden is None:
            self._hidden = hidden_types()
        return self._hidden.get(dotted.removeprefix("builtins."))

    @staticmethod
    def _file_name(home: str) -> str:
        return FILE_OF.get(home, home) + ".effects"

    def _load(self, home: str) -> None:
        """Cut the file for `home` into sections, once. A missing file is remembered as well.

        It counts as loaded when all of it is there: any thread may ask meanwhile, and does the same work.
        """
        if home in self._files:
            return
        found = False
        if home.replace(".", "").replace("_", "").isalnum():
            name = self._file_name(home)
            for directory, names in self._listed():
                if name not in names:  # as for nearly all; to open it in vain takes several times as long
                    continue
                try:
                    with open(os.path.join(directory, name), encoding="utf-8") as file:
                        text = file.read()
                except OSError:
                    continue
                self._publish(sections_of(text, name))
                found = True
                break
            else:
                # A package's models may stand in one file: `urllib3.response` in `urllib3.effects`.
                package = home.rpartition(".")[0]
                if package:
                    self._load(package)
        self._files[home] = found

    def _listed(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """Each directory with the names in it, which are read once."""
        present = self._present
        if present is None:
            found: list[tuple[str, frozenset[str]]] = []
            for directory in self._directories:
                try:
                    found.append((directory, frozenset(os.listdir(directory))))
                except OSError:
                    continue
            present = self._present = tuple(found)
        return present

    def _publish(self, sections: list[Section]) -> None:
        """Make the sections of one file known. Those that another thread has made of it stay."""
        for section in sections:
            table = self._classes if section.of_class else self._modules
            present = table.setdefault(section.owner, section)
            if present.place != section.place:
                table[section.owner] = section


def _own(obj: object, name: str) -> object:
    """What a module or class itself holds under `name`; `None` if nothing."""
    if type(obj) is types.ModuleType:
        return obj.__dict__.get(name)
    cls = _as_class(obj)
    return None if cls is None else _TYPE_DICT.__get__(cls).get(name)


def _as_class(obj: object) -> type | None:
    """The object itself if it is a class. (`isinstance` might ask the object for its `__class__`.)"""
    return obj if issubclass(type(obj), type) else None  # type: ignore[return-value]


def _class_name(cls: type) -> tuple[str, str] | None:
    """(module, qualified name) of a class, without asking its metaclass."""
    module, qualname = _TYPE_MODULE.__get__(cls), _TYPE_QUALNAME.__get__(cls)
    return (module, qualname) if type(module) is str and type(qualname) is str else None


def _is_static(cls: type) -> bool:
    """Whether C code made the class and nobody can change it."""
    flags: int = _TYPE_FLAGS.__get__(cls)
    return not flags & _HEAP_TYPE or bool(flags & _IMMUTABLE_TYPE)


default: Final = Catalog()
"""The models that come with this package."""
for_callable = default.for_callable
for_method = default.for_method
for_attr = default.for_attr
for_construct = default.for_construct
for_const = default.for_const
is_modelled = default.is_modelled
class_named = default.class_named
