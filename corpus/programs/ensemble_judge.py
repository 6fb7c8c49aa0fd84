"""Asks several models, then lets a judge choose the best answer."""

from llm import Model, server_url

QUESTIONS = [
    "How would you explain recursion to a child?",
    "What makes a bridge stable in strong wind?",
]


def best_answer(models, judge, question):
    answers = []
    for model in models:
        answers.append(model(question))
    ballot = "\n".join(f"{number}. {answer}" for number, answer in enumerate(answers, 1))
    choice = judge(f"{question}\n{ballot}\nWhich is best? Reply with a number from 1 to {len(answers)}.")
    return answers[int(choice) - 1]


def main():
    url = server_url()
    models = [Model(url, name) for name in ("atlas", "birch", "cedar", "delta")]
    judge = Model(url, "ember", system="You are a strict judge.")
    for question in QUESTIONS:
        print(question)
        print("   ", best_answer(models, judge, question))


if __name__ == "__main__":
    main()
