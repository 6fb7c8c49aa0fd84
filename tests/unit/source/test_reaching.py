"""Whether regions may lead to a wait, as far as names tell."""

from __future__ import annotations

import pytest

from xcs_ast.source.reaching import leads_out

HEAD = "import time, json\nclient = object()\ndef plain(x): return {'n': len(x)}\n"
REGION = "for x in __xcs_items__:\n    out.append(__xcs_stage__(0, CALL))\n"


def _leads_out(call: str, more: str) -> bool:
    code = compile(HEAD + more, "x.py", "exec")
    return leads_out(code, [((call.partition("(")[0],), REGION.replace("CALL", call))])


@pytest.mark.parametrize(
    ("call", "more"),
    [
        ("plain(x)", ""),
        ("plain(x)", "def pause(): time.sleep(1)\n"),
        ("plain(plain(str(x)))", ""),
        ("other(x)", "def other(x): return [plain(y)['n'] for y in sorted(x)]\n"),
        ("other(x)", "def other(x): return other(x[1:]) if x else ' '.join(x).strip()\n"),
    ],
)
def test_what_computes(call: str, more: str) -> None:
    assert not _leads_out(call, more)


@pytest.mark.parametrize(
    ("call", "more"),
    [
        ("given(x)", ""),
        ("given.ask(x)", ""),
        ("client.ask(x)", ""),
        ("client.get(x)", ""),
        ("plain(given(x))", ""),
        ("plain(client.ask(x))", ""),
        ("plain(given[0](x))", ""),
        ("json.dumps(x)", ""),
        ("other(x)", "def other(x): time.sleep(1)\n"),
        ("other(x)", "def other(x): return third(x)\ndef third(x): return open(x)\n"),
        ("other(x, given)", "def other(x, ask): return ask(x)\n"),
        ("other(x, given)", "def other(x, ask): return ask.later(x)\n"),
        ("other(x)", "def other(x): return [client.ask(y) for y in x]\n"),
        ("list(map(pause, x))", "def pause(x): time.sleep(x)\n"),
        ("plain((lambda y: given(y))(x))", ""),
    ],
)
def test_what_may_wait(call: str, more: str) -> None:
    assert _leads_out(call, more)
