"""Context managers, entered and left in the recorder's sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

from xcs_ast.native import use_own

use_own(globals())

if TYPE_CHECKING:
    from xcs_ast.tracer.calls import CallHooks

__all__ = ["Manager"]


@final
class Manager:
    """Stands for a context manager in a `with` statement of a clone: calls its methods through the recorder.

    Both methods are looked up before either is called, on the class, as the statement does.
    """

    __slots__ = ("_cm", "_enter", "_hooks", "_leave")

    def __init__(self, hooks: CallHooks, cm: Any, enter: Any, leave: Any) -> None:
        self._hooks = hooks
        self._cm = cm
        self._enter = enter
        self._leave = leave

    def __enter__(self) -> Any:
        value = self._hooks.link.recorder.call(self._enter, self._cm)
        # What leaves the block might see an effect of its body fail.
        self._hooks.enter_try()
        return value

    def __exit__(self, kind: Any, error: Any, trace: Any) -> Any:
        recorder = self._hooks.link.recorder
        self._hooks.leave_try()
        if kind is not None:
            if recorder is self._hooks:
                self._hooks.doubt(error)
            return recorder.truth(recorder.call(self._leave, self._cm, kind, error, trace))
        recorder.call(self._leave, self._cm, None, None, None)
        return None
