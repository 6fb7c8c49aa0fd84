"""A model is a claim about someone else's code: here that code runs, and the claims are held against it."""

from __future__ import annotations

import pytest

from tests.unit.models.harness import check
from tests.unit.models.more_samples import MORE
from tests.unit.models.samples import GROUPS, Sample, every_sample


@pytest.mark.parametrize(
    "sample", [pytest.param(sample, id=name) for name, sample in every_sample(GROUPS | MORE)]
)
def test_the_entry_says_what_the_code_does(sample: Sample) -> None:
    function, args, kwargs = sample
    check(function, *args, **kwargs)
