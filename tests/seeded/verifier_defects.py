"""Defects in deciding what may run ahead."""

# ruff: noqa: E501 - the tables quote the source as it is

from __future__ import annotations

from typing import Final

from tests.seeded.defect import Defect, Kind

__all__ = ["DEFECTS"]

_LEGALITY: Final = "xcs_ast/verifier/legality.py"
_CONFLICTS: Final = "xcs_ast/verifier/conflicts.py"
_ADMISSION: Final = "xcs_ast/verifier/admission.py"
_TESTS: Final = ("tests/unit/verifier",)
_RUNS: Final = (
    "tests/unit/verifier",
    "tests/equivalence/test_small.py",
)

DEFECTS: Final = (
    Defect(
        "prefix-includes-the-refused-stage",
        Kind.PREFIX,
        "the prefix counts the stage that was refused, so a task with an effect runs ahead",
        _LEGALITY,
        "        if found:\n            reasons = found\n            break\n        good += 1\n",
        "        good += 1\n        if found:\n            reasons = found\n            break\n",
        _TESTS,
    ),
    Defect(
        "first-stage-in-place-forgotten",
        Kind.PREFIX,
        "the first stage behind the prefix is neither a task nor part of the body: its effects conflict with nobody",
        _LEGALITY,
        "(j + 1, effect) for j, stage in enumerate(effects.stages) if j >= prefix for effect in stage.effects",
        "(j + 1, effect) for j, stage in enumerate(effects.stages) if j > prefix for effect in stage.effects",
        _TESTS,
    ),
    Defect(
        "pause-runs-ahead-itself",
        Kind.CONTROL,
        "a sleep between requests that stay in place is itself slept ahead: they come at once",
        "xcs_ast/verifier/pausing.py",
        "    if pause is None or goes_by_the_time(stage.effects):\n        return None\n",
        "    return None\n",
        ("tests/unit/verifier/test_pausing.py",),
    ),
    Defect(
        "pause-overtaken",
        Kind.CONFLICT,
        "a request is made before the program has waited until there is an answer",
        "xcs_ast/verifier/pausing.py",
        "    return next((each for part in parts for each in part.effects if each.where == _PAUSE), None)\n",
        "    return None\n",
        ("tests/unit/verifier/test_pausing.py",),
    ),
    Defect(
        "block-segment-before-the-call-ignored",
        Kind.CONFLICT,
        "what stands right before a hoisted call in a block may change what the call reads",
        _LEGALITY,
        "    before = [effect for segment, effect in in_place if segment <= number]\n",
        "    before = [effect for segment, effect in in_place if segment < number]\n",
        _TESTS,
    ),
    Defect(
        "later-segments-of-a-loop-ignored",
        Kind.CONFLICT,
        "a loop is judged like a block: what the body does behind the call is forgotten by the next iteration",
        _LEGALITY,
        "            if not is_loop and segment > k:\n",
        "            if segment > k:\n",
        _TESTS,
    ),
    Defect(
        "unknown-effect-of-the-body-is-harmless",
        Kind.CONFLICT,
        "a body that does something unknown conflicts only with tasks that read something",
        _LEGALITY,
        '            if effect.is_unknown:\n                return k, _unknown(codes.UNKNOWN_IN_BODY, "the loop\'s body", facts, effect)\n',
        "",
        _RUNS,
    ),
    Defect(
        "analysis-reused-for-other-globals",
        Kind.STALE,
        "an analysis is reused when the guards on the item hold, whatever became of globals and classes",
        _LEGALITY,
        "        if space is scope and shape.fits(binding):\n",
        "        if space is scope and shape.fits(binding, varying_only=True):\n",
        _RUNS,
    ),
    Defect(
        "shapes-not-compared",
        Kind.CONFLICT,
        "items of a second kind are admitted without asking whether their bodies conflict with the first kind's tasks",
        _LEGALITY,
        "        return new if _agree(facts, new, others, shape.prefix) else None\n",
        "        return new if new.prefix == shape.prefix else None\n",
        _RUNS,
    ),
    Defect(
        "channel-conflict-ignored",
        Kind.CONFLICT,
        "a task reads a file, a clock, an environment that the body writes",
        _CONFLICTS,
        "            return x == y\n",
        "            return False\n",
        _TESTS,
    ),
    Defect(
        "cells-compared-by-identity-only",
        Kind.ALIASING,
        "a variable of which only the name is known is no longer taken for the cell of that name",
        _CONFLICTS,
        "            return x.may_be(y)\n",
        "            return x.name == y.name and x.cell_id == y.cell_id\n",
        _RUNS,
    ),
    Defect(
        "fields-must-be-equal",
        Kind.ALIASING,
        "the content of a list and all that can be reached from it are taken for different places",
        _CONFLICTS,
        "    return any(fields_overlap(field, other) for owner, field in mine for other in by_owner.get(owner, ()))\n",
        "    return any(field == other for owner, field in mine for other in by_owner.get(owner, ()))\n",
        _TESTS,
    ),
    Defect(
        "dead-path-is-no-conflict",
        Kind.ALIASING,
        "a path that leads nowhere counts as meeting nothing",
        _CONFLICTS,
        "    except Unresolvable:\n        return True\n",
        "    except Unresolvable:\n        return False\n",
        _TESTS,
    ),
    Defect(
        "deep-read-stays-shallow",
        Kind.ALIASING,
        "a deep read does not reach the values of dictionaries",
        _CONFLICTS,
        "            elif kind is dict:\n",
        "            elif kind is dict and obj is root:\n",
        _TESTS,
    ),
    Defect(
        "earlier-bodies-forgotten",
        Kind.FORGOTTEN,
        "admission does not remember what the bodies of earlier items change: an item that comes twice is missed",
        _ADMISSION,
        "            self._remember(writes)\n",
        "",
        _TESTS,
    ),
    Defect(
        "same-iteration-conflict-ignored",
        Kind.CONFLICT,
        "what the body changes right before the call, in the same iteration, is not compared with what the call reads",
        _ADMISSION,
        "                    if segment <= stage and same_place(mine, theirs):\n",
        "                    if segment < stage and same_place(mine, theirs):\n",
        _TESTS,
    ),
    Defect(
        "item-may-be-what-the-body-fills",
        Kind.ALIASING,
        "what a task reads of its item is not compared with what every body changes",
        _ADMISSION,
        "if self._is_written(mine) or (read.owner.varies and same_place(mine, self._fixed_writes)):",
        "if self._is_written(mine):",
        _TESTS,
    ),
    Defect(
        "ends-in-a-block-unseen",
        Kind.LIFETIME,
        "what comes before a call of a block may end the life of an object whose finalizer changes what the call reads",
        _LEGALITY,
        "    if ends := endings.noticed_of(before, binding):\n",
        "    if ends := endings.noticed_of((), binding):\n",
        ("tests/unit/verifier/test_endings.py",),
    ),
    Defect(
        "callback-of-a-weak-reference-unseen",
        Kind.LIFETIME,
        "what a weak reference calls when the body removes an object counts as nothing",
        "xcs_ast/verifier/endings.py",
        "        if id(type(obj)) in does or (getweakrefcount(obj) and any(map(calls_back, getweakrefs(obj))))\n",
        "        if id(type(obj)) in does\n",
        ("tests/unit/verifier/test_endings.py",),
    ),
)
