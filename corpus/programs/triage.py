"""Sorts support tickets: a label for each, then an urgency that depends on the label."""

import json
from pathlib import Path

from llm import Model, server_url

TICKETS = Path(__file__).resolve().parent.parent / "data" / "tickets.json"
LABELS = ["billing", "outage", "account", "question"]


def classify(model, text):
    reply = model(f"{text}\nWhat is this about? Reply with one word from: {', '.join(LABELS)}")
    return reply.strip()


def urgency(model, text, label):
    reply = model(f"A ticket about {label}: {text}\nHow urgent is it? Reply with a number from 1 to 5.")
    return int(reply)


def triage(model, tickets):
    report = []
    for ticket in tickets:
        text = ticket["text"]
        if len(text) < 20:
            continue
        label = classify(model, text)
        report.append((urgency(model, text, label), label, ticket["id"]))
    return report


def main():
    model = Model(server_url(), "delta")
    tickets = json.loads(TICKETS.read_text(encoding="utf-8"))
    report = triage(model, tickets)
    for level, label, number in sorted(report, reverse=True):
        print(f"{level} {label:<8} #{number}")
    print(f"{len(report)} of {len(tickets)} tickets")


if __name__ == "__main__":
    main()
