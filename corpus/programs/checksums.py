"""Checks the objects of a slow store against a list of digests."""

import hashlib
import urllib.request

from llm import server_url


def download(url):
    with urllib.request.urlopen(url) as response:
        return response.read()


def digest(base, name):
    return hashlib.sha256(download(f"{base}/store/{name}")).hexdigest()


def main():
    base = server_url()
    manifest = download(f"{base}/store/manifest.txt").decode()
    expected = dict(reversed(line.split()) for line in manifest.splitlines())
    actual = {name: digest(base, name) for name in expected}
    for name, value in actual.items():
        print(name, "ok" if value == expected[name] else "DIFFERS", value[:16])


if __name__ == "__main__":
    main()
