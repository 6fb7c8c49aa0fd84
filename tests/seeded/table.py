"""All planted defects, in the order of the parts that they are planted in."""

from __future__ import annotations

from typing import Final

from tests.seeded import (
    effects_defects,
    frontend_defects,
    pipeline_defects,
    recorder_defects,
    runtime_defects,
    verifier_defects,
)

__all__ = ["DEFECTS"]

DEFECTS: Final = (
    *frontend_defects.DEFECTS,
    *effects_defects.DEFECTS,
    *verifier_defects.DEFECTS,
    *recorder_defects.DEFECTS,
    *runtime_defects.DEFECTS,
    *pipeline_defects.DEFECTS,
)
