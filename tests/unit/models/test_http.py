"""What the models of `http.client` and `urllib.request` claim, held against a server on a loopback port."""

from __future__ import annotations

import copy
import http.client
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.unit.effects.harness import stage_of
from tests.unit.models.harness import writes
from xcs_ast.effects import catalog
from xcs_ast.effects import entries as e

CHAT = "/v1/chat/completions"
ORDERED, UNORDERED, INFERENCE = (
    "write channel network",
    "read channel network",
    "read channel inference",
)


class Handler(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        asked = {"method": self.command, "path": self.path, "body": self.rfile.read(length).decode()}
        body = json.dumps(asked).encode()
        self.send_response(404 if self.path == "/missing" else 200, "Fine")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Twice", "a")
        self.send_header("X-Twice", "b")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _answer

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def connection(port: int) -> Iterator[http.client.HTTPConnection]:
    made = http.client.HTTPConnection("127.0.0.1", port, timeout=100)
    yield made
    made.close()


def entry_of(cls: type, name: str) -> e.Entry:
    found = catalog.for_attr(cls, name[1:]) if name.startswith(".") else catalog.for_method(cls, name)
    assert found is not None, f"{cls.__name__}.{name} has no model"
    return found


def fits(value: object, spec: e.Spec) -> bool:
    """Whether a value is of a kind that a model names (where it names one)."""
    match spec:
        case e.Scalar(kinds):
            return type(value) in kinds
        case e.Union(options):
            return any(fits(value, option) for option in options)
        case e.New(name, _):
            return type(value) is catalog.class_named(name)
        case e.Fresh(kind, parts):
            inside = list(value) if isinstance(value, list | tuple) else []
            return type(value).__name__ == kind and all(any(fits(x, part) for part in parts) for x in inside)
        case e.Self() | e.Arg() | e.UnknownValue():
            return True
    raise AssertionError(spec)


def changes_self(entry: e.Entry) -> bool:
    return writes(entry, lambda spec: isinstance(spec, e.Self))


def picture(obj: Any) -> list[tuple[str, str]]:
    return sorted((name, repr(value)) for name, value in vars(obj).items())


def test_a_request_changes_the_connection_alone(connection: http.client.HTTPConnection) -> None:
    headers, body = {"X-A": "1"}, b"body"
    given = copy.deepcopy(headers)
    before = picture(connection)
    connection.request("POST", "/save", body, headers)
    assert picture(connection) != before
    assert changes_self(entry_of(http.client.HTTPConnection, "request"))
    assert (headers, body) == (given, b"body")
    before = picture(connection)
    response = connection.getresponse()
    assert picture(connection) != before
    assert changes_self(entry_of(http.client.HTTPConnection, "getresponse"))
    assert fits(response, entry_of(http.client.HTTPConnection, "getresponse").result)
    assert json.loads(response.read()) == {"method": "POST", "path": "/save", "body": "body"}


def test_connections_do_not_share_state(port: int) -> None:
    one, other = (http.client.HTTPConnection("127.0.0.1", port, timeout=100) for _ in range(2))
    before, of_class = picture(other), picture(http.client.HTTPConnection)
    one.request("GET", "/")
    one.getresponse().read()
    one.close()
    assert picture(other) == before
    assert picture(http.client.HTTPConnection) == of_class


def test_closing_changes_the_connection(connection: http.client.HTTPConnection) -> None:
    connection.connect()
    before = picture(connection)
    connection.close()
    assert picture(connection) != before
    assert changes_self(entry_of(http.client.HTTPConnection, "close"))


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("getheader", ("Content-Type",)),
        ("getheader", ("Nothing",)),
        ("getheaders", ()),
        ("info", ()),
        ("geturl", ()),
        ("getcode", ()),
        ("isclosed", ()),
        ("readable", ()),
        (".status", ()),
        (".code", ()),
        (".version", ()),
        (".reason", ()),
        (".headers", ()),
        (".msg", ()),
        (".closed", ()),
    ],
)
def test_looking_at_a_response(port: int, name: str, args: tuple[str, ...]) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/x", timeout=100) as response:
        entry = entry_of(http.client.HTTPResponse, name)
        before = picture(response)
        value = getattr(response, name[1:]) if name.startswith(".") else getattr(response, name)(*args)
        assert picture(response) == before
        assert not changes_self(entry)
        assert fits(value, entry.result), (value, entry.result)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("read", ()),
        ("read", (3,)),
        ("read1", ()),
        ("readline", ()),
        ("readlines", ()),
        ("readinto", (bytearray(4),)),
    ],
)
def test_reading_changes_the_response(port: int, name: str, args: tuple[Any, ...]) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/x", timeout=100) as response:
        entry = entry_of(http.client.HTTPResponse, name)
        before = picture(response)
        value = getattr(response, name)(*args)
        assert picture(response) != before
        assert changes_self(entry)
        assert fits(value, entry.result), (value, entry.result)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("get", ("Content-Type",)),
        ("get", ("Nothing",)),
        ("get_all", ("X-Twice",)),
        ("get_all", ("Nothing",)),
        ("__getitem__", ("Content-Type",)),
        ("__getitem__", ("Nothing",)),
        ("__contains__", ("X-Twice",)),
        ("__len__", ()),
        ("keys", ()),
        ("values", ()),
        ("items", ()),
        ("get_content_type", ()),
        ("get_content_maintype", ()),
        ("get_content_subtype", ()),
        ("get_content_charset", ()),
    ],
)
def test_headers(port: int, name: str, args: tuple[str, ...]) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/x", timeout=100) as response:
        entry = entry_of(http.client.HTTPMessage, name)
        before = picture(response.headers)
        value = getattr(response.headers, name)(*args)
        assert picture(response.headers) == before
        assert not changes_self(entry)
        assert fits(value, entry.result), (value, entry.result)


