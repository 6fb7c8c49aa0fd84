"""Remembers answers in a dictionary, so that no question is asked twice."""

from llm import Model, server_url


class Memo:
    def __init__(self, model):
        self.model = model
        self.known = {}

    def ask(self, question):
        if question not in self.known:
            self.known[question] = self.model(question)
        return self.known[question]


def main():
    memo = Memo(Model(server_url(), "cedar"))
    words = ["river", "stone", "river", "cloud", "stone", "river"]
    for answer in [memo.ask(f"Describe a {word}.") for word in words]:
        print(answer)
    print(len(memo.known), "questions asked")


if __name__ == "__main__":
    main()
