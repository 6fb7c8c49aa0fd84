"""Translates and grades sentences, and logs each step, with the place and the thread that it comes from."""

import logging

from llm import Model, server_url

SENTENCES = ["The bridge is closed.", "Bread is baked at dawn.", "The ferry was late."]

log = logging.getLogger("pipeline")


def translate(model, sentence):
    log.info("translating %r", sentence)
    text = model(f"Translate into plain words: {sentence}")
    log.debug("%d characters", len(text))
    return text


def grade(model, sentence, text):
    mark = int(model(f"Grade the translation.\n{sentence}\n{text}\nReply with a number from 1 to 6."))
    log.log(logging.WARNING if mark > 4 else logging.INFO, "grade %d for %r", mark, sentence)
    return mark


def process(model, number, sentence):
    text = translate(model, sentence)
    mark = grade(model, sentence, text)
    log.info("done with %d of %d", number, len(SENTENCES))
    return mark


def main():
    layout = "%(levelname)s %(name)s %(filename)s:%(lineno)d %(funcName)s %(threadName)s: %(message)s"
    logging.basicConfig(level=logging.DEBUG, format=layout)
    model = Model(server_url(), "ember")
    marks = [process(model, number, sentence) for number, sentence in enumerate(SENTENCES, 1)]
    print("average grade:", sum(marks) / len(marks))


if __name__ == "__main__":
    main()
