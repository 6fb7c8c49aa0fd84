"""The model server: same question, same answer; real latency; requests overlap."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import content
import pytest
import toy_model
from server import MODELS, Latency, ModelServer


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(Latency(0.0, {"ember": 0.05}, spread=0.0)) as running:
        yield running


def ask(url: str, body: object) -> Any:
    request = urllib.request.Request(f"{url}/v1/chat/completions", data=json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=100) as response:
        return json.load(response)


def question(model: str = "atlas", **more: object) -> dict[str, object]:
    return {"model": model, "messages": [{"role": "user", "content": "Why is that?"}], **more}


def test_completions_have_the_shape_of_the_api(server: ModelServer) -> None:
    reply = ask(server.url, question())
    assert reply["object"] == "chat.completion"
    assert reply["choices"][0]["message"]["role"] == "assistant"
    usage = reply["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] > 0


def test_answers_depend_on_the_request_alone(server: ModelServer) -> None:
    def text(**more: object) -> str:
        answer: str = ask(server.url, question(**more))["choices"][0]["message"]["content"]  # type: ignore[arg-type]
        return answer

    assert text() == text()
    assert len({text(seed=seed) for seed in range(8)}) > 1
    assert len({text(model=model) for model in MODELS}) > 1


def test_latency_is_that_of_the_model(server: ModelServer) -> None:
    ask(server.url, question())
    ask(server.url, question("ember"))
    quick, slow = server.log.served
    assert quick.seconds < slow.seconds
    assert slow.seconds >= 0.05


def test_requests_overlap_and_the_log_tells(server: ModelServer) -> None:
    barrier = threading.Barrier(4)

    def one() -> None:
        barrier.wait()
        ask(server.url, question("ember"))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.log.peak > 1
    assert server.log.arrived == len(server.log.served) == 4
    server.log.reset()
    ask(server.url, question())
    ask(server.url, question())
    assert server.log.peak == 1


def test_log_over_http(server: ModelServer) -> None:
    ask(server.url, question())
    with urllib.request.urlopen(f"{server.url}/_log") as response:
        log = json.load(response)
    assert [call["path"] for call in log["served"]] == ["/v1/chat/completions"]


def test_connections_are_kept_alive_and_an_answer_is_one_segment(server: ModelServer) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=100)
    sockets = []
    for _ in range(3):
        connection.request("GET", "/v1/models")
        assert [model["id"] for model in json.load(connection.getresponse())["data"]] == list(MODELS)
        sockets.append(connection.sock)
    assert sockets[0] is sockets[2] is not None
    connection.close()
    with socket.create_connection((host, int(port)), timeout=100) as raw:
        raw.sendall(b"GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n")
        assert raw.recv(65536).endswith(b"}")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"not json", b'{"model": "atlas", "messages": 3}'])
def test_bad_requests_are_refused(server: ModelServer, body: bytes) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{server.url}/v1/chat/completions", data=body)
    assert caught.value.code == 400
    caught.value.close()


def test_content() -> None:
    assert content.find("/pages/0.html") is not None
    assert content.find("/store/object-3.bin") is not None
    assert content.find("/api/users/me") is not None
    for path in ("/", "/pages/99.html", "/pages/x", "/store/object-x.bin", "/store/../server.py", "/api/x"):
        assert content.find(path) is None, path


def test_answers_keep_to_the_form_that_was_asked_for() -> None:
    def reply(text: str) -> str:
        return toy_model.answer("atlas", [{"role": "user", "content": text}])

    assert reply("Reply with one word from: red, green") in {"red", "green"}
    assert reply("The light is red. Reply with one word from: red, green") == "red"
    assert 3 <= int(reply("Reply with a number from 3 to 5.")) <= 5
    assert "Answer: " in reply("What is 2 * 3?")
    assert reply("Summarize this.\nOne thing. Another thing!") == "One thing. Another thing!"
    assert toy_model.answer("atlas", []) != ""


def test_with_patience_a_request_waits_for_company_and_then_nobody_waits_any_more() -> None:
    with ModelServer(Latency(0.0, spread=0.0), patience=100.0) as server:
        first = threading.Thread(target=ask, args=(server.url, question()))
        first.start()
        ask(server.url, question("birch"))
        first.join()
        ask(server.url, question("cedar"))
        assert server.log.peak == 2
        assert [call.number for call in sorted(server.log.served, key=lambda call: call.number)] == [1, 2, 3]
