"""A small client for chat completion servers."""

import json
import os
import sys
import urllib.request


def server_url():
    """The server's address: the first argument, or the environment's."""
    if len(sys.argv) > 1:
        return sys.argv[1]
    return os.environ.get("MODEL_SERVER", "http://127.0.0.1:8000")


class Model:
    """One model of a chat completion server."""

    def __init__(self, base_url, name, system=None):
        self.base_url = base_url
        self.name = name
        self.system = system

    def complete(self, messages, seed=None):
        """The model's reply to a list of messages."""
        payload = {"model": self.name, "messages": messages}
        if seed is not None:
            payload["seed"] = seed
        request = urllib.request.Request(
            f"{self.base_url}/v1/chat/completions",
            data=json.dumps(payload).encode("utf-8"),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as response:
            reply = json.loads(response.read())
        return reply["choices"][0]["message"]["content"]

    def __call__(self, prompt, seed=None):
        messages = [{"role": "user", "content": prompt}]
        if self.system is not None:
            messages = [{"role": "system", "content": self.system}, *messages]
        return self.complete(messages, seed)
