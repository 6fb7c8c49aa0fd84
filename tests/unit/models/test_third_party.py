"""Models of libraries that may not be installed."""

from __future__ import annotations

from typing import Any

import pytest

from xcs_ast.effects import catalog


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


@pytest.mark.parametrize("name", ["openai", "anthropic"])
def test_a_client_that_a_task_makes_is_unknown(name: str) -> None:
    module: Any = pytest.importorskip(name)
    client = {"openai": "OpenAI", "anthropic": "Anthropic"}[name]
    entry = catalog.for_construct(getattr(module, client))
    assert entry is not None
    assert entry.unknown_reason
