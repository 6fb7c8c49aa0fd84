"""`dataclass`, without what makes it slow to import and to apply.

Start-up is counted in milliseconds here: the standard module imports `inspect` (about 5 ms), and compiles
half a dozen functions for each class (0.3 ms, ninety times). Here classes with so many fields share one
`__init__`, which lies compiled in `record_makers`, and all classes share the other methods.

Guarantees: for what is used in this package (`frozen`, `slots`, `eq`, `field`, `__post_init__`, inheritance
of fields) classes behave as those of the standard decorator do; `dataclasses.fields`, `replace`, `asdict`
and pattern matching work on them. Type checkers see the standard decorator.
Assumes: annotations are strings or otherwise harmless, and name nothing but fields.
"""

from __future__ import annotations

from xcs_ast.native import use_own

use_own(globals())

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:
    from operator import attrgetter
    from types import FunctionType

    from xcs_ast import record_makers

    _MISSING = object()

    class _Field:
        __slots__ = ("compare", "default", "factory", "name", "repr")

        def __init__(self, default=_MISSING, factory=_MISSING, repr=True, compare=True):
            self.default = default
            self.factory = factory
            self.repr = repr
            self.compare = compare
            self.name = ""

    def field(*, default=_MISSING, default_factory=_MISSING, repr=True, compare=True):
        """As `dataclasses.field`."""
        return _Field(default, default_factory, repr, compare)

    def replace(obj, /, **changes):
        """As `dataclasses.replace`."""
        for name in type(obj).__match_args__:
            if name not in changes:
                changes[name] = getattr(obj, name)
        return type(obj)(**changes)

    class _StandardFields:
        """`__dataclass_fields__`, made when somebody asks."""

        def __get__(self, instance, owner):
            import dataclasses

            found = {}
            for each in owner.__xcs_fields__:
                made = dataclasses.field(repr=each.repr, compare=each.compare)
                made.name = each.name
                made._field_type = dataclasses._FIELD
                if each.default is not _MISSING:
                    made.default = each.default
                if each.factory is not _MISSING:
                    made.default_factory = each.factory
                found[each.name] = made
            return found

    _STANDARD_FIELDS = _StandardFields()

    def dataclass(*, frozen=False, slots=False, eq=True):
        """As `dataclasses.dataclass`."""
        return lambda cls: _made(cls, frozen, slots, eq)

    def _made(cls, frozen, slots, eq):
        space = dict(cls.__dict__)
        own = []
        for name in space.get("__annotations__", ()):
            given = space.get(name, _MISSING)
            each = given if type(given) is _Field else _Field(given)
            each.name = name
            own.append(each)
            if each.default is not _MISSING and not slots:
                space[name] = each.default
            else:
                space.pop(name, None)
        names = {each.name for each in own}
        inherited = [each for base in cls.__mro__[:0:-1] for each in base.__dict__.get("__xcs_own__", ())]
        fields = (*(each for each in inherited if each.name not in names), *own)
        space.pop("__dict__", None)
        space.pop("__weakref__", None)
        space["__xcs_own__"] = tuple(own)
        space["__xcs_fields__"] = fields
        space["__dataclass_fields__"] = _STANDARD_FIELDS
        space.setdefault("__match_args__", tuple(each.name for each in fields))
        space.setdefault("__repr__", _repr)
        if eq:
            _add_equality(space, fields, frozen)
        if frozen:
            space["__setattr__"] = space["__delattr__"] = _refuse
        if slots:
            space["__slots__"] = tuple(each.name for each in own)
            space.setdefault("__getstate__", _get_state)
            space.setdefault("__setstate__", _set_state)
        new = type(cls)(cls.__name__, cls.__bases__, space)
        new.__qualname__ = cls.__qualname__
        if "__init__" not in cls.__dict__:
            new.__init__ = _initializer(new, fields, slots)
        return new

    def _add_equality(space, fields, frozen):
        compared = tuple(each.name for each in fields if each.compare)
        state = attrgetter(*compared) if compared else lambda _: ()

        def __eq__(self, other):
            if other.__class__ is self.__class__:
                return self is other or state(self) == state(other)
            return NotImplemented

        def __hash__(self):
            return hash(state(self))

        space.setdefault("__eq__", __eq__)
        space.setdefault("__hash__", __hash__ if frozen else None)

    def _initializer(cls, fields, slots):
        after = hasattr(cls, "__post_init__")
        makers = tuple(each.factory is not _MISSING for each in fields)
        setters = [_setter(cls, each.name) for each in fields] if slots else [each.name for each in fields]
        name = _maker_name(makers, after, slots)
        maker = getattr(record_makers, name, None)
        if maker is None:
            maker = _compiled(name)
            setattr(record_makers, name, maker)
        factories = [each.factory for each in fields if each.factory is not _MISSING]
        shared = maker(_MISSING, object.__setattr__, *setters, *factories)
        code = shared.__code__
        names = ("self", *(each.name for each in fields))
        code = code.replace(
            co_varnames=names + code.co_varnames[len(names) :],
            co_qualname=f"{cls.__qualname__}.__init__",
        )
        defaults = tuple(
            each.default if each.factory is _MISSING else _MISSING
            for each in fields
            if each.default is not _MISSING or each.factory is not _MISSING
        )
        return FunctionType(code, shared.__globals__, "__init__", defaults or None, shared.__closure__)

    def _setter(cls, name):
        for base in cls.__mro__:
            if name in base.__dict__:
                return base.__dict__[name].__set__
        raise TypeError(name)

    def _maker_name(makers, after, slots):
        """What `record_makers` calls it: how fields are kept, a digit for each (1: it has a factory)."""
        digits = "".join(["1" if made else "0" for made in makers])
        return f"{'slots' if slots else 'fields'}_{digits}{'_post' if after else ''}"

    def _compiled(name):
        """One that `record_makers` does not have, as no class of this package needs it."""
        space = {"__name__": __name__}
        exec(maker_text(name), space)
        return space[name]

    def maker_text(name):
        """A function that makes the `__init__` of all classes with such fields."""
        kept, digits, *after = name.split("_")
        outer = ["missing", "assign", *(f"s{n}" for n in range(len(digits)))]
        outer += [f"f{n}" for n, digit in enumerate(digits) if digit == "1"]
        body = []
        for n, digit in enumerate(digits):
            value = f"f{n}() if a{n} is missing else a{n}" if digit == "1" else f"a{n}"
            body.append(f"s{n}(self, {value})" if kept == "slots" else f"assign(self, s{n}, {value})")
        if after:
            body.append("self.__post_init__()")
        arguments = ", ".join(["self", *(f"a{n}" for n in range(len(digits)))])
        lines = "".join(f"        {line}\n" for line in body or ["pass"])
        head = f"def {name}({', '.join(outer)}):\n    def __init__({arguments}):\n"
        return f"{head}{lines}\n    return __init__\n"

    def _repr(self):
        shown = ", ".join(
            f"{each.name}={getattr(self, each.name)!r}" for each in type(self).__xcs_fields__ if each.repr
        )
        return f"{type(self).__qualname__}({shown})"

    def _refuse(self, name, *value):
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot {'assign to' if value else 'delete'} field {name!r}")

    def _get_state(self):
        return [getattr(self, each.name) for each in type(self).__xcs_fields__]

    def _set_state(self, state):
        for each, value in zip(type(self).__xcs_fields__, state, strict=True):
            object.__setattr__(self, each.name, value)


__all__ = ["dataclass", "field", "replace"]
