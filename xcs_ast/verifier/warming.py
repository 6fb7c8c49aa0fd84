"""Importing this warms the analysis up: it analyses one small region of its own, and more if asked to.

The first analysis in a process takes three times as long as the next: tables are filled, models are read, and
the interpreter specializes code. Where a first call counts, that is better done while modules are imported.

Guarantees: no user code runs; nothing is kept but what any analysis leaves behind. Assumes: nothing.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from xcs_ast.effects import catalog
from xcs_ast.ir.sites import RegionKind, SiteFacts
from xcs_ast.native import Final, use_own
from xcs_ast.source.spans import Span
from xcs_ast.verifier.legality import decide_loop, forget_site
from xcs_ast.verifier.sample import Sample

use_own(globals())

__all__ = ["read_models", "warm_up_more"]

_FURTHER: Final[dict[str, tuple[tuple[str, ...], dict[str, tuple[str, ...]]]]] = {
    "io": (("io",), {}),
    "json": (("json",), {"json": ("dumps", "loads")}),
    "os": (("os",), {}),
    "re": (("re",), {}),
    "time": (("time",), {"time": ("sleep",)}),
    "urllib.request": (
        ("http.client", "urllib.request", "urllib.parse"),
        {
            "urllib.request": ("urlopen",),
            "class urllib.request.Request": ("()",),
            "class http.client.HTTPResponse": ("read", "__enter__", "__exit__", ".status", "getcode"),
        },
    ),
}
"""Files of models, and entries in them, by the name that a program imports: until they have been read."""
_TEXT: Final = """\
for sample in __xcs_items__:
    results.append(__xcs_stage__(0, sample(text)))
"""


def read_models(imported: Container[str]) -> None:
    """Reads the models of what a program that imports these modules is likely to call. Any thread may ask."""
    for name in tuple(_FURTHER):
        if name not in imported:
            continue
        files, entries = _FURTHER.pop(name, ((), {}))
        for file in files:
            catalog.default.load(file)
        for section, keys in entries.items():
            for key in keys:
                catalog.default.entry(section, key)


def warm_up_more() -> None:
    """For what is not that common, and once more: what is executed again, the interpreter specializes."""
    from xcs_ast.verifier import sample_more

    _warm_up([sample_more.Sample("one"), sample_more.Sample("two")])
    _warm_up([Sample("one"), Sample("two")])


def _warm_up(samples: Sequence[object]) -> None:
    span = Span(__file__, 1, 0, 2, 0)
    names = ("results", "text")
    nothing: frozenset[str] = frozenset()
    facts = SiteFacts(0, RegionKind.LOOP, span, "", _TEXT, 1, True, names, nothing, nothing, ("sample",))
    decision = decide_loop(facts, globals(), {"results": [], "text": "text"}, samples)
    if decision.plan is not None:
        for sample in samples:
            decision.plan.admit(sample)
    forget_site(facts)


_warm_up([Sample("one"), Sample("two")])
