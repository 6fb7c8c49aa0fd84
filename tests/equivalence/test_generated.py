"""Programs that nobody wrote, and the proof that they would notice."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, seed, settings

from xcs_ast.testing.campaign import Campaign, check_source, each_for, everything_is_proven, turns_for
from xcs_ast.testing.modules import Face
from xcs_ast.testing.programs import programs
from xcs_ast.testing.schedules import ALL, Order, Schedule

PARTS = 3
"""Of the programs of one run; each Python has its own."""


@pytest.mark.parametrize("part", range(PARTS))
def test_generated_programs_equal_plain_python(part: int) -> None:
    @seed(part + PARTS * sys.version_info.minor)
    @settings(max_examples=settings.default.max_examples // 5)
    @given(programs())
    def check(source: str) -> None:
        found, _, _ = check_source(source, faces=(Face.HOOK,))
        assert not found, f"{found[0]}\n\n{source}"

    check()


@pytest.mark.once
def test_generated_programs_do_run_ahead() -> None:
    """A generator whose programs all stay in order would test nothing."""
    campaign = Campaign()
    campaign.run(range(60), (Schedule(Order.AHEAD),), (Face.HOOK,))
    assert not campaign.failures, str(campaign.failures[0][2][0])
    assert campaign.ran_ahead >= 0.4 * campaign.programs, str(campaign)


@pytest.mark.once
def test_a_verifier_that_proves_everything_is_noticed() -> None:
    """The mesh of the net: with legality switched off, a large share of the programs differs."""
    campaign = Campaign()
    with everything_is_proven():
        campaign.run(range(1000, 1040), (Schedule(Order.AHEAD), Schedule(Order.REVERSE)), (Face.HOOK,))
    assert len(campaign.failures) >= 0.4 * campaign.programs, str(campaign)


@pytest.mark.once
def test_in_place_is_plain_python_whatever_the_verdict(request: pytest.FixtureRequest) -> None:
    """Emission and runtime alone: with every region entered and no task ahead, nothing may differ."""
    campaign = Campaign()
    with everything_is_proven():
        last = 2020 if request.config.getoption("--brief") else 2060
        campaign.run(range(2000, last), (Schedule(Order.IN_PLACE),))
    assert not campaign.failures, f"{campaign.failures[0][2][0]}\n\n{campaign.failures[0][1]}"


def test_programs_see_every_schedule_through_every_door() -> None:
    each = [each_for(number) for number in range(8)]
    assert all({schedule for _, schedule in runs} == set(ALL) for runs in each)
    doors = set(Face) - {Face.PLAIN}
    seen = {run for runs in each for run in runs}
    assert seen >= {(door, schedule) for door in doors - {Face.TRACING} for schedule in ALL}
    assert {door for number in range(4) for door, _ in turns_for(number)} == doors
    assert {run[1].order for number in range(99) for run in turns_for(number)} == set(Order)
