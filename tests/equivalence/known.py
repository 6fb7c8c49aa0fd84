"""Differences that are known and not mended yet. Each mark is strict: who mends one must take its entry out."""

from __future__ import annotations

from typing import Final

__all__ = ["KNOWN"]

_OPERATOR = (
    "a `special` clause of a model has no effect on builtin containers (operator.iadd, setitem, delitem)"
)
_NAMESPACE = "an object's `__dict__` that is held as a dict is not seen to be the object's attributes"
_JSON = "the model of json.dumps does not call `default`"
_REPEAT = "repeating a sequence calls `__index__` of the other operand"

KNOWN: Final[dict[str, str]] = {
    "odd_writes-case_operator_iadd": _OPERATOR,
    "odd_writes-case_operator_setitem": _OPERATOR,
    "odd_writes-case_operator_delitem": _OPERATOR,
    "odd_writes-case_instance_dict_alias": _NAMESPACE,
    "odd_writes-case_globals_alias": _NAMESPACE,
    "odd_writes-case_special_multiply": _REPEAT,
    "operator.iadd": _OPERATOR,
    "operator.iadd in callee": _OPERATOR,
    "operator.setitem": _OPERATOR,
    "instance dict alias": _NAMESPACE,
    "instance dict update in a function": _NAMESPACE,
    "globals alias": _NAMESPACE,
    "str times index": _REPEAT,
    "str times index body": _REPEAT,
    "list times index": _REPEAT,
    "b'a'*p": _REPEAT,
    "[1]*p": _REPEAT,
    "json.dumps([{1}],default=cb)": _JSON,
    "json default": _JSON,
    "json default nested": _JSON,
    "lambda default body": _JSON,
}
