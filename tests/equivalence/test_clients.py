"""HTTP clients that people use, as whole programs against a server on a loopback port, plainly and optimized.

The server holds each request until a second one is there, or its patience ends: so it knows whether calls
overlapped, and nobody measures time.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest

pytestmark = pytest.mark.clients

ROOT: Final = Path(__file__).parents[2]
LONG: Final = 20.0
"""For calls that are to overlap: the second one comes, if it comes at all."""
SHORT: Final = 0.2
"""For calls that are not to: each waits so long for a second one that does not come."""


class Server(ThreadingHTTPServer):
    """Counts how many requests there are at the same time."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.patience = 0.0
        self.most = self.here = 0
        self.changed = threading.Condition()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def meet(self) -> None:
        """Wait for another request; over before the answer is sent: after it a client may send its next."""
        with self.changed:
            self.here += 1
            self.most = max(self.most, self.here)
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.most > 1, self.patience)
            self.here -= 1


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def version_string(self) -> str:
        return "test"

    def date_time_string(self, timestamp: float | None = None) -> str:
        return "now"

    def _reply(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.server.meet()
        self._reply({"path": self.path, "size": len(self.path)})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        text = json.dumps(asked.get("messages", asked))[-30:]
        usage = {"prompt_tokens": 1, "completion_tokens": len(text), "total_tokens": 1 + len(text)}
        self.server.meet()
        if self.path.endswith("/v1/messages"):
            content = [{"type": "text", "text": text}]
            used = {"input_tokens": 1, "output_tokens": len(text)}
            reply: dict[str, Any] = {"id": "m", "type": "message", "role": "assistant", "model": "m"}
            reply |= {"content": content, "usage": used, "stop_reason": "end_turn"}
        else:
            message = {"role": "assistant", "content": text}
            choice = {"index": 0, "finish_reason": "stop", "message": message}
            reply = {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}
            reply |= {"choices": [choice], "usage": usage}
        self._reply(reply)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    found = Server()
    thread = threading.Thread(target=found.serve_forever, daemon=True)
    thread.start()
    yield found
    found.shutdown()
    found.server_close()


AHEAD, IN_PLACE, EITHER = "ahead", "in place", "either"
CLIENT: Final = """
    import openai
    client = openai.OpenAI(api_key="k", base_url=URL + "/v1", max_retries=0)
    def ask(client, text):
        reply = client.chat.completions.create(model="m", messages=[{"role": "user", "content": text}])
        return reply.choices[0].message.content
"""


@dataclass(frozen=True)
class Case:
    name: str
    needs: str
    how: str
    text: str


CASES: Final = [
    Case(
        "get, at module level",
        "requests",
        AHEAD,
        """
        import requests
        found = []
        for n in range(4):
            reply = requests.get(f"{URL}/item{n}", timeout=60)
            found.append(reply.json()["path"])
        print(found)
        """,
    ),
    Case(
        "get, and each connection is logged",
        "requests",
        AHEAD,
        """
        import logging, requests
        logging.basicConfig(level=logging.DEBUG, format="%(name)s %(message)s")
        def fetch(n):
            return requests.get(f"{URL}/{n}").json()["size"]
        for n in range(3):
            logging.info("got %s", fetch(n))
        """,
    ),
    Case(
        "get, without a check of the certificate, warns",
        "requests",
        EITHER,
        """
        import requests
        for n in range(3):
            print(requests.get(f"{URL}/{n}", verify=False).status_code)
        """,
    ),
    Case(
        "a transport is replaced between two loops",
        "requests",
        EITHER,
        """
        import requests, threading
        def fetch(n):
            return requests.get(f"{URL}/{n}").status_code
        def main():
            found = []
            for n in range(3):
                found.append(fetch(n))
            return found
        print(main())
        real = requests.adapters.HTTPAdapter.send
        seen = []
        def send(self, request, **options):
            seen.append((len(seen), request.path_url, threading.current_thread() is threading.main_thread()))
            return real(self, request, **options)
        requests.adapters.HTTPAdapter.send = send
        print(main(), seen)
        """,
    ),
    Case(
        "post to a model",
        "requests",
        AHEAD,
        """
        import requests
        def ask(text):
            reply = requests.post(URL + "/v1/chat/completions", json={"messages": [text]}, timeout=60)
            reply.raise_for_status()
            return reply.json()["choices"][0]["message"]["content"]
        answers = [ask(text) for text in ("one", "two", "three")]
        print(answers)
        """,
    ),
    Case(
        "post to whatever",
        "requests",
        IN_PLACE,
        """
        import requests
        for n in range(3):
            print(requests.post(URL + "/orders", json={"number": n}).json()["usage"])
        """,
    ),
    Case(
        "a session keeps cookies",
        "requests",
        IN_PLACE,
        """
        import requests
        session = requests.Session()
        for n in range(3):
            print(session.get(f"{URL}/{n}").json())
        """,
    ),
    Case(
        "get",
        "httpx",
        AHEAD,
        """
        import httpx
        def main():
            return {n: httpx.get(f"{URL}/{n}", timeout=60).json()["size"] for n in range(3)}
        print(main())
        """,
    ),
    Case(
        "get, and each request is logged",
        "httpx",
        AHEAD,
        """
        import httpx, logging
        logging.basicConfig(level=logging.INFO, format="%(name)s %(message)s")
        for n in range(3):
            reply = httpx.get(f"{URL}/{n}")
            logging.info("got %s", reply.status_code)
        """,
    ),
    Case(
        "get, and each request is told to a handler of the program's",
        "httpx",
        IN_PLACE,
        """
        import httpx, logging
        class Own(logging.Handler):
            def emit(self, record):
                print("told", record.getMessage())
        logging.getLogger("httpx").addHandler(Own())
        logging.getLogger("httpx").setLevel(logging.INFO)
        for n in range(3):
            print(httpx.get(f"{URL}/{n}").status_code)
        """,
    ),
    Case(
        "get, and a filter of the program's hears each request",
        "httpx",
        IN_PLACE,
        """
        import httpx, logging
        logging.basicConfig(level=logging.INFO, format="%(message)s")
        heard = []
        logging.getLogger("httpx").addFilter(lambda record: heard.append(record.lineno) or True)
        for n in range(3):
            print(httpx.get(f"{URL}/{n}").status_code, len(heard))
        """,
    ),
    Case(
        "a level is set in the loop",
        "httpx",
        EITHER,
        """
        import httpx, logging
        logging.basicConfig(level=logging.WARNING, format="%(name)s %(message)s")
        def main():
            for n in range(4):
                reply = httpx.get(f"{URL}/{n}")
                if n == 1:
                    logging.getLogger().setLevel(logging.INFO)
        main()
        """,
    ),
    Case(
        "chat, on a client that all share",
        "openai",
        AHEAD,
        CLIENT
        + """
    def main(name):
        answers = []
        for n in range(3):
            answers.append(ask(client, f"{name} {n}"))
        return answers
    print(main("first"))
    print(main("second"))
        """,
    ),
    Case(
        "chat, and the tokens are counted",
        "openai",
        AHEAD,
        CLIENT
        + """
    class Bot:
        def __init__(self):
            self.tokens, self.said = 0, []
        def ask(self, text):
            self.said.append(text)
            reply = client.chat.completions.create(model="m", messages=[{"role": "user", "content": text}])
            self.tokens += reply.usage.total_tokens
            return reply.choices[0].message.content
    bot = Bot()
    answers = [bot.ask(text) for text in ("one", "two", "three")]
    print(answers, bot.tokens, bot.said)
        """,
    ),
    Case(
        "chat, and the requests are logged",
        "openai",
        AHEAD,
        CLIENT
        + """
    import logging
    logging.basicConfig(level=logging.INFO, format="%(name)s %(threadName)s %(funcName)s %(message)s")
    log = logging.getLogger("program")
    def asked(text):
        log.info("asks %s", text)
        answer = ask(client, text)
        log.info("has heard %s", answer)
        return answer
    answers = [asked(text) for text in ("one", "two", "three")]
    print(answers, [len(logging.getLogger(name).filters) for name in ("httpx", "httpx2")])
        """,
    ),
    Case(
        "chat, through a client with a function that gives keys",
        "openai",
        IN_PLACE,
        CLIENT
        + """
    keys = []
    def key():
        keys.append(len(keys))
        print("key", len(keys))
        return "k"
    client = openai.OpenAI(api_key=key, base_url=URL + "/v1", max_retries=0)
    for n in range(3):
        print(ask(client, str(n)))
        """,
    ),
    Case(
        "chat, through a client of a class of its own",
        "openai",
        IN_PLACE,
        CLIENT
        + """
    class Own(openai.OpenAI):
        def _prepare_request(self, request):
            print("prepares", request.url.path)
    client = Own(api_key="k", base_url=URL + "/v1", max_retries=0)
    for n in range(3):
        print(ask(client, str(n)))
        """,
    ),
    Case(
        "chat, and the client is changed in the loop",
        "openai",
        EITHER,
        CLIENT
        + """
    def main():
        for n in range(4):
            try:
                print(ask(client, str(n)))
            except openai.APIConnectionError as error:
                print(type(error).__name__)
            if n == 1:
                client.base_url = "http://127.0.0.1:1/v1"
    main()
        """,
    ),
    Case(
        "messages",
        "anthropic",
        AHEAD,
        """
        import anthropic
        client = anthropic.Anthropic(api_key="k", base_url=URL, max_retries=0)
        def ask(text):
            said = [{"role": "user", "content": text}]
            reply = client.messages.create(model="m", max_tokens=9, messages=said)
            return reply.content[0].text, reply.usage.output_tokens
        for text in ("one", "two", "three"):
            print(ask(text))
        """,
    ),
    Case(
        "under a progress bar",
        "tqdm",
        AHEAD,
        """
        import json, sys, urllib.request
        from tqdm import tqdm
        def fetch(n):
            with urllib.request.urlopen(f"{URL}/{n}") as reply:
                return json.loads(reply.read())["path"]
        def main():
            found = []
            for n in tqdm(range(4), bar_format="{n} of {total}", mininterval=1e6):
                found.append(fetch(n))
                print("found", n)
            for k, n in enumerate(tqdm([5, 6, 7], bar_format="{n} of {total}", mininterval=1e6)):
                found.append((k, fetch(n)))
            print(found)
        main()
        """,
    ),
    Case(
        "under a progress bar that tells the program",
        "tqdm",
        IN_PLACE,
        """
        import sys, urllib.request
        from tqdm import tqdm
        class Stream:
            def write(self, text):
                print("drawn", text.strip())
            def flush(self): ...
        def fetch(n):
            with urllib.request.urlopen(f"{URL}/{n}") as reply:
                return len(reply.read())
        for n in tqdm([1, 2, 3], file=Stream(), bar_format="{n} of {total}", miniters=1, mininterval=0):
            print(fetch(n))
        """,
    ),
    Case(
        "a response that is read by C code, and lines printed",
        "urllib",
        AHEAD,
        """
        import json, urllib.request
        def fetch(n):
            print("fetching", n)
            with urllib.request.urlopen(f"{URL}/{n}") as reply:
                found = json.load(reply)
            print("done", n)
            return found["path"]
        found = []
        for n in range(3):
            found.append(fetch(n))
        print(found)
        """,
    ),
    Case(
        "each step is printed",
        "urllib",
        IN_PLACE,
        """
        import http.client, urllib.request
        http.client.HTTPConnection.debuglevel = 1
        for n in range(3):
            with urllib.request.urlopen(f"{URL}/{n}") as reply:
                print(len(reply.read()))
        """,
    ),
]


def _run(case: Case, folder: Path, server: Server, patience: float, *command: str) -> tuple[int, str, str]:
    script = folder / "program.py"
    lines = case.text.splitlines()
    indent = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    text = "\n".join(line[indent:] for line in lines)
    script.write_text(f"import sys\nURL = sys.argv[1]\n{text}\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONWARNINGS", None)
    server.patience, server.most = patience, 0
    done = subprocess.run(
        [sys.executable, *command, str(script), server.url],
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


LONGER: Final = (
    "messages",
    "a session keeps cookies",
    "get, without a check of the certificate, warns",
    "get, and each request is told to a handler of the program's",
    "chat, on a client that all share",
    "chat, and the requests are logged",
    "chat, through a client of a class of its own",
    "chat, and the client is changed in the loop",
)
"""Cases much like others, or slow to load."""


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=pytest.mark.full) if case.name in LONGER else case for case in CASES],
    ids=lambda case: f"{case.needs}: {case.name}",
)
def test_the_program_does_what_it_does(case: Case, tmp_path: Path, server: Server) -> None:
    if importlib.util.find_spec(case.needs) is None:
        pytest.skip(f"{case.needs} is not installed")
    plain = _run(case, tmp_path, server, 0.0)
    assert plain[0] == 0, plain[2]
    patience = LONG if case.how == AHEAD else SHORT
    assert _run(case, tmp_path, server, patience, "-m", "xcs_ast", "run") == plain
    if case.how != EITHER:
        assert (server.most > 1) is (case.how == AHEAD)
