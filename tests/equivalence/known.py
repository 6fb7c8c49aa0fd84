"""Differences that are known and not mended yet. The marks are strict: who mends one takes it out."""

from __future__ import annotations

from typing import Final

__all__ = ["KNOWN"]

KNOWN: Final[dict[str, str]] = {
    "shared_outside-case_locals_of_the_caller": (
        "a callee that lists `f_locals` of its caller's frame sees the handle of the region, `_xcs_h...`"
    ),
    "shared_hidden-case_instance_dict_with_a_sly_key": (
        "a key of an instance's dictionary that is no string, has the hash of an attribute's name and an "
        "`__eq__` in Python: looking up the attribute in the dictionary asks it once more"
    ),
}
