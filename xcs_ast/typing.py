"""`TYPE_CHECKING`, without the time that importing `typing` takes.

It is imported relatively (`from ..typing import TYPE_CHECKING`): typeguard goes by that spelling, and asks
for no names that are imported for annotations alone.
"""

__all__ = ["TYPE_CHECKING"]

TYPE_CHECKING = False
