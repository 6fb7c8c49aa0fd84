"""Looks at a plan from three sides, one after the other, then writes a conclusion."""

from llm import Model, server_url


def advise(model, plan):
    benefits = model(f"Name the main benefit of this plan: {plan}")
    risks = model(f"Name the main risk of this plan: {plan}")
    costs = model(f"What would this plan cost? {plan}")
    conclusion = model(f"Plan: {plan}\nBenefit: {benefits}\nRisk: {risks}\nCost: {costs}\nYour advice?")
    return benefits, risks, costs, conclusion


def main():
    model = Model(server_url(), "atlas")
    names = ("benefit", "risk", "cost", "advice")
    for name, text in zip(names, advise(model, "Move the office to a smaller town.")):
        print(f"{name:>8}: {text}")


if __name__ == "__main__":
    main()
