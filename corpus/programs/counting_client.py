"""Counts calls, tokens and cost on one client that all questions share."""

import json
import urllib.request

from llm import server_url

PRICES = {"prompt_tokens": 0.15e-6, "completion_tokens": 0.6e-6}


class CountingModel:
    def __init__(self, base_url, name):
        self.base_url = base_url
        self.name = name
        self.calls = 0
        self.usage = {}
        self.cost = 0.0

    def account(self, usage):
        for kind, tokens in usage.items():
            self.usage[kind] = self.usage.get(kind, 0) + tokens
            self.cost += tokens * PRICES.get(kind, 0.0)

    def __call__(self, prompt):
        self.calls += 1
        payload = {"model": self.name, "messages": [{"role": "user", "content": prompt}]}
        request = urllib.request.Request(
            f"{self.base_url}/v1/chat/completions", data=json.dumps(payload).encode("utf-8")
        )
        with urllib.request.urlopen(request) as response:
            reply = json.loads(response.read())
        self.account(reply["usage"])
        return reply["choices"][0]["message"]["content"]


def main():
    model = CountingModel(server_url(), "atlas")
    things = ("spoon", "ladder", "mirror", "compass", "bucket")
    answers = [model(f"What is the use of a {thing}?") for thing in things]
    print(*answers, sep="\n")
    print(f"{model.calls} calls, {model.usage['total_tokens']} tokens, {model.cost!r} dollars")


if __name__ == "__main__":
    main()
