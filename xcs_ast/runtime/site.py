"""Sites: one for each region of rewritten code; the constant through which emitted code talks to us.

Guarantees:

- `enter` and `block` never raise an exception of ours: what fails inside is recorded as a diagnostic, and
  the region runs as plain Python. They consume nothing.
- A site that was found not to pay, or SERIAL, answers `worthwhile() -> False` for a growing number of
  entries.
- Any number of threads, recursive calls and reloads may be inside one site at once.

Assumes: emitted code is as the frontend makes it (`trim` is called in the frame that holds the region,
from inside an `except` clause). Races on the counters lose counts, nothing else.
"""

from __future__ import annotations

import sys
from _thread import get_ident
from _weakref import ref
from _weakrefset import WeakSet
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from sys import exc_info
from types import CodeType

from xcs_ast import config
from xcs_ast.diagnostics import Diagnostic, codes_verifier, notices
from xcs_ast.diagnostics import codes_runtime as codes
from xcs_ast.errors import forget_our_work, is_of_the_program
from xcs_ast.ir.blocking import Blocking
from xcs_ast.ir.sites import RegionKind, SiteFacts
from xcs_ast.ir.verdict import Verdict, VerdictKind
from xcs_ast.native import Any, Final, Protocol, final, use_own
from xcs_ast.records import replace
from xcs_ast.runtime.binding import Plain, bind_sites
from xcs_ast.runtime.block import BlockRun
from xcs_ast.runtime.checking import BUDGET, Check, Checks
from xcs_ast.runtime.deciding import UNUSED
from xcs_ast.runtime.deciding import decide as _decide
from xcs_ast.runtime.forking import FACTS
from xcs_ast.runtime.handles import Handles
from xcs_ast.runtime.peek import END, peek, sources
from xcs_ast.runtime.profile import Backoff, Finding
from xcs_ast.runtime.reasons import FINDINGS, reason, unfit
from xcs_ast.runtime.recording import Recording
from xcs_ast.runtime.run import Run, Spec, Tally
from xcs_ast.runtime.shape import Shape, all_fit, shape_of
from xcs_ast.runtime.task import stack_is_short, too_deep
from xcs_ast.runtime.triage import never_waits
from xcs_ast.runtime.unwinding import trim

from ..typing import TYPE_CHECKING

use_own(globals())

if TYPE_CHECKING:
    from xcs_ast.verifier import Decision, Plan
    from xcs_ast.verifier.crosscheck import Ledger

__all__ = ["Decide", "Plain", "Site", "all_sites", "bind_sites"]

Decide = Callable[[SiteFacts, dict[str, Any], Mapping[str, object], Sequence[object]], "Decision"]
"""(facts, globals, values of `facts.env`, the first items) -> decision; no items for a block."""

_ANALYSIS: Final = "xcs_ast.verifier"
_SAMPLE: Final = 4
_SIZED: Final = frozenset({list, tuple, dict, str, set, frozenset, range})
_OF_RECORDED: Final = frozenset({Finding.CONFLICTING, Finding.ABANDONED})
_AHEAD: Final = frozenset({VerdictKind.PROVEN, VerdictKind.SPECULATIVE})
_alive: Final[WeakSet[Site]] = WeakSet()
_entered: Final[dict[int, Site]] = {}
"""Sites with something to report outlive the code that they stand in."""


class Dumps(Protocol):
    """Dumped facts, by site."""

    @property
    def facts(self) -> tuple[tuple[Any, ...], ...]: ...


def all_sites() -> tuple[Site, ...]:
    """Every site of the process that is alive or was ever entered."""
    sites = {id(site): site for site in tuple(_alive)} | _entered
    return tuple(
        sorted(sites.values(), key=lambda s: (s.facts.span.filename, s.facts.span.line, s.facts.index))
    )


