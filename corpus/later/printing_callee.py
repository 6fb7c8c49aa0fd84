"""Reports its progress from inside the function that asks."""

from llm import Model, server_url


def ask(model, question):
    print("asking:", question)
    reply = model(question)
    print("  reply:", reply)
    return reply


def main():
    model = Model(server_url(), "birch")
    questions = ["Why is the sea salt?", "Why is the night dark?", "Why do cats purr?"]
    replies = []
    for question in questions:
        replies.append(ask(model, question))
    print(len(replies), "replies")


if __name__ == "__main__":
    main()
