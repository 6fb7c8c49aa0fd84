"""A model is a claim about someone else's code: here that code runs, and the claims are held against it."""

from __future__ import annotations

import pytest

from tests.unit.models.harness import check
from tests.unit.models.samples import Sample, every_sample


@pytest.mark.parametrize("sample", [pytest.param(sample, id=name) for name, sample in every_sample()])
def test_the_entry_says_what_the_code_does(sample: Sample) -> None:
    function, args, kwargs = sample
    check(function, *args, **kwargs)
