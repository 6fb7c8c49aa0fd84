"""Writes docs/reference/diagnostics.md from the catalog of codes and the texts of diagnostics.toml.

python docs/make_diagnostics.py            # writes the page
python docs/make_diagnostics.py --check    # exit status 1 where the page is not up to date
"""

from __future__ import annotations

import pkgutil
import sys
import tomllib
from importlib import import_module
from pathlib import Path

REFERENCE = Path(__file__).resolve().parent / "reference"
sys.path.insert(0, str(REFERENCE.parent.parent))

from xcs_ast import diagnostics  # noqa: E402
from xcs_ast.diagnostics.catalog import Code, all_codes  # noqa: E402

INTRODUCTION = """\
# Diagnostics

Everything that `xcs_ast` reports has a code. The name beside it states the pattern that was found. `explain`,
the report of a run and error messages use the same codes. This page is written by `docs/make_diagnostics.py`.
"""
GROUPS = (
    ("XCS1", "Left as it is", "The frontend leaves these places of a file alone. They run as plain Python."),
    (
        "XCS2",
        "Effects and legality",
        "Why a region is not PROVEN: what its calls or its body do, as far as is known when it is entered.",
    ),
    ("XCS3", "At run time", "Why a region that was rewritten runs, or goes on, as plain Python."),
    (
        "XCS4",
        "Input and configuration",
        "Options, files, the decorator, the import hook and the command line.",
    ),
    ("XCS9", "Defects", "A mistake of the analysis itself. Please report it."),
)


def catalog() -> tuple[Code, ...]:
    """Every code, after all modules that register some have been imported."""
    for module in pkgutil.iter_modules(diagnostics.__path__):
        if module.name.startswith("codes_"):
            import_module(f"{diagnostics.__name__}.{module.name}")
    import_module("xcs_ast.frontend.results")
    return all_codes()


def texts() -> dict[str, str]:
    """What is to be said about each code beyond its summary."""
    with (REFERENCE / "diagnostics.toml").open("rb") as stream:
        data: dict[str, str] = tomllib.load(stream)
    return data


def page() -> str:
    """The whole page.

    Raises:
        KeyError: a code has no text.
    """
    said = texts()
    parts = [INTRODUCTION]
    for prefix, title, about in GROUPS:
        codes = [code for code in catalog() if code.code.startswith(prefix)]
        if not codes:
            continue
        parts.append(f"## {title}\n\n{about}\n")
        parts += [
            f"### {code.code} {code.name}\n\n{code.summary}\n\n{said[code.code].strip()}\n" for code in codes
        ]
    return "\n".join(parts)


def main() -> int:
    """Writes or checks the page."""
    file = REFERENCE / "diagnostics.md"
    text = page()
    if "--check" in sys.argv[1:]:
        return 0 if file.exists() and file.read_text(encoding="utf-8") == text else 1
    file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
