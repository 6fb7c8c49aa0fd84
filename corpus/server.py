"""An embedded model server: HTTP/1.1 on a loopback port, with real latency and deterministic answers.

    python corpus/server.py --port 8000 --latency 0.3 --latency ember=0.5

- ``POST /v1/chat/completions`` and ``GET /v1/models``: compatible with the OpenAI API;
- ``GET /pages/N.html``: small HTML pages that link to each other; ``GET /store/NAME``: bytes;
  ``GET /api/...``: JSON;
- ``GET /_log``, ``POST /_reset``: what has been served since the last reset, and how much of it at once.

Guarantees: an answer depends on the request alone; it is sent when the model's latency has passed since the
request was read, however many requests are under way; each answer is one write on a socket without Nagle's
delay (two writes cost 40 ms where the peer delays its acknowledgements); connections are kept alive unless
the client says otherwise. Assumes: a client on this machine that is not hostile.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import content
import toy_model

MODELS = ("atlas", "birch", "cedar", "delta", "ember")


@dataclass(frozen=True, slots=True)
class Served:
    """One request that has been answered. Times are seconds of the server's monotonic clock."""

    number: int
    path: str
    model: str
    arrived: float
    answered: float

    @property
    def seconds(self) -> float:
        """How long the request took inside the server."""
        return self.answered - self.arrived


@dataclass(slots=True)
class Log:
    """What was served, in the order of arrival, and the most that was under way at once."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    served: list[Served] = field(default_factory=list)
    arrived: int = 0
    under_way: int = 0
    peak: int = 0
    company: threading.Event = field(default_factory=threading.Event)

    def enter(self) -> int:
        """Counts an arrival; returns its number."""
        with self.lock:
            self.arrived += 1
            self.under_way += 1
            self.peak = max(self.peak, self.under_way)
            if self.peak > 1:
                self.company.set()
            return self.arrived

    def leave(self, served: Served) -> None:
        """Notes that the request is about to be answered."""
        with self.lock:
            self.under_way -= 1
            self.served.append(served)

    def reset(self) -> None:
        """Forgets everything; to be called while nothing is under way."""
        with self.lock:
            self.served.clear()
            self.company.clear()
            self.arrived = self.under_way = self.peak = 0

    def dump(self) -> dict[str, Any]:
        """Plain data for JSON."""
        with self.lock:
            calls = sorted(self.served, key=lambda call: call.number)
            return {"peak": self.peak, "served": [asdict(call) for call in calls]}


@dataclass(frozen=True, slots=True)
class Latency:
    """How long answers take: a default, a figure for each model, a spread that the request alone decides."""

    default: float = 0.3
    of: Mapping[str, float] = field(default_factory=dict)
    spread: float = 0.1

    def seconds(self, name: str, request: str) -> float:
        """The latency of this request to this model (or to `web`)."""
        return self.of.get(name, self.default) * (1 + self.spread * (2 * toy_model.fraction(request) - 1))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http

    def do_GET(self) -> None:
        if self.path == "/_log":
            self._send(self.server.log.dump())
        elif self.path == "/v1/models":
            models = [{"id": name, "object": "model"} for name in MODELS]
            self._send({"object": "list", "data": models})
        else:
            arrived = time.monotonic()
            number = self.server.log.enter()
            found = content.find(self.path)
            self._wait("web", self.path, arrived, number)
            if found is None:
                self._send({"error": "not found"}, HTTPStatus.NOT_FOUND)
            else:
                kind, body = found
                self._send(body, kind=kind)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/_reset":
            self.server.log.reset()
            self._send({})
        elif self.path == "/v1/chat/completions":
            self._complete(body)
        else:
            self._send({"error": "not found"}, HTTPStatus.NOT_FOUND)

    def _complete(self, body: bytes) -> None:
        arrived = time.monotonic()
        try:
            request = json.loads(body)
            model, messages, seed = request["model"], request["messages"], request.get("seed")
            text = toy_model.answer(model, messages, seed)
        except (ValueError, KeyError, TypeError) as error:
            self._send({"error": {"message": f"bad request: {error!r}"}}, HTTPStatus.BAD_REQUEST)
            return
        number = self.server.log.enter()
        asked = toy_model.count_tokens(" ".join(message["content"] for message in messages))
        told = toy_model.count_tokens(text)
        self._wait(model, body.decode(), arrived, number)
        self._send(
            {
                "id": f"chatcmpl-{number}",
                "object": "chat.completion",
                "created": 0,
                "model": model,
                "choices": [
                    {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
                ],
                "usage": {"prompt_tokens": asked, "completion_tokens": told, "total_tokens": asked + told},
            }
        )

    def _wait(self, name: str, request: str, arrived: float, number: int) -> None:
        due = arrived + self.server.latency.seconds(name, request)
        time.sleep(max(0.0, due - time.monotonic()))
        self.server.log.company.wait(self.server.patience)
        self.server.log.leave(Served(number, self.path, name, arrived, time.monotonic()))

    def _send(self, data: object, status: HTTPStatus = HTTPStatus.OK, kind: str = "application/json") -> None:
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body)}\r\n"
            f"Connection: {'close' if self.close_connection else 'keep-alive'}\r\n\r\n"
        )
        self.wfile.write(head.encode("ascii") + body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, port: int, latency: Latency, patience: float) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.latency = latency
        self.patience = patience
        self.log = Log()


class ModelServer:
    """The server on a thread of this process: `with ModelServer() as server: ... server.url ...`.

    With `patience`, a request that is alone waits so many seconds more for another one, until for the first
    time two are under way: how a test sees on a busy machine that calls may overlap.
    """

    def __init__(self, latency: Latency | None = None, port: int = 0, patience: float = 0.0) -> None:
        self._http = _Http(port, latency or Latency(), patience)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """The base address, without a slash at its end."""
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def log(self) -> Log:
        """What was served."""
        return self._http.log

    def serve(self) -> None:
        """Serves on the calling thread until it is interrupted."""
        self._http.serve_forever(0.05)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


def _latency(arguments: list[str], spread: float) -> Latency:
    default, of = Latency().default, {}
    for argument in arguments:
        name, equals, value = argument.rpartition("=")
        if equals:
            of[name] = float(value)
        else:
            default = float(value)
    return Latency(default, of, spread)


def main() -> None:
    """Serves until interrupted; the first line of output is the address."""
    parser = argparse.ArgumentParser(description="An embedded, deterministic model server.")
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    parser.add_argument(
        "--latency",
        action="append",
        default=[],
        metavar="[NAME=]SECONDS",
        help="of every model, or of one; `web` for pages",
    )
    parser.add_argument(
        "--spread", type=float, default=0.1, help="part by which latencies differ (default: 0.1)"
    )
    parser.add_argument(
        "--patience",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="how much longer a request waits for company, until two are under way (default: 0)",
    )
    options = parser.parse_args()
    server = ModelServer(_latency(options.latency, options.spread), options.port, options.patience)
    print(server.url, flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve()


if __name__ == "__main__":
    main()
