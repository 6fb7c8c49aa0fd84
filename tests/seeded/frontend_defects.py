"""Defects in finding regions, cutting slices, and writing code."""

# ruff: noqa: E501 - the tables quote the source as it is

from __future__ import annotations

from typing import Final

from tests.seeded.defect import Defect, Kind

__all__ = ["DEFECTS"]

_SLICING: Final = "xcs_ast/frontend/slicing.py"
_CANDIDATES: Final = "xcs_ast/frontend/candidates.py"
_LOOPS: Final = "xcs_ast/frontend/loops.py"
_EMIT: Final = "xcs_ast/frontend/emit_guarded.py"
_CUTS: Final = ("tests/unit/frontend", "tests/golden")
_WRITES: Final = ("tests/unit/rewrite", "tests/unit/jit", "tests/golden")

DEFECTS: Final = (
    Defect(
        "break-is-no-early-exit",
        Kind.CONTROL,
        "a loop that a `break` may leave runs ahead as if all its iterations came",
        _LOOPS,
        "    if leaving is not None:\n",
        "    if leaving is not None and not isinstance(leaving, ast.Break):\n",
        _CUTS,
    ),
    Defect(
        "name-assigned-in-the-body-invariant",
        Kind.BINDING,
        "a variable that the body assigns is taken for one that does not change",
        _LOOPS,
        "    varying = frozenset(items | assigned_names(loop.body) | touched_names(loop.body))\n",
        "    varying = frozenset(items | touched_names(loop.body))\n",
        _CUTS,
    ),
    Defect(
        "match-captures-no-assignment",
        Kind.BINDING,
        "a name that a `match` captures is not counted among those assigned",
        "xcs_ast/frontend/bodies.py",
        "ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):",
        "ast.ExceptHandler(name=str(name)) | ast.MatchStar(name=str(name)):",
        _CUTS,
    ),
    Defect(
        "walrus-in-a-header-ignored",
        Kind.BINDING,
        "a variable that `:=` assigns inside a test is still taken for what the slice computed before",
        _SLICING,
        "            flow.available -= assigned_names([header])  # by `:=`, somewhere between the parts\n",
        "            pass\n",
        _CUTS,
    ),
    Defect(
        "control-dependence-dropped",
        Kind.CONTROL,
        "the slice does not test the condition of a `continue`: it calls for items that the body leaves out",
        _SLICING,
        "                if (arms and after) or not all(isinstance(arm, Stop) for arm in arms):\n",
        "                if not all(isinstance(arm, Stop) for arm in arms):\n",
        _CUTS,
    ),
    Defect(
        "continue-on-a-result-ignored",
        Kind.CONTROL,
        "behind a `continue` whose condition is not known early, calls are still taken",
        _SLICING,
        "            if has_own_continue(arms) or self._may_refuse(statement, [], flow):\n                flow.lost = True\n",
        "",
        _CUTS,
    ),
    Defect(
        "call-behind-a-survived-exception",
        Kind.CONTROL,
        "the slice goes on behind a call whose exception a handler of the body survives",
        _SLICING,
        "        if self._matters(nodes) or has_own_continue([statement]):\n            flow.lost = True  # a handler",
        "        if has_own_continue([statement]):\n            flow.lost = True  # a handler",
        _CUTS,
    ),
    Defect(
        "arms-of-a-branch-joined-by-union",
        Kind.BINDING,
        "behind an `if`, what only one arm assigns counts as computed by the slice",
        _SLICING,
        "            flow.available = set.intersection(*(arm.available for arm in open_arms))\n",
        "            flow.available = set.union(*(arm.available for arm in open_arms))\n",
        _CUTS,
    ),
    Defect(
        "short-circuit-operand-taken",
        Kind.CONTROL,
        "the right operand of `and` and `or` starts ahead whether or not it is reached",
        _CANDIDATES,
        "                return [node] if self._sliceable(node) else self.of(values[0])\n",
        "                return [node] if self._sliceable(node) else self._parts(values)\n",
        _CUTS,
    ),
    Defect(
        "both-arms-of-a-conditional-taken",
        Kind.CONTROL,
        "both arms of a conditional expression start ahead",
        _CANDIDATES,
        "            case ast.IfExp(test=test):\n                return [node] if self._sliceable(node) else self.of(test)\n",
        "            case ast.IfExp(test=test):\n"
        "                return [node] if self._sliceable(node) else self._parts([test, node.body, node.orelse])\n",
        _CUTS,
    ),
    Defect(
        "keyword-before-a-starred-argument",
        Kind.ORDER,
        "of `f(k=a(), *b())` the keyword's call is taken first, because it is written first",
        _CANDIDATES,
        "            if starred and (keyword.value.lineno, keyword.value.col_offset) < last:\n",
        "            if starred and last is None:\n",
        _CUTS,
    ),
    Defect(
        "late-reading-generator-taken",
        Kind.BINDING,
        "a generator that is drained later, when its variables have changed, is made in the slice",
        "xcs_ast/frontend/survey.py",
        "        if isinstance(node, ast.GeneratorExp) and not prompt:\n            late = own\n",
        "",
        _CUTS,
    ),
    Defect(
        "maybe-unbound-name-taken",
        Kind.BINDING,
        "a variable that may have no value is read by the slice",
        _SLICING,
        '            elif names := found.reads & self.unbound:\n                reason = "maybe-unbound"\n',
        "",
        _CUTS,
    ),
    Defect(
        "with-never-swallows",
        Kind.BINDING,
        "what a `with` block assigns counts as bound behind it, though `__exit__` may swallow an exception",
        "xcs_ast/frontend/bound.py",
        "        return _meet([outcome, state - _deleted(body)])\n",
        "        return outcome\n",
        _CUTS,
    ),
    Defect(
        "handler-knows-what-the-body-assigned",
        Kind.BINDING,
        "what a `try` body assigns counts as bound in its handlers",
        "xcs_ast/frontend/bound.py",
        "            inside = caught if handler.type is None else evaluated(handler.type, caught)\n",
        "            inside = outcome if outcome is not None else caught\n",
        _CUTS,
    ),
    Defect(
        "block-hoists-over-an-assignment",
        Kind.MISSED_WRITE,
        "a call of a block starts before the statement that assigns one of its arguments",
        "xcs_ast/frontend/blocks.py",
        "        assigned |= assigned_names([run[index]])\n",
        "",
        _CUTS,
    ),
    Defect(
        "shadowed-consumer-believed",
        Kind.BINDING,
        "a generator expression is drained early though `sum` is a function of the user's",
        "xcs_ast/frontend/comprehensions.py",
        "        case ast.Name(id=name) if context.surveyor.is_builtin(name) and name in CONSUMERS:\n",
        "        case ast.Name(id=name) if name in CONSUMERS:\n",
        _CUTS,
    ),
    Defect(
        "super-without-arguments-in-a-slice",
        Kind.BINDING,
        "`super()` is moved into a slice, where it means something else",
        "xcs_ast/frontend/survey.py",
        '    if name == "super" and not call.args:\n        return "reflective-scope"\n',
        "",
        _CUTS,
    ),
    Defect(
        "else-of-the-loop-lost",
        Kind.CONTROL,
        "the `else` clause of a rewritten loop is gone",
        _EMIT,
        "            body=self.copy(loop.body, mode.inside(region, asked)),\n"
        "            orelse=self.copy(loop.orelse, mode) if loop.orelse is not None else None,\n"
        "            leading_lines=(),\n        )\n        ahead = loop.with_changes(\n",
        "            body=self.copy(loop.body, mode.inside(region, asked)),\n"
        "            orelse=None,\n"
        "            leading_lines=(),\n        )\n        ahead = loop.with_changes(\n",
        _WRITES,
    ),
    Defect(
        "rest-starts-again",
        Kind.ORDER,
        "the plain loop behind the ahead-phase starts from the first item again",
        _EMIT,
        "        return self.anchored(conditional(is_none(handle), iterable, rest), where)\n",
        "        return self.anchored(iterable, where)\n",
        _WRITES,
    ),
    Defect(
        "iterable-evaluated-again",
        Kind.ORDER,
        "where the verdict is SERIAL the user's iterable is evaluated a second time",
        _EMIT,
        "        return self.anchored(conditional(is_none(handle), iterable, rest), where)\n",
        "        return self.anchored(conditional(name(handle), rest, iterable), where)\n",
        _WRITES,
    ),
    Defect(
        "traceback-not-trimmed",
        Kind.LEAK,
        "frames of the runtime and of the slice show in tracebacks",
        _EMIT,
        '        trims = [expression_line(attribute_call(self.sites[each.index], "trim")) for each in regions]\n',
        "        trims: list[cst.BaseStatement] = []\n",
        _WRITES,
    ),
    Defect(
        "form-feed-ends-a-line",
        Kind.PLACE,
        "a form feed counts as the end of a line, as for `str.splitlines`: the line map is wrong below it",
        "xcs_ast/frontend/lines.py",
        '_LINE_END: Final = re.compile(r"\\r\\n|\\r|\\n")',
        '_LINE_END: Final = re.compile(r"\\r\\n|\\r|\\n|\\f")',
        _WRITES,
    ),
    Defect(
        "columns-in-characters",
        Kind.PLACE,
        "columns count characters where Python counts bytes",
        "xcs_ast/frontend/lines.py",
        '        return line, len(self._text[start:offset].encode("utf-8", "surrogatepass"))\n',
        "        return line, offset - start\n",
        _WRITES,
    ),
    Defect(
        "qualified-names-not-mended",
        Kind.LEAK,
        "a lambda made in a slice is named after the slice",
        "xcs_ast/frontend/mend.py",
        "    return mended if mended.co_qualname == wanted else mended.replace(co_qualname=wanted)\n",
        "    return mended\n",
        _WRITES,
    ),
    Defect(
        "private-names-not-mangled",
        Kind.BINDING,
        "the analysis is told `self.__x` where Python looks up `self._C__x`",
        "xcs_ast/frontend/marked.py",
        "    if class_name and _has_private(loop):\n",
        "    if class_name and not _has_private(loop):\n",
        _CUTS,
    ),
)
