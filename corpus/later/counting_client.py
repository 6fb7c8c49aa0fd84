"""Counts its calls and tokens on the client while it asks many questions."""

import json
import urllib.request

from llm import server_url


class CountingModel:
    def __init__(self, base_url, name):
        self.base_url = base_url
        self.name = name
        self.calls = 0
        self.tokens = 0

    def __call__(self, prompt):
        payload = {"model": self.name, "messages": [{"role": "user", "content": prompt}]}
        request = urllib.request.Request(
            f"{self.base_url}/v1/chat/completions", data=json.dumps(payload).encode("utf-8")
        )
        with urllib.request.urlopen(request) as response:
            reply = json.loads(response.read())
        self.calls += 1
        self.tokens += reply["usage"]["total_tokens"]
        return reply["choices"][0]["message"]["content"]


def main():
    model = CountingModel(server_url(), "atlas")
    answers = [model(f"What is the use of a {thing}?") for thing in ("spoon", "ladder", "mirror", "compass")]
    print(*answers, sep="\n")
    print(model.calls, "calls,", model.tokens, "tokens")


if __name__ == "__main__":
    main()
