"""The programs of the corpus, plainly and optimized, as whole processes against the model server."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import demo
import labels
import pytest

from tests.equivalence.catalogue import RECORDER


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with demo.model_server(["0.03"]) as address:
        yield address


@pytest.fixture(scope="module")
def patient_url() -> Iterator[str]:
    """Of a server at which a call waits for a second one, however late a busy machine makes it."""
    with demo.model_server(["0.03"], patience=5.0) as address:
        yield address


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo.copy_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.mark.parametrize("label", labels.load(), ids=lambda label: label.name)
def test_optimized_is_plain_and_overlaps_where_the_label_says_so(
    label: labels.Label, url: str, patient_url: str, folder: Path
) -> None:
    program = str(folder / label.path)
    plain = demo.run([sys.executable, program], url)
    assert plain.status == 0, plain.stderr.decode()
    assert len(plain.calls) == len(label.needs)
    assert plain.peak == 1
    for server in (url, patient_url) if label.verdict != "SERIAL" else (url,):
        optimized = demo.run([sys.executable, "-m", "xcs_ast", "run", program], server)
        both = demo.Comparison(label, plain, optimized, optimized)
        assert both.same, demo.explain_difference(both)
        if optimized.peak > 1:
            break  # else, on a busy machine, the workers may have come too late to be of use
    if label.verdict == "PROVEN" or (label.verdict == "SPECULATIVE" and RECORDER):
        assert optimized.peak > 1
    elif label.verdict == "SPECULATIVE":
        assert optimized.peak >= 1
    else:
        assert optimized.peak == 1
