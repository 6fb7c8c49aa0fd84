"""Reports its progress from inside the function that asks."""

from llm import Model, server_url

QUESTIONS = [
    "Why is the sea salt?",
    "Why is the night dark?",
    "Why do cats purr?",
    "Why does bread rise?",
    "Why do bells ring?",
]


def ask(model, number, question):
    print(f"[{number}/{len(QUESTIONS)}] asking: {question}")
    reply = model(question)
    print("      reply:", reply)
    return reply


def main():
    model = Model(server_url(), "birch")
    replies = []
    for number, question in enumerate(QUESTIONS, 1):
        replies.append(ask(model, number, question))
    print(len(replies), "replies")


if __name__ == "__main__":
    main()
