"""Defects that are planted on purpose, to see that the suite catches each: `python tests/seeded/run.py`."""
