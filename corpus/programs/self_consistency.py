"""Samples one model many times and takes the answer that most samples agree on."""

from collections import Counter

from llm import Model, server_url

SAMPLES = 15


def final_answer(reply):
    return reply.rsplit("Answer:", 1)[-1].strip()


def vote(model, question, samples):
    answers = [final_answer(model(question, seed=seed)) for seed in range(samples)]
    return Counter(answers)


def main():
    model = Model(server_url(), "cedar")
    question = "Think step by step: what is 37 * 43?"
    votes = vote(model, question, SAMPLES)
    for answer, count in votes.most_common():
        print(f"{answer:>8} {'#' * count}")
    print("result:", votes.most_common(1)[0][0])


if __name__ == "__main__":
    main()
