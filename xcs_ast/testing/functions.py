"""Run one function plainly and optimized on equal inputs, and compare all that can be seen."""

from __future__ import annotations

import base64
import copy
import pickle
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, final

from xcs_ast import config
from xcs_ast.testing.capture import captured
from xcs_ast.testing.outcome import Outcome, differences
from xcs_ast.testing.picture import Picture, hide_frames_of, module_state, picture_of
from xcs_ast.testing.plain import plain_of
from xcs_ast.testing.regions import rearm
from xcs_ast.testing.rollback import Checkpoint, roots_of
from xcs_ast.testing.schedules import QUICK, Schedule, scheduled

__all__ = ["Nondeterministic", "NotEquivalent", "Pair", "check_call"]

Function = Callable[..., object]


class NotEquivalent(AssertionError):
    """The optimized function did something that the plain one does not.

    `script` is a program that shows it.
    """

    def __init__(self, message: str, found: tuple[str, ...] = (), script: str = "") -> None:
        super().__init__(message)
        self.differences = found
        self.script = script


class Nondeterministic(ValueError):
    """Two plain runs on equal inputs differ, so that nothing can be said of the optimized one."""


@final
@dataclass(frozen=True, slots=True)
class Pair:
    """A function, and what is to be compared with it (by default the same through `jit`)."""

    plain: Function
    optimized: Function

    @staticmethod
    def of(function: Function, transform: Callable[[Any], Any] | None = None) -> Pair:
        """`function` beside its optimized self, whichever of the two is given."""
        if transform is None:
            from xcs_ast import jit

            transform = jit
        plain: Function = plain_of(function)
        return Pair(plain, transform(plain))

    def check(
        self,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        schedules: tuple[Schedule, ...] = QUICK,
        *,
        extra_calls: bool = False,
    ) -> Outcome:
        """Run both on copies of the arguments; what the plain run showed.

        Raises:
            NotEquivalent: if one of the optimized runs can be told from a plain one.
            Nondeterministic: if two plain runs can.
        """
        rearm()
        checkpoint = Checkpoint([*roots_of(self.plain), *roots_of(self.optimized)])
        try:
            plain = self._run_plainly(args, kwargs, checkpoint)
            for schedule in schedules:
                with scheduled(schedule):
                    outcome = self._run(self.optimized, args, kwargs, checkpoint)
                found = differences(plain, outcome, extra_calls=extra_calls or plain.raised)
                if found:
                    again = differences(plain, self._run_plainly(args, kwargs, checkpoint))
                    if again:
                        raise Nondeterministic(
                            f"two plain runs of {_name(self.plain)} differ: {'; '.join(again)}"
                        )
                    raise self._report(args, kwargs, schedule, found)
        finally:
            checkpoint.close()
        return plain

    def check_is_deterministic(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """Run the plain function twice.

        Raises:
            Nondeterministic: if the two runs can be told apart.
        """
        checkpoint = Checkpoint(roots_of(self.plain))
        try:
            runs = [self._run_plainly(args, kwargs, checkpoint) for _ in range(2)]
        finally:
            checkpoint.close()
        found = differences(*runs)
        if found:
            raise Nondeterministic(f"two plain runs of {_name(self.plain)} differ: {'; '.join(found)}")

    def _run_plainly(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any], checkpoint: Checkpoint
    ) -> Outcome:
        """With no region running ahead, in callees neither."""
        # Eager, so that no site takes it for not paying.
        with config.overridden(enabled=False, eager=True):
            return self._run(self.plain, args, kwargs, checkpoint)

    def _run(
        self, function: Function, args: tuple[Any, ...], kwargs: Mapping[str, Any], checkpoint: Checkpoint
    ) -> Outcome:
        checkpoint.rewind()
        memo = {id(obj): obj for obj in checkpoint.reached}
        function, args, kwargs = _copied(function, args, kwargs, memo)
        owner = getattr(function, "__func__", function)
        scope = getattr(owner, "__globals__", {})
        cells = getattr(owner, "__closure__", None) or ()

        def body() -> object:
            return function(*args, **kwargs)

        hide_frames_of(body.__code__)

        def paint(value: object, raised: BaseException | None) -> Picture:
            bound = getattr(function, "__self__", None)
            return picture_of(
                value=value,
                exception=raised,
                arguments=(args, dict(kwargs)),
                bound_to=None if isinstance(bound, types.ModuleType) else bound,
                closure=list(cells),
                globals=module_state(scope),
            )

        return captured(body, paint)

    def _report(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any], schedule: Schedule, found: tuple[str, ...]
    ) -> NotEquivalent:
        script = script_for(self.plain, args, kwargs, schedule)
        lines = "\n".join(f"  - {each}" for each in found)
        message = (
            f"{_name(self.plain)} optimized differs from plain Python\n{lines}\n"
            f"under the schedule: {schedule}\narguments: {_call_text(args, kwargs)}\n"
            f"This script shows it:\n\n{script}"
        )
        return NotEquivalent(message, found, script)


