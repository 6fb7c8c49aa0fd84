"""Puts the folder of the corpus on the path: its scripts are no package."""

import sys
from pathlib import Path

CORPUS = Path(__file__).resolve().parents[3] / "corpus"
if str(CORPUS) not in sys.path:
    sys.path.insert(0, str(CORPUS))
