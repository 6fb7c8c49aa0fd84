"""Fetches a list of pages; prints the title and the links of each."""

import re
import urllib.request

from llm import server_url

TITLE = re.compile(r"<title>(.*?)</title>")
LINK = re.compile(r'href="([^"]+)"')


def fetch(url):
    with urllib.request.urlopen(url, timeout=30) as response:
        return response.read().decode("utf-8")


def crawl(urls):
    pages = {}
    for url in urls:
        html = fetch(url)
        title = TITLE.search(html)
        pages[url] = (title.group(1) if title else "?", LINK.findall(html))
    return pages


def main():
    base = server_url()
    urls = [f"{base}/pages/{number}.html" for number in range(12)]
    pages = crawl(urls)
    for url, (title, links) in pages.items():
        print(url.removeprefix(base), title, *links)


if __name__ == "__main__":
    main()
