"""Fetches pages and reads them with a parser that calls back into a class of the program."""

import urllib.request
from html.parser import HTMLParser

from llm import server_url


class LinkParser(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links = []

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.links.append(dict(attrs)["href"])


def links(url):
    with urllib.request.urlopen(url) as response:
        parser = LinkParser()
        parser.feed(response.read().decode("utf-8"))
    return parser.links


def main():
    base = server_url()
    found = []
    for number in range(5):
        found.append(links(f"{base}/pages/{number}.html"))
    for number, targets in enumerate(found):
        print(number, *targets)


if __name__ == "__main__":
    main()
