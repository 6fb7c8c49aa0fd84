"""Defects in recording tasks, and in holding them against the analysis."""

# ruff: noqa: E501 - the tables quote the source as it is

from __future__ import annotations

from typing import Final

from tests.seeded.defect import Defect, Kind

__all__ = ["DEFECTS"]

_PLACES: Final = "xcs_ast/tracer/state_places.py"
_DICT: Final = "xcs_ast/tracer/containers_dict.py"
_LIST: Final = "xcs_ast/tracer/containers_list.py"
_TRANSACTION: Final = "xcs_ast/tracer/transaction.py"
_SEGMENT: Final = "xcs_ast/tracer/segment.py"
_BASE: Final = "xcs_ast/tracer/state_base.py"
_BOUNDED: Final = ("tests/unit/tracer/test_log_bounded.py",)
_SPECULATION: Final = "xcs_ast/tracer/speculation.py"
_CLAIMS: Final = "xcs_ast/verifier/claims.py"
_CROSSCHECK: Final = "xcs_ast/verifier/crosscheck.py"
_STEPPING: Final = "xcs_ast/tracer/stepping.py"
_STEPS: Final = ("tests/unit/runtime/test_executor_stack.py",)
_LIFETIMES: Final = (
    "tests/equivalence/test_programs.py::test_equals_plain_python"
    "[shared_lifetimes-case_part_of_what_is_handed_over-hook]",
)
_RULES: Final = ("tests/unit/tracer/test_transaction_rules.py",)
_CHECKS: Final = ("tests/unit/verifier/test_crosscheck.py",)
_MUTATED: Final = ("tests/unit/verifier/test_crosscheck.py", "tests/equivalence/test_mutated_analysis.py")

