"""The command line of every command but `run`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from xcs_ast._version import __version__

__all__ = ["dispatch"]

_BY_PROGRAM = ("each", "turns")
"""Schedules that go by the number of a generated program."""


def dispatch(arguments: Sequence[str]) -> int:
    """Parses and carries out a command; returns the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        match options.command:
            case "rewrite":
                from xcs_ast.cli.rewrite import rewrite

                return rewrite(options.paths, mode=options.mode or "print")
            case "explain":
                from xcs_ast.cli.explain import explain

                return explain(options.paths, form=options.format)
            case "check":
                return _check(parser, options)
            case "trace":
                from xcs_ast.cli.trace import trace

                return trace(
                    options.target,
                    arguments=options.arguments,
                    form=options.form or "text",
                    output=options.output,
                )
            case "doctor":
                from xcs_ast.cli.doctor import doctor

                return doctor()
    except BrokenPipeError:  # whoever read our output has had enough
        sys.stdout = None
        return 1
    parser.print_help()
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m xcs_ast",
        description="Runs the slow, independent calls of ordinary sequential Python at the same time.",
    )
    parser.add_argument("--version", action="version", version=f"xcs_ast {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("run", help="run a script or module as Python would, faster (see `run --help`)")

    rewrite = commands.add_parser("rewrite", help="show or write what a person would write to run ahead")
    rewrite.add_argument("paths", nargs="+", metavar="PATH", help="a file, or a directory to walk")
    mode = rewrite.add_mutually_exclusive_group()
    for flag, text in (
        ("diff", "print a unified diff"),
        ("check", "print the files that would change, and exit with 1 if there are any"),
        ("in-place", "replace the files"),
    ):
        mode.add_argument(f"--{flag}", dest="mode", action="store_const", const=flag, help=text)

    explain = commands.add_parser("explain", help="list the regions, and what was left alone and why")
    explain.add_argument("paths", nargs="+", metavar="PATH", help="a file, or a directory to walk")
    explain.add_argument("--format", choices=("text", "json"), default="text")

    _add_check(commands.add_parser("check", help="try whether a function is the same plainly and optimized"))
    _add_trace(commands.add_parser("trace", help="run a function once and show the graph of what it did"))
    commands.add_parser("doctor", help="show versions, configuration and the place of the cache")
    return parser


def _add_check(check: argparse.ArgumentParser) -> None:
    check.add_argument(
        "target", nargs="?", metavar="TARGET", help="package.module:function, or path/to/file.py:function"
    )
    check.add_argument("--examples", type=_count, default=100, metavar="N", help="how many inputs (100)")
    check.add_argument("--seed", type=int, default=0, metavar="S", help="for other inputs, or programs (0)")
    check.add_argument("--schedules", choices=("quick", "all", *_BY_PROGRAM), default="quick")
    check.add_argument(
        "--save", default="", metavar="FILE", help="write the script that shows a difference there"
    )
    check.add_argument(
        "--generate", type=_count, metavar="N", help="instead of a function, try N generated programs"
    )
    check.add_argument(
        "--minutes", type=float, default=0.0, metavar="M", help="with --generate: stop after so long"
    )
    check.add_argument(
        "--jobs", type=_count, default=1, metavar="J", help="with --generate: in so many processes (1)"
    )


def _add_trace(trace: argparse.ArgumentParser) -> None:
    trace.add_argument(
        "target",
        metavar="TARGET",
        help="path/to/file.py:function or package.module:function; without a function: its `main`",
    )
    trace.add_argument(
        "arguments",
        nargs="*",
        metavar="ARGUMENT",
        help="Python expressions, evaluated in the function's module",
    )
    trace.add_argument(
        "-o", "--output", default="", metavar="FILE", help="write there, not to the standard output"
    )
    form = trace.add_mutually_exclusive_group()
    for flag, text in (
        ("dot", "in the language of Graphviz"),
        ("svg", "as a picture"),
        ("json", "as JSON"),
        ("program", "as runnable Python"),
    ):
        form.add_argument(f"--{flag}", dest="form", action="store_const", const=flag, help=text)


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _check(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    if (options.target is None) == (options.generate is None):
        parser.error("check: give either a function (package.module:function) or --generate N")
    from xcs_ast.cli.check import check, check_generated

    if options.generate is not None:
        return check_generated(
            options.generate,
            seed=options.seed,
            minutes=options.minutes,
            schedules=options.schedules,
            jobs=options.jobs,
        )
    if options.schedules in _BY_PROGRAM:
        parser.error(
            f"check: --schedules {options.schedules} goes with --generate, where programs take turns"
        )
    return check(
        options.target,
        examples=options.examples,
        seed=options.seed,
        schedules=options.schedules,
        save=options.save,
    )
