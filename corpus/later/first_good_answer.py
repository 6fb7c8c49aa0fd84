"""Asks one model after the other and stops at the first answer that is long enough."""

from llm import Model, server_url


def first_good(models, question):
    for model in models:
        answer = model(question)
        if len(answer) > 75:
            return model.name, answer
    return None, "no answer was good enough"


def main():
    url = server_url()
    models = [Model(url, name) for name in ("atlas", "birch", "cedar", "delta", "ember")]
    print(*first_good(models, "Where do rivers begin?"), sep=": ")


if __name__ == "__main__":
    main()
