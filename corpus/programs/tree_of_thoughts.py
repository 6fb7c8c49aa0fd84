"""A beam search over lines of thought: propose next steps, score each, keep the best."""

from llm import Model, server_url

PROBLEM = "Seat seven guests at a round table so that no two rivals are neighbours."
DEPTH = 3
BRANCHES = 3
BEAM = 2


def outline(thoughts):
    return "\n".join(f"- {thought}" for thought in thoughts)


def expand(model, problem, thoughts):
    """The thoughts, each time with another next step."""
    prompt = f"{problem}\n{outline(thoughts)}\nPropose the next step."
    return [[*thoughts, model(prompt, seed=branch)] for branch in range(BRANCHES)]


def score(model, problem, thoughts):
    prompt = f"{problem}\n{outline(thoughts)}\nHow promising is this? Reply with a number from 0 to 100."
    return int(model(prompt))


def search(proposer, critic, problem):
    beam = [[]]
    for _ in range(DEPTH):
        candidates = []
        for thoughts in beam:
            candidates.extend(expand(proposer, problem, thoughts))
        scores = [score(critic, problem, thoughts) for thoughts in candidates]
        ranking = sorted(range(len(candidates)), key=lambda index: -scores[index])
        beam = [candidates[index] for index in ranking[:BEAM]]
    return beam


def main():
    url = server_url()
    for thoughts in search(Model(url, "atlas"), Model(url, "ember"), PROBLEM):
        print(outline(thoughts))
        print()


if __name__ == "__main__":
    main()
