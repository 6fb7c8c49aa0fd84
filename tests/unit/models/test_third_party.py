"""Models of libraries that may not be installed."""

from __future__ import annotations

import functools
from operator import attrgetter
from typing import Any

import pytest

from xcs_ast.effects import catalog
from xcs_ast.effects.entries import Inside
from xcs_ast.effects.libraries import is_made_of


def test_requests_is_believed_until_somebody_fakes_its_replies(monkeypatch: pytest.MonkeyPatch) -> None:
    requests: Any = pytest.importorskip("requests")
    assert catalog.for_callable(requests.get).dotted == "requests.api.get"
    assert catalog.for_callable(requests.put).unknown_reason
    assert catalog.for_attr(requests.Response, "status_code") is not None
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", lambda *args, **kwargs: None)
    assert catalog.for_callable(requests.get) is None


def test_httpx_is_believed_until_somebody_fakes_its_replies(monkeypatch: pytest.MonkeyPatch) -> None:
    httpx: Any = pytest.importorskip("httpx")
    assert catalog.for_callable(httpx.get).dotted == "httpx.get"
    assert catalog.for_callable(httpx.put).unknown_reason
    monkeypatch.setattr(httpx.Client, "send", lambda *args, **kwargs: None)
    assert catalog.for_callable(httpx.get) is None


@pytest.mark.parametrize(
    ("client", "path"),
    [
        ("requests", "requests.Session.get_adapter"),
        ("requests", "requests.Session.__init__"),
        ("requests", "requests.models.PreparedRequest.prepare"),
        ("requests", "urllib3.connectionpool.HTTPConnectionPool.urlopen"),
        ("requests", "urllib3.util.connection.create_connection"),
        ("httpx", "httpx.HTTPTransport.handle_request"),
        ("httpx", "httpx.Client.__init__"),
        ("httpx", "httpcore.ConnectionPool.handle_request"),
    ],
)
def test_a_client_that_is_traced_is_not_believed(
    client: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module: Any = pytest.importorskip(client)
    old = attrgetter(path.partition(".")[2])(pytest.importorskip(path.partition(".")[0]))
    assert catalog.for_callable(module.get) is not None
    monkeypatch.setattr(path, functools.wraps(old)(lambda *args, **kwargs: old(*args, **kwargs)))
    assert catalog.for_callable(module.get) is None


@pytest.mark.parametrize(("name", "other"), [("openai", "anthropic"), ("anthropic", "openai")])
def test_clients_of_two_providers_in_one_program(name: str, other: str) -> None:
    """Both name a class of `httpx`, which each of them uses, after themselves."""
    module: Any = pytest.importorskip(name)
    pytest.importorskip(other)
    client = {"openai": "OpenAI", "anthropic": "Anthropic"}[name]
    live = getattr(module, client)(api_key="k")
    asked = {"openai": "chat", "anthropic": "messages"}[name]
    entry = catalog.for_attr(type(live), asked)
    assert entry is not None
    inside = [each.packages for each in entry.clauses if isinstance(each, Inside)]
    assert is_made_of(live, inside[0])


@pytest.mark.parametrize("name", ["openai", "anthropic"])
def test_a_client_that_a_task_makes_is_unknown(name: str) -> None:
    module: Any = pytest.importorskip(name)
    client = {"openai": "OpenAI", "anthropic": "Anthropic"}[name]
    entry = catalog.for_construct(getattr(module, client))
    assert entry is not None
    assert entry.unknown_reason
