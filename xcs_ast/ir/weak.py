"""Weak references, asked without asking what they refer to.

Guarantees: no user code runs.
"""

from __future__ import annotations

import gc
from _weakref import CallableProxyType, ProxyType, ReferenceType

from xcs_ast.native import Any, Final, use_own

use_own(globals())

__all__ = ["calls_back"]

_PROXIES: Final = frozenset({ProxyType, CallableProxyType})


def calls_back(reference: Any) -> bool:
    """Whether a weak reference or proxy calls something when its object ends."""
    if type(reference) in _PROXIES:  # an attribute of it would be the object's
        return bool(gc.get_referents(reference))
    return ReferenceType.__dict__["__callback__"].__get__(reference) is not None
