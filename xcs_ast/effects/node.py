"""Immutable records that are cheap to define.

Guarantees: instances compare and hash by class and fields, and cannot be assigned to. Assumes: nothing.
"""

from __future__ import annotations

from xcs_ast.native import NoReturn, dataclass_transform, use_own

use_own(globals())

__all__ = ["Node"]


@dataclass_transform(frozen_default=True, eq_default=True)
class Node:
    """Base of specs and clauses: an immutable record, like a frozen dataclass.

    Making such a class costs next to nothing; two dozen dataclasses take 15 ms, more than all of the rest
    of a start-up.
    """

    __match_args__: tuple[str, ...] = ()

    def __init_subclass__(cls) -> None:
        """The annotations of the class are its fields, in order."""
        names = tuple(cls.__dict__.get("__annotations__", ()))  # noqa: RUF063 (`inspect` is heavy)
        type.__setattr__(cls, "__match_args__", names)

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Takes the fields by position or by name."""
        names = self.__match_args__
        fields = dict(zip(names, args, strict=False), **kwargs)
        if len(args) > len(names) or not fields.keys() <= set(names):
            raise TypeError(f"{type(self).__name__} has the fields {names}")
        for name in names[len(args) :]:
            if name not in fields:
                if not hasattr(type(self), name):
                    raise TypeError(f"{type(self).__name__} lacks {name!r}")
                fields[name] = getattr(type(self), name)
        self.__dict__.update(fields)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse."""
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __delattr__(self, name: str) -> NoReturn:
        """Refuse."""
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __eq__(self, other: object) -> bool:
        """Same class, equal fields."""
        return type(other) is type(self) and other.__dict__ == self.__dict__

    def __hash__(self) -> int:
        """Of class and fields."""
        return hash((type(self), *(self.__dict__[name] for name in self.__match_args__)))

    def __repr__(self) -> str:
        """As a call of the class."""
        fields = ", ".join(f"{name}={self.__dict__[name]!r}" for name in self.__match_args__)
        return f"{type(self).__name__}({fields})"
