"""What changes the world does so in an order that counts: the entries of such functions say `write`."""

from __future__ import annotations

import builtins
import collections
import os
import pathlib
import random
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.models.harness import clauses
from xcs_ast.effects import catalog
from xcs_ast.effects import entries as e

CHANGES: list[tuple[str, Callable[..., Any]]] = [
    ("filesystem", os.mkdir),
    ("filesystem", os.makedirs),
    ("filesystem", os.rmdir),
    ("filesystem", os.remove),
    ("filesystem", os.unlink),
    ("filesystem", os.chmod),
    ("filesystem", os.utime),
    ("filesystem", os.rename),
    ("filesystem", os.replace),
    ("filesystem", os.symlink),
    ("filesystem", os.open),
    ("filesystem", shutil.rmtree),
    ("filesystem", shutil.copyfile),
    ("filesystem", pathlib.Path.unlink),
    ("filesystem", pathlib.Path.mkdir),
    ("filesystem", pathlib.Path.write_text),
    ("cwd", os.chdir),
    ("environment", os.putenv),
    ("random", random.random),
    ("random", random.shuffle),
    ("random", random.choice),
    ("random", random.seed),
    ("stdout", builtins.print),
    ("stdin", builtins.input),
]


@pytest.mark.parametrize(("name", "function"), CHANGES)
def test_changes_of_the_world_are_ordered(name: str, function: Callable[..., Any]) -> None:
    entry = catalog.for_callable(function)
    assert entry is not None
    told = [clause for clause in clauses(entry) if isinstance(clause, e.UsesChannel) and clause.name == name]
    unknown = entry.unknown_reason is not None
    unknown = unknown or any(isinstance(clause, e.UnknownEffect) for clause in clauses(entry))
    assert unknown or any(clause.access is e.Access.WRITE for clause in told), entry.dotted


def test_reads_of_the_world_are_not() -> None:
    for name, function in (("cwd", os.getcwd), ("filesystem", os.stat), ("environment", os.getenv)):
        entry = catalog.for_callable(function)
        assert entry is not None
        (told,) = (c for c in clauses(entry) if isinstance(c, e.UsesChannel) and c.name == name)
        assert told.access is e.Access.READ


@pytest.mark.parametrize(
    "method",
    [list.append, list.insert, list.sort, list.clear, dict.setdefault, dict.update, dict.popitem, set.add]
    + [set.discard, bytearray.extend, collections.deque.append, collections.deque.popleft],
)
def test_mutators_change_their_receiver(method: Callable[..., Any]) -> None:
    entry = catalog.for_callable(method)
    assert entry is not None
    assert any(
        (isinstance(clause, e.Touch) and clause.kind is e.ClauseKind.WRITES and clause.subject == e.Self())
        or (isinstance(clause, e.Stores) and clause.into == e.Self())
        for clause in clauses(entry)
    )
