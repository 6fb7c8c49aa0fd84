"""A conversation: each answer depends on all that was said before. No two calls are independent."""

from llm import Model, server_url

PROMPTS = ["Tell me of a lighthouse.", "Who lives there?", "What happened in the storm?", "How does it end?"]


def main():
    model = Model(server_url(), "delta")
    messages = []
    for prompt in PROMPTS:
        messages.append({"role": "user", "content": prompt})
        messages.append({"role": "assistant", "content": model.complete(messages)})
    for message in messages:
        print(f"{message['role']:>9}: {message['content']}")


if __name__ == "__main__":
    main()
