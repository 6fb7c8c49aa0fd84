# ruff: noqa
"""Callees as programs that call models write them: read-only, however they get there."""

import http.client, urllib.request, urllib.parse, urllib.error, json, time, re, os, pathlib, subprocess, dataclasses, typing, functools, random, textwrap, string, hashlib, base64, csv, io, collections, itertools, datetime, enum, logging, copy, sqlite3, uuid, tempfile, math, statistics
from dataclasses import dataclass, field
from typing import Any, Optional

CHAT = "http://127.0.0.1:1/v1/chat/completions"
API_KEY = os.environ.get("API_KEY", "x")
PROMPTS = {"sum": "Summarize: {text}", "judge": "Judge: {a} {b}"}
SYSTEM = "You are helpful."
log = logging.getLogger("real")


def complete(prompt, model="m", temperature=0.0, max_tokens=100):
    body = {
        "model": model,
        "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": prompt}],
        "temperature": temperature,
        "max_tokens": max_tokens,
    }
    req = urllib.request.Request(
        CHAT,
        data=json.dumps(body).encode("utf-8"),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {API_KEY}"},
        method="POST",
    )
    with urllib.request.urlopen(req, timeout=60) as resp:
        payload = json.loads(resp.read().decode("utf-8"))
    return payload["choices"][0]["message"]["content"]


def p_complete(x):
    return complete(PROMPTS["sum"].format(text=x))


def p_retry(x):
    for attempt in range(3):
        try:
            return complete(f"q {x}")
        except urllib.error.HTTPError as e:
            if e.code not in (429, 500):
                raise
            time.sleep(2**attempt)
        except (urllib.error.URLError, TimeoutError, OSError):
            time.sleep(1)
    raise RuntimeError("failed after 3")


def p_retry_last(x):
    last = None
    for attempt in range(3):
        try:
            return complete(x)
        except Exception as e:
            last = e
            time.sleep(min(2**attempt, 8))
    raise RuntimeError(f"failed: {last}") from last


def p_extract_json(x):
    text = complete(f"Return JSON {x}")
    m = re.search(r"\{.*\}", text, re.S)
    if not m:
        return {}
    try:
        return json.loads(m.group(0))
    except json.JSONDecodeError:
        return {"raw": text}


@dataclass
class Message:
    role: str
    content: str

    def to_dict(self):
        return {"role": self.role, "content": self.content}


@dataclass
class Conversation:
    system: str
    messages: list = field(default_factory=list)

    def add(self, role, content):
        self.messages.append(Message(role, content))
        return self

    def payload(self):
        return [{"role": "system", "content": self.system}] + [m.to_dict() for m in self.messages]


