"""Agents that remember what they heard and said, in rounds; a scoreboard counts who spoke how much."""

from llm import Model, server_url

ROUNDS = 2
TASK = "Plan a garden for a school."


class Agent:
    def __init__(self, name, model, scoreboard):
        self.name = name
        self.model = model
        self.scoreboard = scoreboard
        self.history = []

    def act(self, heard):
        self.history.append({"role": "user", "content": heard})
        reply = self.model.complete(self.history)
        self.history.append({"role": "assistant", "content": reply})
        self.scoreboard["turns"] += 1
        self.scoreboard[self.name] = self.scoreboard.get(self.name, 0) + len(reply)
        return f"{self.name}: {reply}"


def discuss(agents, task, rounds):
    heard = task
    for _ in range(rounds):
        said = []
        for agent in agents:
            said.append(agent.act(heard))
        heard = "\n".join(said)
    return heard


def main():
    url = server_url()
    scoreboard = {"turns": 0}
    agents = [Agent(name, Model(url, name), scoreboard) for name in ("atlas", "birch", "cedar")]
    print(discuss(agents, TASK, ROUNDS))
    print(scoreboard, [len(agent.history) for agent in agents])


if __name__ == "__main__":
    main()
