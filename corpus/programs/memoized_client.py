"""Remembers answers in a dictionary, so that no question is asked twice."""

from llm import Model, server_url

WORDS = ["river", "stone", "cloud", "ember", "meadow", "river"]


class Memo:
    def __init__(self, model):
        self.model = model
        self.known = {}
        self.hits = 0

    def ask(self, question):
        if question in self.known:
            self.hits += 1
        else:
            self.known[question] = self.model(question)
        return self.known[question]


def main():
    memo = Memo(Model(server_url(), "cedar"))
    for answer in [memo.ask(f"Describe a {word}.") for word in WORDS]:
        print(answer)
    print(len(memo.known), "questions asked,", memo.hits, "remembered")


if __name__ == "__main__":
    main()