def chat(messages, **kw):
    body = {"model": "m", "messages": messages, **kw}
    req = urllib.request.Request(
        CHAT, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(req) as r:
        return json.load(r)["choices"][0]["message"]["content"].strip()


def p_conversation(x):
    c = Conversation("sys")
    c.add("user", str(x)).add("assistant", "ok")
    return chat(c.payload(), temperature=0.2)


@dataclass(frozen=True)
class Config:
    model: str = "m"
    temperature: float = 0.5
    stop: tuple = ("a", "b")


class LLM:
    def __init__(self, config, base="http://127.0.0.1:1"):
        self.config = config
        self.base = base.rstrip("/")
        self.headers = {"A": "b"}

    def __call__(self, prompt, *, n=1):
        body = json.dumps(
            {"model": self.config.model, "prompt": prompt, "stop": list(self.config.stop), "n": n}
        )
        req = urllib.request.Request(
            f"{self.base}/v1/completions", data=body.encode(), headers=dict(self.headers)
        )
        with urllib.request.urlopen(req, timeout=30) as r:
            d = json.loads(r.read())
        return [c["text"] for c in d["choices"]][0]

    def embed(self, text):
        req = urllib.request.Request(
            self.base + "/v1/embeddings",
            data=json.dumps({"input": text}).encode(),
            headers={**self.headers, "C": "d"},
        )
        with urllib.request.urlopen(req) as r:
            return json.loads(r.read())["data"][0]["embedding"]


llm = LLM(Config())


def p_llm(x):
    return llm(f"Q: {x}\nA:")


def p_embed(x):
    return llm.embed(str(x))


def p_pipeline(x):
    draft = llm(f"draft {x}")
    crit = llm(f"critique {draft}")
    return llm(f"improve {draft} {crit}")


def p_vote(x):
    answers = [llm(f"{x} {i}") for i in range(3)]
    return collections.Counter(answers).most_common(1)[0][0]


def p_score(x):
    t = llm(f"score {x}")
    m = re.findall(r"\d+", t)
    return max(0, min(10, int(m[0]))) if m else 0


def p_cosine(x):
    a = llm.embed("a")
    b = llm.embed(x)
    return sum(p * q for p, q in zip(a, b)) / (
        math.sqrt(sum(p * p for p in a)) * math.sqrt(sum(q * q for q in b))
    )


def p_httpclient(x):
    conn = http.client.HTTPConnection("127.0.0.1", 1, timeout=10)
    try:
        conn.request(
            "POST",
            "/v1/chat/completions",
            body=json.dumps({"m": x}),
            headers={"Content-Type": "application/json"},
        )
        resp = conn.getresponse()
        data = resp.read()
        if resp.status >= 400:
            raise RuntimeError(f"HTTP {resp.status}: {data[:200]!r}")
        return json.loads(data)["choices"][0]["message"]["content"]
    finally:
        conn.close()


def p_get_params(x):
    q = urllib.parse.urlencode({"q": x, "n": 5})
    with urllib.request.urlopen(f"http://127.0.0.1:1/search?{q}", timeout=5) as r:
        return json.load(r)["items"]


def p_get_status(x):
    try:
        with urllib.request.urlopen("http://127.0.0.1:1/p/" + urllib.parse.quote(str(x))) as r:
            return r.status, r.headers.get("Content-Type"), len(r.read())
    except urllib.error.HTTPError as e:
        return e.code, None, 0


def p_path(x):
    return pathlib.Path("/tmp").joinpath("a.txt").read_text(encoding="utf-8").splitlines()


def p_path2(x):
    p = pathlib.Path("/tmp") / f"{x}.json"
    if not p.exists():
        return None
    return json.loads(p.read_text())


def p_open(x):
    with open(f"/tmp/{x}.txt", encoding="utf-8") as f:
        return [line.strip() for line in f if line.strip()]


def p_openjson(x):
    with open(os.path.join("/tmp", str(x))) as f:
        return json.load(f)


def p_subprocess(x):
    return subprocess.run(["echo", str(x)], capture_output=True, text=True).stdout


def p_template(x):
    return complete(string.Template("Hi $n").substitute(n=x))


def p_dedent(x):
    return complete(
        textwrap.dedent(f"""
   hi {x}
   """).strip()
    )


def p_logs(x):
    r = complete(x)
    log.debug("got %s", r)
    return r


def p_timing(x):
    t = time.perf_counter()
    r = complete(x)
    return {"text": r, "seconds": round(time.perf_counter() - t, 3)}


def p_datetime(x):
    return complete(f"{datetime.date.today().isoformat()} {datetime.datetime.now():%Y}")


class Role(enum.Enum):
    USER = "user"
    SYS = "system"


def p_enum(x):
    return chat([{"role": Role.USER.value, "content": x}])


class Result(typing.NamedTuple):
    text: str
    score: float = 0.0


def p_tuple(x):
    return Result(complete(x))


def p_partial(x):
    return functools.partial(complete, model="k", temperature=1.0)(x)


class Agent:
    prompt = "You are {name}"

    def __init__(self, name, llm):
        self.name = name
        self.llm = llm
        self.memory = ["a", "b"]

    @property
    def system(self):
        return self.prompt.format(name=self.name)

    def act(self, x):
        return self.llm(self.system + "\n" + "\n".join(self.memory[-3:]) + f"\n{x}")


class Critic(Agent):
    prompt = "Critic {name}"

    def act(self, x):
        return super().act(x).upper()


agent = Critic("bob", llm)


def p_agent(x):
    return agent.act(x)


def p_sorted(x):
    return sorted(json.loads(complete(x)), key=lambda d: d["score"], reverse=True)[:3]


def p_filter(x):
    return [s.strip("- ") for s in complete(x).split("\n") if s.strip()]


def p_xml(x):
    m = re.search(r"<answer>(.*?)</answer>", complete(x), re.DOTALL)
    return m.group(1).strip() if m else None


def p_validate(x):
    d = json.loads(complete(x))
    if not isinstance(d, dict) or "a" not in d:
        raise ValueError(f"bad {d!r}")
    return {k: str(v) for k, v in d.items()}


def p_dc_asdict(x):
    return chat([dataclasses.asdict(Message("user", str(x)))])


def p_dc_kwargs(x):
    return Message(**{"role": "user", "content": complete(x)})


def p_dc_fromjson(x):
    d = json.loads(complete(x))
    return Message(role=d["role"], content=d.get("content", ""))


def p_dc_splat(x):
    d = json.loads(complete(x))
    return Message(**d)


def p_print(x):
    return complete(x)


def p_assert(x):
    r = complete(x)
    assert isinstance(r, str), r
    return r


def p_walrus(x):
    if (m := re.match(r"(\w+):(.*)", complete(x))) is not None:
        return m.groups()


def p_genexp(x):
    return " ".join(w.capitalize() for w in complete(x).split() if len(w) > 2)


def p_chunk(x):
    return [complete(c) for c in textwrap.wrap(str(x) * 50, 40)]


def p_base64(x):
    return chat([{"type": "image", "data": base64.b64encode(b"123").decode("ascii")}])


def p_stream(x):
    req = urllib.request.Request(CHAT, data=b"{}", headers={})
    out = []
    with urllib.request.urlopen(req) as r:
        for line in r:
            line = line.decode("utf-8").strip()
            if line.startswith("data: ") and line != "data: [DONE]":
                out.append(json.loads(line[6:])["choices"][0]["delta"].get("content", ""))
    return "".join(out)


def p_deepcopy(x):
    m = copy.deepcopy([{"role": "user", "content": "a"}])
    m[0]["content"] = str(x)
    return chat(m)


def p_uuid(x):
    return complete(str(uuid.uuid5(uuid.NAMESPACE_URL, str(x))))


def p_setdefault(x):
    groups = {}
    for w in complete(x).split():
        groups.setdefault(w[0], []).append(w)
    return {k: len(v) for k, v in sorted(groups.items())}


def p_defaultdict(x):
    d = collections.defaultdict(int)
    for w in complete(x).split():
        d[w.lower()] += 1
    return dict(d)


def p_optional(x) -> Optional[str]:
    r = complete(x) or None
    return r.lower() if r else None


def p_match(x):
    match json.loads(complete(x)):
        case {"type": "a", "v": v}:
            return v
        case [first, *_]:
            return first
        case str() as s:
            return s
        case _:
            return None


def p_statistics(x):
    return statistics.mean(llm.embed(x))


def p_env(x):
    return complete(os.environ["HOME"] + os.getenv("USER", ""))


def p_sleep(x):
    time.sleep(0.01)
    return x


def p_httperr(x):
    try:
        return complete(x)
    except urllib.error.HTTPError as e:
        body = e.read().decode("utf-8", "replace")
        raise RuntimeError(f"API error {e.code}: {body}") from e
    except urllib.error.URLError as e:
        raise ConnectionError(f"cannot reach: {e.reason}") from e