@final
class Site:
    """One region of the program. See the module's docstring."""

    __slots__ = (
        "__weakref__",
        "_backoff",
        "_blocks",
        "_checks",
        "_decide",
        "_demoted",
        "_dumped",
        "_handles",
        "_recording",
        "_shape",
        "_skip",
        "_slices",
        "entries",
        "facts",
        "last_verdict",
        "skipped",
        "tally",
        "verdicts",
    )

    def __init__(self, facts: SiteFacts, decide: Decide | None = None) -> None:
        self._fill(facts, decide)
        _alive.add(self)

    @classmethod
    def of_dump(cls, dumps: Dumps, number: int, filename: str, decide: Decide | None = None) -> Site:
        """The site with the facts of this number, in this file. Most is made when it is first needed."""
        site = cls.__new__(cls)
        site._skip = 0
        site._dumped = (dumps, number, filename, decide)
        _alive.add(site)
        return site

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there: of a site from a dump, that is all until somebody asks."""
        if name not in Site.__slots__:
            raise AttributeError(f"a site has no attribute {name!r}")
        with FACTS.lock:
            if self._dumped is not None:
                dumps, number, filename, decide = self._dumped
                facts = SiteFacts.load(dumps.facts[number])
                if facts.span.filename != filename:  # the file has moved since it was cached
                    facts = replace(facts, span=replace(facts.span, filename=filename))
                self._fill(facts, decide)
        return object.__getattribute__(self, name)

    def _fill(self, facts: SiteFacts, decide: Decide | None) -> None:
        self.facts = facts
        self.entries = 0
        self.skipped = 0
        """Entries that `worthwhile` turned away, or was told to."""
        self.last_verdict: Verdict | None = None
        self.verdicts: dict[VerdictKind, int] = {}
        self.tally = Tally()
        self._decide: Decide = _decide if decide is None else decide
        self._skip = 0
        self._backoff = Backoff()
        self._shape: Shape | None = None
        self._recording: Recording | None = None
        self._checks: Checks | None = None
        self._demoted: Verdict | None = None
        self._slices: dict[int, CodeType] = {}
        self._handles = Handles()
        self._blocks: dict[int, ref[BlockRun]] = {}
        self._dumped: tuple[Dumps, int, str, Decide | None] | None = None

    def __repr__(self) -> str:
        return f"<xcs site {self.facts.index} at {self.facts.span}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Code that is pickled by value (as `cloudpickle` does) arrives as plain Python."""
        return _elsewhere, (self.facts.dump(),)

    def worthwhile(self) -> bool:
        """Whether to enter at all; the cheap question that comes first."""
        if self._skip:
            self._skip -= 1
            return False
        return True

    def read(self) -> Shape:
        """What there is to know of the region's text: better known before the first entry."""
        shape = self._shape
        if shape is None:
            shape = self._shape = shape_of(self.facts)
        return shape

    # -- loops and comprehensions -----------------------------------------------------------------------

    def enter(
        self,
        slice: Callable[..., Any],
        iterable: Iterable[Any],
        env: tuple[object, ...] = (),
        numbered: bool = True,
    ) -> Run | Plain:
        """The handle for one entry: true where the region runs ahead.

        `numbered`: a slice with several hand-overs yields `(k, value)`, not `value` alone.
        """
        if type(iterable) in _SIZED and len(iterable) < 2:  # type: ignore[arg-type]
            return Plain(iterable)
        if too_deep():
            return Plain(iterable)
        try:
            return self._enter(slice, iterable, env, numbered)
        except BaseException as error:
            if is_of_the_program(error):
                forget_our_work(error)
                raise
            self._fault(error)
            return Plain(iterable)

    def enter_steps(
        self, slice: Callable[..., Any], start: object, limit: object, env: tuple[object, ...] = ()
    ) -> Run | Plain:
        """As `enter`, for `while start < limit` (or `< len(limit)`); the items are the counter's values."""
        if type(start) is not int or (type(limit) is not int and type(limit) not in _SIZED):
            return Plain(())
        return self.enter(slice, range(start, limit if type(limit) is int else len(limit)), env)  # type: ignore[arg-type]

    def _enter(
        self, slice: Callable[..., Any], iterable: Iterable[Any], env: tuple[object, ...], numbered: bool
    ) -> Run | Plain:
        self._count_entry(slice)
        options = config.current()
        if not options.enabled or sys.is_finalizing():
            return self._serial(iterable, codes.SHUTDOWN if options.enabled else codes.DISABLED)
        if stack_is_short() or self._is_demoted():
            return Plain(iterable)
        if why := unfit():
            return self._serial(iterable, why)
        peeker, other = peek(iterable), peek(iterable)
        if peeker is None or other is None:
            return self._serial(iterable, codes.NOT_PEEKABLE, type(iterable).__qualname__)
        sample = [item for item in islice(other.ahead, _SAMPLE) if item is not END]
        del other
        if len(sample) < 2:
            return Plain(iterable)
        if self._may_guess(options) and never_waits(slice, (*env, *sample)):
            return self._needless(iterable)
        shape = self.read()
        decision = self._decide(
            self.facts, slice.__globals__, dict(zip(self.facts.env, env, strict=True)), sample
        )
        self._note(decision.verdict)
        plan = decision.plan
        if decision.verdict.kind not in _AHEAD or plan is None or plan.prefix < 1:
            self._skip_some()
            return Plain(iterable)
        whole = self.facts.kind is RegionKind.COMPREHENSION
        resumes = None if self.facts.single else shape.resumes(plan.prefix, numbered)
        if not shape.understood or (resumes is None and not self.facts.single):
            return self._serial(iterable, codes.UNCERTAIN_STAGE)
        if whole and shape.pattern is not None and not all_fit(iterable, shape.pattern):
            return self._serial(iterable, codes.UNPACKS_OBJECTS)
        if plan.blocking is Blocking.NEVER and not options.eager:
            return self._serial(iterable, codes.CPU_BOUND)
        if plan.watch is not None:
            plan.watch(sources(iterable))
        at_once = plan.blocking is Blocking.LIKELY
        spec = Spec(slice, plan.admit, options, at_once, shape.pattern, resumes, numbered, whole)
        proven = decision.verdict.kind is VerdictKind.PROVEN
        tasks = len(iterable) if type(iterable) in _SIZED else 0  # type: ignore[arg-type]
        check = self._check(plan, options, proven, tasks)
        plain = proven and check is None and not peeker.wrapped
        recording = None if plain else self._recorded().load((slice,))
        for each in plan.prepare:  # last: some of it may have begun by itself
            each()
        if recording is None:
            return Run(self, peeker, spec)
        # What iterating does may concern the tasks; what they read is compared when it is their turn.
        proven = proven and not peeker.wrapped
        return recording.run(peeker, spec, plan, self, check, proven=proven)

    def _check(self, plan: Plan, options: config.Options, proven: bool, tasks: int) -> Check | None:
        checks = self._checks
        if checks is None:
            if options.verify == "never":
                return None
            checks = self._checks = Checks(self.facts, self.demote)
        return checks.entry(
            options.verify, self.entries, plan.foresees, tasks=tasks, window=options.window, proven=proven
        )

    def _recorded(self) -> Recording:
        recording = self._recording
        if recording is None:
            recording = self._recording = Recording(self.facts)
        return recording

    # -- blocks -----------------------------------------------------------------------------------------

    def block(self, thunks: Sequence[Callable[[], Any]], env: tuple[object, ...] = ()) -> BlockRun | None:
        """Starts the thunks that may run ahead; `None` where the block is to run as plain Python."""
        if too_deep():
            return None
        try:
            return self._block(thunks, env)
        except BaseException as error:
            if is_of_the_program(error):
                forget_our_work(error)
                raise
            self._fault(error)
            return None

    def _block(self, thunks: Sequence[Callable[[], Any]], env: tuple[object, ...]) -> BlockRun | None:
        for thunk in thunks:
            self._count_entry(thunk, new=thunk is thunks[0])
        options = config.current()
        if not options.enabled or sys.is_finalizing():
            self._serial((), codes.SHUTDOWN if options.enabled else codes.DISABLED)
            return None
        if self._is_demoted():
            return None
        if why := unfit():
            self._serial((), why)
            return None
        if self._may_guess(options) and all(never_waits(thunk, env) for thunk in thunks):
            self._needless(())
            return None
        scope = thunks[0].__globals__
        decision = self._decide(self.facts, scope, dict(zip(self.facts.env, env, strict=True)), ())
        self._note(decision.verdict)
        plan = decision.plan
        if decision.verdict.kind not in _AHEAD or plan is None or plan.prefix < 1:
            self._skip_some()
            return None
        if plan.blocking is not Blocking.LIKELY and not options.eager:
            self._serial((), codes.MAY_NOT_BLOCK)
            return None
        proven = decision.verdict.kind is VerdictKind.PROVEN
        check = self._check(plan, options, proven, len(thunks))
        recording = None if proven and check is None else self._recorded().load(thunks)
        for each in plan.prepare:
            each()
        if recording is None:
            run = BlockRun(self, thunks, plan.thunks, options.workers)
        else:
            run = recording.block(thunks, plan, options.workers, self, check, proven=proven)
        self._blocks[get_ident()] = ref(run)
        return run

    # -- at module level, where the site itself is the handle -------------------------------------------

    def enter_module(self, slice: Callable[..., Any], iterable: Iterable[Any]) -> bool:
        """As `enter`; the handle is this site, in this thread, until `rest` (or a comprehension's end)."""
        run = self.enter(slice, iterable) if self.worthwhile() else Plain(iterable)
        self._handles.push(run)
        return bool(run)

    def block_module(self, thunks: Sequence[Callable[[], Any]]) -> bool:
        """As `block`; the handle is this site, in this thread, until the last hand-over."""
        run = self.block(thunks) if self.worthwhile() else None
        if run is None:
            return False
        self._handles.push(run)
        return True

    def __bool__(self) -> bool:
        return bool(self._handles.top())

    def __iter__(self) -> Iterator[Any]:
        run = self._handles.top()
        if not isinstance(run, Run):
            return iter(())
        return iter(run) if self.facts.kind is not RegionKind.COMPREHENSION else self._whole(run)

    def _whole(self, run: Run) -> Iterator[Any]:
        thread = get_ident()
        try:
            yield from run
        finally:
            self._handles.remove(run, thread)

    def ahead(self, number: int) -> Any:
        """Hand-over `number` of the run of this thread."""
        run = self._handles.top()
        assert isinstance(run, Run | BlockRun)
        if isinstance(run, BlockRun) and number == self.facts.stages - 1:
            self._handles.pop()
        return run.ahead(number)

    def rest(self) -> Iterable[Any]:
        """What is left for the plain loop."""
        run = self._handles.pop()
        return () if run is None or isinstance(run, BlockRun) else run.rest()

    # -- exceptions -------------------------------------------------------------------------------------

    def trim(self) -> None:
        """Inside `except BaseException:`, before a bare `raise`: the traceback becomes plain Python's."""
        recording = self._recording
        slices = self._slices if recording is None else self._slices | recording.slices()
        trim(exc_info()[1], slices)
        if self._blocks:
            reference = self._blocks.pop(get_ident(), None)
            run = None if reference is None else reference()
            if run is not None:
                run.cancel()
        if self._handles:
            self._handles.drop_left()

    # -- bookkeeping ------------------------------------------------------------------------------------

    def _count_entry(self, slice: Callable[..., Any], new: bool = True) -> None:
        if new:
            if not self.entries:
                _entered[id(self)] = self
            self.entries += 1
        code: CodeType = slice.__code__
        self._slices[id(code)] = code

    def _note(self, verdict: Verdict) -> None:
        self.last_verdict = verdict
        self.verdicts[verdict.kind] = self.verdicts.get(verdict.kind, 0) + 1

    def _serial(self, iterable: Iterable[Any], code: str, name: str = "") -> Plain:
        self._note(Verdict(VerdictKind.SERIAL, (reason(code, self.facts.span, name),)))
        self._skip_some()
        return Plain(iterable)

    def _may_guess(self, options: config.Options) -> bool:
        """Whether the analysis is still to be loaded or used, which the program may never need."""
        unneeded = _ANALYSIS not in sys.modules or bool(UNUSED)
        return unneeded and self._decide is _decide and not options.eager

    def _needless(self, iterable: Iterable[Any]) -> Plain:
        """What the analysis would say, too."""
        callees = self.facts.callees
        message = f"{', '.join(callees) or 'the call'} never waits for anything outside the processor"
        reason = Diagnostic(codes_verifier.DOES_NOT_PAY, message, self.facts.span, callees)
        self._note(Verdict(VerdictKind.SERIAL, (reason,)))
        self._skip_some()
        return Plain(iterable)

    def _skip_some(self) -> None:
        if config.current().eager:
            return
        self._skip = self._backoff.failed()
        self.skipped += self._skip

    def _fault(self, error: BaseException) -> None:
        fault = Diagnostic(
            codes.FAULT, f"{type(error).__name__}: {error}", self.facts.span, (), "please report this"
        )
        self._note(Verdict(VerdictKind.SERIAL, (fault,)))
        notices.record(fault)
        # The options may be what has failed.
        self._skip = self._backoff.failed()
        self.skipped += self._skip

    def paid(self) -> None:
        """Running ahead was worth it."""
        self._backoff.succeeded()

    def demote(self, reason: Diagnostic) -> None:
        """The region runs as plain Python for good."""
        self._demoted = Verdict(VerdictKind.SERIAL, (reason,))
        self._note(self._demoted)
        self._skip = sys.maxsize

    def _is_demoted(self) -> bool:
        if self._demoted is not None:
            self._note(self._demoted)
        return self._demoted is not None

    @property
    def ledger(self) -> Ledger | None:
        """What the cross-checks of this region showed; `None` before the first."""
        return None if self._checks is None else self._checks.ledger

    def rearm(self) -> None:
        """Lets the next entry be judged anew, whatever earlier ones showed."""
        if self._demoted is not None:
            return
        self.skipped -= self._skip
        self._skip = 0
        self._backoff.succeeded()

    def unpaid(self, finding: Finding) -> None:
        """It was not; the next entries stay plain."""
        if finding not in _OF_RECORDED:
            self._skip_some()
        elif not config.current().eager:
            self._skip = self._recorded().failed()
            self.skipped += self._skip
        code = FINDINGS.get(finding)
        if code is not None and self.last_verdict is not None:
            # A verdict of its own: the plan was legal, and still is.
            why = self._recorded().why if finding is Finding.ABANDONED else ""
            self.last_verdict = Verdict(self.last_verdict.kind, (reason(code, self.facts.span, why),))

    def account(self, tally: Tally) -> None:
        """A run has ended."""
        self.tally.add(tally)
        BUDGET.add(tally.work_ns)
        if self._recording is not None:
            self._recording.account(tally)


def _elsewhere(facts: tuple[Any, ...]) -> Site:
    site = Site(SiteFacts.load(facts))
    site._skip = sys.maxsize
    return site
