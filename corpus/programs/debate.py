"""Several agents discuss a question in rounds; in each round all answer to what was said before it."""

from llm import Model, server_url

ROUNDS = 3
QUESTION = "Should a small team write its own database?"


class Debater:
    def __init__(self, model, role):
        self.model = model
        self.role = role

    def argue(self, question, transcript):
        said = "\n".join(f"{role}: {text}" for role, text in transcript)
        return self.model(f"You are the {self.role}. The question: {question}\nSo far:\n{said}\nYour turn.")


def debate(debaters, question, rounds):
    transcript = []
    for _ in range(rounds):
        statements = []
        for debater in debaters:
            statements.append((debater.role, debater.argue(question, transcript)))
        transcript.extend(statements)
    return transcript


def main():
    url = server_url()
    debaters = [
        Debater(Model(url, "atlas"), "optimist"),
        Debater(Model(url, "birch"), "sceptic"),
        Debater(Model(url, "cedar"), "accountant"),
        Debater(Model(url, "delta"), "operator"),
    ]
    for role, text in debate(debaters, QUESTION, ROUNDS):
        print(f"{role:>10}: {text}")


if __name__ == "__main__":
    main()