def test_urlopen_changes_the_request_it_is_given(port: int) -> None:
    headers, data = {"X-A": "1"}, b"data"
    request = urllib.request.Request(f"http://127.0.0.1:{port}{CHAT}", data, headers)
    before = picture(request)
    entry = catalog.for_callable(urllib.request.urlopen)
    assert entry is not None
    with urllib.request.urlopen(request, timeout=100) as response:
        assert fits(response, entry.result)
        assert json.load(response)["method"] == "POST"
    assert picture(request) != before
    assert writes(entry, lambda spec: spec == e.Arg("url"))
    assert (headers, data) == ({"X-A": "1"}, b"data")


def test_an_error_is_a_response(port: int) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/missing", timeout=100)
    error = caught.value
    for name in (".code", ".status", ".reason"):
        assert fits(getattr(error, name[1:]), _only_known(entry_of(urllib.error.HTTPError, name).result)), (
            name
        )
    assert type(error.read()) is bytes
    assert changes_self(entry_of(urllib.error.HTTPError, "read"))
    error.close()


def _only_known(spec: e.Spec) -> e.Spec:
    """Without what is the value of another attribute."""
    if isinstance(spec, e.Union):
        return e.Union(tuple(option for option in spec.options if not isinstance(option, e.Attr)))
    return spec


# ------------------------------------------------------------------------------------------ order


def get(port: int) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/page", timeout=100) as response:
        return response.read()


def save(port: int) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/save", data=b"x", timeout=100) as response:
        return response.read()


def chat(port: int) -> Any:
    body = json.dumps({"n": 1}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}{CHAT}", body, {"A": "b"}, method="POST")
    with urllib.request.urlopen(request, timeout=100) as response:
        return json.loads(response.read().decode())["path"]


def delete_chat(port: int) -> bytes:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{CHAT}", method="DELETE")
    return urllib.request.urlopen(request).read()


def data_set_later(port: int) -> bytes:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/save")
    request.data = b"x"
    return urllib.request.urlopen(request).read()


def method_set_later(port: int) -> bytes:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/save")
    request.method = "DELETE"
    return urllib.request.urlopen(request).read()


def method_computed(port: int) -> bytes:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/save")
    request.get_method = lambda: "DELETE"  # type: ignore[method-assign]
    return urllib.request.urlopen(request).read()


def client_get(port: int) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=100)
    try:
        connection.request("GET", "/page")
        response = connection.getresponse()
        if response.status != 200:
            raise RuntimeError(f"{response.status} {response.reason}")
        return response.read()
    finally:
        connection.close()


def client_chat(port: int) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=100)
    connection.request("POST", "/v1/chat/completions", body=json.dumps({"n": 1}), headers={"A": "b"})
    return json.loads(connection.getresponse().read())["path"]


def client_save(port: int) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=100)
    connection.request("POST", "/save", b"x")
    return connection.getresponse().read()


def client_put_chat(port: int) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=100)
    connection.request("PUT", "/v1/chat/completions", b"x")
    return connection.getresponse().read()


def effects_of(function: Any, port: int) -> list[str]:
    return stage_of("function(x)", {"function": function}, item=port)


@pytest.mark.parametrize("function", [get, client_get])
def test_a_get_is_unordered(function: Any, port: int) -> None:
    found = effects_of(function, port)
    assert UNORDERED in found
    assert not [line for line in found if line.startswith(("write", "unknown"))]
    assert json.loads(function(port))["method"] == "GET"


@pytest.mark.parametrize("function", [chat, client_chat])
def test_an_inference_is_unordered(function: Any, port: int) -> None:
    found = effects_of(function, port)
    assert INFERENCE in found
    assert not [line for line in found if line.startswith(("write", "unknown"))]
    assert function(port) == CHAT


@pytest.mark.parametrize("function", [save, delete_chat, client_save, client_put_chat])
def test_other_requests_are_ordered(function: Any, port: int) -> None:
    assert ORDERED in effects_of(function, port)
    assert json.loads(function(port))["method"] != "GET"


@pytest.mark.parametrize("function", [data_set_later, method_set_later, method_computed])
def test_a_request_that_is_changed_is_not_guessed_at(function: Any, port: int) -> None:
    found = effects_of(function, port)
    assert [line for line in found if line.startswith("unknown")] or ORDERED in found
    assert json.loads(function(port))["method"] != "GET"


def test_an_installed_opener_is_not_guessed_at(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    class Handler(urllib.request.BaseHandler):
        def http_request(self, request: urllib.request.Request) -> urllib.request.Request:
            seen.append(request)
            return request

    seen: list[object] = []
    monkeypatch.setattr(urllib.request, "_opener", urllib.request.build_opener(Handler))
    assert [line for line in effects_of(get, port) if line.startswith("unknown")]
    get(port)
    assert seen
