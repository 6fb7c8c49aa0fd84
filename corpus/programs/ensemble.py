"""Asks five models the same question."""

from llm import Model, server_url


def ensemble_forward(models, inputs):
    results = []
    for model in models:
        results.append(model(inputs))
    return results


def main():
    url = server_url()
    models = [Model(url, name) for name in ("atlas", "birch", "cedar", "delta", "ember")]
    question = "Why do leaves change their colour in autumn?"
    for model, result in zip(models, ensemble_forward(models, question)):
        print(f"{model.name}: {result}")


if __name__ == "__main__":
    main()