def check_call(
    function: Function,
    args: tuple[Any, ...] = (),
    kwargs: Mapping[str, Any] | None = None,
    schedule: Schedule | None = None,
) -> None:
    """Compare one call, under one schedule or under the usual ones."""
    Pair.of(function).check(args, kwargs or {}, QUICK if schedule is None else (schedule,))


def script_for(
    function: Function, args: tuple[Any, ...], kwargs: Mapping[str, Any], schedule: Schedule
) -> str:
    """A program that repeats one comparison."""
    module = getattr(function, "__module__", "__main__")
    name = getattr(function, "__qualname__", "function")
    literal = _call_text(args, kwargs)
    arguments = [f"args, kwargs = {literal}"]
    if not _is_faithful(literal, (args, dict(kwargs))):
        try:
            data = base64.b64encode(pickle.dumps((args, dict(kwargs)))).decode()
            arguments = [
                "import base64, pickle",
                f"args, kwargs = pickle.loads(base64.b64decode({data!r}))  # {literal}",
            ]
        except Exception:
            arguments.append("# (these arguments have no exact literal: fill them in)")
    return "\n".join(
        [
            "import importlib",
            "import operator",
            "from xcs_ast.testing import Order, Schedule, check_call",
            f"function = operator.attrgetter({name!r})(importlib.import_module({module!r}))",
            *arguments,
            f"check_call(function, args, kwargs, {_schedule_text(schedule)})",
            "",
        ]
    )


def _schedule_text(schedule: Schedule) -> str:
    order = f"Order.{schedule.order.name}"
    rest = f"workers={schedule.workers}, nth={schedule.nth}, switch_interval={schedule.switch_interval}"
    return f"Schedule({order}, {rest})"


def _call_text(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    try:
        return repr((args, dict(kwargs))).replace("\n", " ")
    except Exception as error:
        return f"(arguments whose repr fails: {type(error).__name__})"


def _is_faithful(text: str, wanted: object) -> bool:
    import ast

    try:
        return picture_of(value=ast.literal_eval(text)) == picture_of(value=wanted)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False


def _copied(
    function: Function, args: tuple[Any, ...], kwargs: Mapping[str, Any], memo: dict[int, Any]
) -> tuple[Function, tuple[Any, ...], dict[str, Any]]:
    """The arguments, and the object that a method is bound to, copied with one memo: aliases stay aliases."""
    bound = getattr(function, "__self__", None)
    if isinstance(function, types.MethodType) and not isinstance(bound, type):
        bound, args, kwargs = copy.deepcopy((bound, args, dict(kwargs)), memo)
        return types.MethodType(function.__func__, bound), args, dict(kwargs)
    args, kwargs = copy.deepcopy((args, dict(kwargs)), memo)
    return function, args, dict(kwargs)


def _name(function: Function) -> str:
    return getattr(function, "__qualname__", repr(function))
