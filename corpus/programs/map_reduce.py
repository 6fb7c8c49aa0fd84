"""Summarizes a long text: each part by itself, then the summaries together."""

from pathlib import Path

from llm import Model, server_url

TEXT = Path(__file__).resolve().parent.parent / "data" / "alice.txt"


def split(text, size):
    """Parts of about `size` characters, cut between paragraphs."""
    parts = [""]
    for paragraph in text.split("\n\n"):
        if len(parts[-1]) + len(paragraph) > size:
            parts.append("")
        parts[-1] += paragraph + "\n\n"
    return parts


def summarize(model, text):
    return model(f"Summarize the following text in two sentences.\n{text}")


def main():
    model = Model(server_url(), "birch")
    parts = split(TEXT.read_text(encoding="utf-8"), 2500)
    summaries = [summarize(model, part) for part in parts]
    for number, summary in enumerate(summaries, 1):
        print(f"{number:2}. {summary}")
    print("All:", summarize(model, "\n".join(summaries)))


if __name__ == "__main__":
    main()