DEFECTS: Final = (
    # ------------------------------------------------------------------------------------- stepwise clones
    Defect(
        "hook-on-the-stack",
        Kind.LEAK,
        "what a traced function calls with arguments by position is called by the hook, and finds it on the stack",
        _STEPPING,
        "    return starmap(operator.call, ((f, *args),))\n",
        "    return iter((f(*args),))\n",
        _STEPS,
    ),
    Defect(
        "stop-iteration-swallowed",
        Kind.EXCEPTION,
        "a `StopIteration` behind two steps in one loses its value",
        _STEPPING,
        "    return map(next, map(second, first))\n",
        "    return (each for step in map(second, first) for each in step)\n",
        _STEPS,
    ),
    # --------------------------------------------------------------------------------------- parked tasks
    Defect(
        "interrupted-and-gone",
        Kind.EXCEPTION,
        "a consumer that is interrupted before it answers leaves the task waiting for good",
        "xcs_ast/tracer/handover.py",
        "            self._left = True\n            _ring(self._reply)\n",
        "            pass\n",
        (
            "tests/unit/tracer/test_speculation_parked.py::test_a_second_interrupt_while_the_first_is_being_noted",
        ),
    ),
    # ------------------------------------------------------------------------------------- the transaction
    Defect(
        "cell-write-not-logged",
        Kind.MISSED_WRITE,
        "a store to a closure's variable, a slot or a class is seen by the task and never carried out",
        _PLACES,
        "        self.segment.note_store(self._place(), step)\n",
        "",
        _RULES,
    ),
    Defect(
        "list-method-not-logged",
        Kind.MISSED_WRITE,
        "`append` and its like on a shared list are seen by the task and never carried out",
        _LIST,
        "        self.segment.note((state_base.do, self.obj, name, args, kwargs))\n",
        "",
        _RULES,
    ),
    Defect(
        "log-folded-across-effects",
        Kind.ORDER,
        "a store takes the position of an earlier one of the same place, whatever stands between the two",
        _SEGMENT,
        "        if self.places:\n            self.places.clear()\n",
        "",
        _BOUNDED,
    ),
    Defect(
        "log-folded-under-way",
        Kind.CONFLICT,
        "increments are added up while another augmented assignment of the same place has begun",
        _BASE,
        "        if self.open or type(start) is not int or not self.steps:\n",
        "        if type(start) is not int or not self.steps:\n",
        _BOUNDED,
    ),
    Defect(
        "integers-added-up-for-a-float",
        Kind.GUARD,
        "increments that were added up as integers are carried out on a float",
        _BASE,
        " or (self.folded and type(start) is not int):",
        ":",
        _BOUNDED,
    ),
    Defect(
        "log-replayed-backwards",
        Kind.ORDER,
        "what was held back is carried out in the opposite order",
        _TRANSACTION,
        "                for step in log:\n                    step[0](*step[1:])\n",
        "                for step in reversed(log):\n                    step[0](*step[1:])\n",
        _RULES,
    ),
    Defect(
        "exception-of-a-task-lost",
        Kind.EXCEPTION,
        "a slice that raised counts as one that ended",
        _SPECULATION,
        "            self.error = last.error\n",
        "            self.error = None\n",
        _RULES,
    ),
    Defect(
        "list-elements-not-validated",
        Kind.STALE,
        "an element of a shared list that was read by its index is not compared again",
        _LIST,
        "            if not same(base.element(obj, index), value):\n                return False\n",
        "            pass\n",
        _RULES,
    ),
    Defect(
        "class-lookups-not-validated",
        Kind.STALE,
        "an attribute that a task found on a class may be replaced before its turn",
        _PLACES,
        "        return base.lookup(self.cls, self.name) is self.seen or same(\n            base.lookup(self.cls, self.name), self.seen\n        )\n",
        "        return True\n",
        _RULES,
    ),
    Defect(
        "handed-over-value-stays-fresh",
        Kind.FRESHNESS,
        "what the body has been given is still the task's own",
        "xcs_ast/tracer/freshness.py",
        "            owned = self.objects.pop(id(each), None) is not None\n",
        "            owned = self.objects.get(id(each), None) is not None\n",
        _RULES,
    ),
    Defect(
        "increment-becomes-a-store",
        Kind.CONFLICT,
        "`x += 1` is carried out as a store of the sum that the task saw: increments of others are lost",
        _PLACES,
        "        step = (state_base.increase_single, self.kind, self.owner, self.name, op, value)\n        self.segment.note_increase(self._place(), step, 4, folds)\n",
        "        step = (state_base.put_single, self.kind, self.owner, self.name, pending.value(len(pending.steps)))\n        self.segment.note_store(self._place(), step)\n",
        _RULES,
    ),
    Defect(
        "class-increment-unseen",
        Kind.STALE,
        "after `Class.calls += 1`, an instance still gives the task the old number",
        "xcs_ast/tracer/state.py",
        "        segment.class_writes = True\n",
        "",
        _RULES,
    ),
    Defect(
        "repeated-read-looks-again",
        Kind.STALE,
        "a variable that is read twice is taken from the shared place each time: a task sees two worlds at once",
        _PLACES,
        "                self.value = self.seen = self.segment.base.single(self.kind, self.owner, self.name)\n",
        "                self.seen = self.segment.base.single(self.kind, self.owner, self.name)\n                return self.seen\n",
        _RULES,
    ),
    Defect(
        "discarded-task-has-printed",
        Kind.LEAK,
        "what a task prints, logs or writes is not held back: a task that is discarded leaves a trace",
        "xcs_ast/tracer/deferred.py",
        "        self.transaction.defer(carry_out)\n",
        "        carry_out()\n",
        _RULES,
    ),
    # -------------------------------------------------------------------------------------- the cross-check
    Defect(
        "claimed-read-covers-a-change",
        Kind.CONFLICT,
        "a task that changes what it was said to read only is let pass",
        _CLAIMS,
        "            if (claimed == field or claimed in _ALL) and (claim.changes or not changes):\n",
        "            if claimed == field or claimed in _ALL:\n",
        _CHECKS,
    ),
    Defect(
        "claim-covers-any-field",
        Kind.ALIASING,
        "a claim about one attribute covers every other attribute of the object",
        _CLAIMS,
        "            if (claimed == field or claimed in _ALL) and (claim.changes or not changes):\n",
        "            if claim.changes or not changes:\n",
        _CHECKS,
    ),
    Defect(
        "channel-order-not-compared",
        Kind.ORDER,
        "a task that prints is let pass where stdout was said to be looked at",
        _CLAIMS,
        "            if channel == name and (claim.changes or not ordered):\n",
        "            if channel == name:\n",
        _CHECKS,
    ),
    Defect(
        "first-class-of-the-lookup-suffices",
        Kind.FORGOTTEN,
        "an attribute found on a base class is covered by a claim about the derived class",
        _CLAIMS,
        "        return False not in [self._covers_place(each, field, changes) for each in owners]\n",
        "        return True in [self._covers_place(each, field, changes) for each in owners]\n",
        _CHECKS,
    ),
    Defect(
        "changes-need-no-cover",
        Kind.MISSED_WRITE,
        "only what a task reads is held against the analysis",
        _CLAIMS,
        '    if access.kind != "read":\n        return True\n',
        '    if access.kind != "read":\n        return access.kind == "channel"\n',
        _MUTATED,
    ),
    Defect(
        "check-believes-a-broken-guard",
        Kind.GUARD,
        "a task is held against an analysis that does not speak of it",
        _CROSSCHECK,
        "    if not all(guard.holds(binding) for guard in effects.guards):\n",
        "    if not effects:\n",
        _CHECKS,
    ),
    Defect(
        "witness-does-not-demote",
        Kind.FORGOTTEN,
        "a region whose analysis was refuted goes on running ahead",
        "xcs_ast/runtime/checking.py",
        "            self._demote(found[0])\n",
        "",
        _MUTATED,
    ),
    Defect(
        "clone-of-other-code",
        Kind.STALE,
        "a function whose code is replaced while its clone is made runs as it was, and is logged as it is",
        "xcs_ast/tracer/calls.py",
        "        if known is not clone or not (clone is f or self.link.is_current(clone, f)):\n",
        "        if known is not clone:\n",
        ("tests/unit/tracer/test_speculation_conflicts.py",),
    ),
    Defect(
        "handed-over-value-kept",
        Kind.LIFETIME,
        "what a task has handed over lives until all of the task has been taken",
        "xcs_ast/tracer/passes.py",
        "            self.hand_overs[index] = each._replace(value=None)\n",
        "            self.hand_overs[index] = each\n",
        _LIFETIMES,
    ),
    Defect(
        "dead-objects-kept",
        Kind.LIFETIME,
        "what a task has made and dropped holds what it has handed over",
        "xcs_ast/tracer/passes.py",
        "            if transaction.fresh.prune() or self._has_lost_a_generator(generator, value):\n",
        "            if self._has_lost_a_generator(generator, value):\n",
        _LIFETIMES,
    ),
    Defect(
        "lost-generator-goes-on",
        Kind.LIFETIME,
        "a generator that only the recorder holds any more has not ended at the hand-over",
        "xcs_ast/tracer/passes.py",
        "            if transaction.fresh.prune() or self._has_lost_a_generator(generator, value):\n",
        "            if transaction.fresh.prune():\n",
        (
            "tests/equivalence/test_programs.py::test_equals_plain_python"
            "[shared_lifetimes-case_generator_ends_with_a_default_between_hand_overs-hook]",
        ),
    ),
    Defect(
        "iterable-asked-at-once",
        Kind.ORDER,
        "what C code iterates is asked before that asks, and once though it is given twice",
        "xcs_ast/tracer/modelled.py",
        "                use.swap(obj, Asked(partial(self._drawn, obj, None), partial(self.hint, obj)))\n",
        "                use.swap(obj, self.iterate(obj))\n",
        (
            "tests/equivalence/test_programs.py::test_equals_plain_python"
            "[shared_drawn-case_what_c_is_given_twice_is_asked_twice-hook]",
            "tests/equivalence/test_programs.py::test_equals_plain_python"
            "[shared_drawn-case_what_c_comes_to_later_is_asked_later-hook]",
        ),
    ),
    Defect(
        "own-iterator-asked-unseen",
        Kind.LEAK,
        "C code asks an object of the task's for its iterator behind the recorder's back",
        "xcs_ast/tracer/modelled.py",
        '            if not self.owns(obj) or type(self.find_special(obj, "__iter__")) not in _IN_C:\n',
        "            if not self.owns(obj):\n",
        (
            "tests/equivalence/test_programs.py::test_equals_plain_python"
            "[shared_drawn-case_an_own_iterator_is_asked_in_sight-hook]",
        ),
    ),
    Defect(
        "iterator-asked-but-once",
        Kind.ORDER,
        "C code that gathers what it is given does not ask the iterator for its own",
        "xcs_ast/tracer/specials_items.py",
        "    if type(source) is Steps:\n",
        "    if False:\n",
        (
            "tests/equivalence/test_programs.py::test_equals_plain_python"
            "[shared_drawn-case_an_iterator_is_asked_for_its_own_where_c_gathers_it-hook]",
        ),
    ),
    Defect(
        "iterator-drained-at-once",
        Kind.ORDER,
        "a function in C is given all that a generator yields, though it would stop in the middle",
        "xcs_ast/tracer/modelled.py",
        "            use.swap(obj, Asked(partial(self._drawn, obj, plain), partial(self.hint, obj)))\n",
        "            use.swap(obj, self.adopt(list(self._drawn(obj, plain))))\n",
        (
            "tests/equivalence/test_programs.py::test_equals_plain_python"
            "[shared_drawn-case_reduce_works_as_it_draws-hook]",
            "tests/equivalence/test_programs.py::test_equals_plain_python"
            "[shared_drawn-case_array_ends_at_what_is_no_number-hook]",
            "tests/equivalence/test_programs.py::test_equals_plain_python"
            "[shared_drawn-case_tee_draws_later-hook]",
            "tests/equivalence/test_programs.py::test_equals_plain_python"
            "[shared_drawn-case_index_stops_where_it_finds-hook]",
        ),
    ),
    Defect(
        "lost-task-drops-generators",
        Kind.LEAK,
        "a generator that a task in vain hands over dies under its recorder, and Python reports what that raises",
        "xcs_ast/tracer/passes.py",
        "        self.recorder.pin()  # what is handed over may be, or hold, a generator of the pass\n",
        "",
        (
            "tests/equivalence/test_programs.py::test_equals_plain_python"
            "[shared_lifetimes-case_open_generator_is_handed_over-hook]",
        ),
    ),
    Defect(
        "dying-generator-raises",
        Kind.LEAK,
        "a task given up in the end of a generator raises there what Python then reports",
        "xcs_ast/tracer/speculative.py",
        "        if self.hold():\n            raise_ending(reason)\n",
        "        self.hold()\n",
        (
            "tests/equivalence/test_programs.py::test_equals_plain_python"
            "[shared_lifetimes-case_generator_dies_inside_of_a_with_statement-hook]",
        ),
    ),
    Defect(
        "served-task-keeps",
        Kind.LIFETIME,
        "what a task had made before it waited for its turn lives until all of the task has been taken",
        "xcs_ast/tracer/speculation.py",
        "            parked.transaction.hand_over()\n",
        "",
        (
            "tests/equivalence/test_programs.py::test_equals_plain_python"
            "[shared_parked-case_generators_end_with_a_task_that_has_waited-hook]",
        ),
    ),
    Defect(
        "iterator-over-a-deque-handed-out",
        Kind.LEAK,
        "an iterator over the task's own copy of a deque goes to the program",
        "xcs_ast/tracer/kinds.py",
        "    {}.values(),\n    collections.deque(),\n",
        "    {}.values(),\n",
        (
            "tests/equivalence/test_programs.py::test_equals_plain_python"
            "[shared_handed_out-case_iterator_over_a_deque_handed_out-hook]",
        ),
    ),
    Defect(
        "log-half-carried-out",
        Kind.EXCEPTION,
        "a signal handler that raises leaves a task's log half carried out",
        "xcs_ast/tracer/shield.py",
        "        if get_ident() != main_thread().ident:\n",
        "        if main_thread().ident:\n",
        ("tests/unit/tracer/test_shield.py::test_a_log_is_carried_out_or_not",),
    ),
    Defect(
        "interrupt-before-the-task-goes-on",
        Kind.EXCEPTION,
        "what interrupts the consumer before a task that has waited goes on is not raised in the task",
        "xcs_ast/tracer/speculation.py",
        "            exchange.serve(shield.lift)\n",
        "            shield.lift()\n            exchange.serve()\n",
        ("tests/unit/tracer/test_shield.py::test_a_task_that_has_waited_is_interrupted_where_it_stands",),
    ),
    Defect(
        "registered-behind-the-recorder",
        Kind.LEAK,
        "a traced run keeps alive what a step that is not followed has begun to refer to weakly",
        "xcs_ast/tracer/observing.py",
        "_references_to(self.notes[step][6]) > before",
        "before < 0",
        ("tests/unit/runtime/test_lifetimes.py",),
    ),
    Defect(
        "replaced-but-noted",
        Kind.LEAK,
        "a traced run keeps alive what the function replaces, though somebody would notice",
        "xcs_ast/tracer/observing.py",
        "any(map(is_weak, inputs)) or any(_is_end_noticed(kind, inputs, each) for each in touches)",
        "any(map(is_weak, inputs))",
        ("tests/unit/runtime/test_lifetimes.py",),
    ),
    Defect(
        "failing-look-not-logged",
        Kind.FORGOTTEN,
        "a look outside that fails is not looked at again when it is the task's turn, though the task has caught that",
        _TRANSACTION,
        "            self.segment.probes.append((partial(_failure_of, fetch), _told(error)))\n",
        "",
        _RULES,
    ),
    Defect(
        "hand-overs-counted",
        Kind.PREFIX,
        "where a branch hands nothing over, a recorded task goes on beyond what may run ahead",
        "xcs_ast/tracer/speculation.py",
        "        if number is None:\n",
        "        if number:\n",
        (
            "tests/unit/tracer/test_speculation_staged.py::test_not_beyond_it_where_a_branch_hands_nothing_over",
        ),
    ),
    Defect(
        "parts-passed-as-they-were",
        Kind.ALIASING,
        "C code that compares what a list holds sees that as it was before the task changed it",
        "xcs_ast/tracer/modelled.py",
        "        if all(use.now(part) is part for part in parts):\n",
        "        if parts is not None:\n",
        ("tests/unit/tracer/test_parts_of_arguments.py",),
    ),
    Defect(
        "what-a-call-gave-kept",
        Kind.LIFETIME,
        "an executed graph keeps what a call gave until its last foretold use, though its end would be noticed",
        "xcs_ast/runtime/guided.py",
        "        if self._waiting and (type(value) in SCALARS or not is_noticed(value)):\n",
        "        if self._waiting:\n",
        ("tests/unit/runtime/test_executor_lifetimes.py",),
    ),
)
