"""Run time: tasks started early and consumed in place.

`site` is what emitted code talks to; `explicit` holds the public `run_ahead` and `ahead`; below them
`run` and `block` (one entry of a region), `task`, `pool`, `hedge`, `peek`, `shape`, `profile`,
`unwinding`, `schedule`.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xcs_ast.runtime.explicit import ahead, run_ahead

__all__ = ["ahead", "run_ahead"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from xcs_ast.runtime import explicit

    value: object = getattr(explicit, name)
    return value
