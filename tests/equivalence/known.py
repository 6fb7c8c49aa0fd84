"""Differences that are known and not mended yet. The marks are strict: who mends one takes it out."""

from __future__ import annotations

from typing import Final

__all__ = ["KNOWN"]

_OPERATOR = (
    "a `special` clause of a model has no effect on builtin containers (operator.iadd, setitem, delitem)"
)
_JSON = "the model of json.dumps does not call `default`"

KNOWN: Final[dict[str, str]] = {
    "odd_writes-case_operator_iadd": _OPERATOR,
    "odd_writes-case_operator_setitem": _OPERATOR,
    "odd_writes-case_operator_delitem": _OPERATOR,
    "operator.iadd": _OPERATOR,
    "operator.iadd in callee": _OPERATOR,
    "operator.setitem": _OPERATOR,
    "json.dumps([{1}],default=cb)": _JSON,
    "json default": _JSON,
    "json default nested": _JSON,
    "lambda default body": _JSON,
}
