"""Builds the page of a customer from three services."""

import json
import urllib.request

from llm import server_url


class Services:
    def __init__(self, base_url):
        self.base_url = base_url

    def get(self, path):
        with urllib.request.urlopen(f"{self.base_url}/api/{path}") as response:
            return json.loads(response.read())


def page(services, uid):
    user = services.get(f"users/{uid}")
    orders = services.get(f"orders/{uid}")
    reviews = services.get(f"reviews/{uid}")
    weather = services.get(f"weather/{user['city']}")
    total = sum(order["price"] for order in orders)
    stars = sum(review["stars"] for review in reviews) / len(reviews)
    return f"{user['name']}: {total} spent, {stars:.1f} stars, {weather['celsius']} degrees in {user['city']}"


def main():
    print(page(Services(server_url()), "alice"))


if __name__ == "__main__":
    main()
