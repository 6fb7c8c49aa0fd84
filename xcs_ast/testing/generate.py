"""`python -m xcs_ast.testing.generate N`: check N generated programs, at length and with a tally.

`--start S` begins at seed S, `--show` prints one program, `--all` takes every schedule, `--plant` lets the
verifier call everything PROVEN (to see how many programs notice).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the campaign; the exit status says whether anything differed."""
    parser = argparse.ArgumentParser(prog="python -m xcs_ast.testing.generate", description=__doc__)
    parser.add_argument("count", type=int, help="how many programs")
    parser.add_argument("--start", type=int, default=0, help="the first seed")
    parser.add_argument("--all", action="store_true", help="under every schedule there is")
    parser.add_argument("--show", action="store_true", help="print the program of the first seed and stop")
    parser.add_argument(
        "--plant", action="store_true", help="call everything PROVEN: most programs should differ"
    )
    parser.add_argument(
        "--failures", type=int, default=3, help="how many differing programs to reduce and print"
    )
    options = parser.parse_args(arguments)

    from xcs_ast.testing.campaign import Campaign, everything_is_proven
    from xcs_ast.testing.programs import source_for
    from xcs_ast.testing.schedules import ALL, QUICK

    if options.show:
        print(source_for(options.start))
        return 0
    campaign = Campaign()
    begun = last = time.monotonic()
    with everything_is_proven() if options.plant else nullcontext():
        for seed in range(options.start, options.start + options.count):
            campaign.run([seed], ALL if options.all else QUICK)
            if time.monotonic() - last > 10:
                last = time.monotonic()
                print(f"... {campaign} after {last - begun:.0f} s", file=sys.stderr)
        if not options.plant:
            for failure in campaign.failures[: options.failures]:
                print(f"\n# seed {failure[0]}: {failure[2][0]}\n{campaign.smallest(failure)}")
    print(campaign)
    if campaign.failures:
        print("seeds:", *[seed for seed, _, _ in campaign.failures[:100]])
    print("plain Python because of:", dict(campaign.reasons.most_common(12)))
    return 1 if campaign.failures and not options.plant else 0


if __name__ == "__main__":
    sys.exit(main())
