"""`rewrite`: the readable rewriting of files, printed, compared, or put in their place."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from typing import Literal

from xcs_ast.cli.files import Refused, SourceFile, complain, find_files, read
from xcs_ast.diagnostics.codes_faces import REWRITE_FAILED, UNWRITABLE
from xcs_ast.diagnostics.diagnostic import Diagnostic

__all__ = ["Mode", "rewrite"]

Mode = Literal["print", "diff", "check", "in-place"]


def rewrite(paths: Sequence[str], *, mode: Mode = "print") -> int:
    """Handles each file.

    The status is 2 if any could not be handled, else 1 if `check` found one that would change, else 0.
    """
    failed = changed = False
    found = list(find_files(paths))
    several = len(found) > 1
    for each in found:
        file = each if isinstance(each, Refused) else read(each)
        outcome = file if isinstance(file, Refused) else _handle(file, mode, several)
        if isinstance(outcome, Refused):
            sys.stdout.flush()
            complain(outcome)
            failed = True
        else:
            changed = changed or outcome
    sys.stdout.flush()
    return 2 if failed else int(changed and mode == "check")


def _handle(file: SourceFile, mode: Mode, several: bool) -> bool | Refused:
    """Whether the file changes, or would."""
    new = _rewritten(file)
    if isinstance(new, Refused):
        return new
    changes = new != file.text
    match mode:
        case "print":
            if several:
                sys.stdout.write(f"# {file.path}\n")
            _write_out(new)
        case "diff":
            _write_out(_diff(file, new) if changes else "")
        case "check":
            if changes:
                sys.stdout.write(f"would rewrite {file.path}\n")
        case "in-place":
            if changes:
                problem = _replace(file, new)
                if problem is not None:
                    return problem
                sys.stdout.write(f"rewrote {file.path}\n")
    return changes


def _rewritten(file: SourceFile) -> str | Refused:
    from xcs_ast.frontend import Style, may_have_regions, plan_module, rewrite_module

    try:
        if not may_have_regions(file.text):
            return file.text
        plan = plan_module(file.text, file.path)
        if not plan.regions:
            return file.text
        new = rewrite_module(file.text, file.path, plan, Style.READABLE).text
        compile(file.encode(new), file.path, "exec", dont_inherit=True)
        return new
    except Exception as error:
        return Refused(
            file.path, Diagnostic(REWRITE_FAILED, f"cannot be rewritten: {type(error).__name__}: {error}")
        )


def _write_out(text: str) -> None:
    """To stdout with the text's own newlines, whatever characters the terminal knows."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    buffer.write(text.encode(sys.stdout.encoding or "utf-8", "backslashreplace"))
    buffer.flush()


def _diff(file: SourceFile, new: str) -> str:
    import difflib

    shown = str(file.path).lstrip("/")
    lines = difflib.unified_diff(_lines(file.text), _lines(new), f"a/{shown}", f"b/{shown}")
    end = "\n\\ No newline at end of file\n"
    return "".join(line if line.endswith("\n") else line + end for line in lines)


def _lines(text: str) -> list[str]:
    """Lines as `diff` sees them: ended by a newline and nothing else."""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _replace(file: SourceFile, new: str) -> Refused | None:
    """Puts a new text in the file's place in one step; the file keeps its mode, and a link stays a link."""
    path = os.path.realpath(file.path)
    temporary = None
    try:
        status = os.stat(path)
        if not os.access(path, os.W_OK):
            raise PermissionError(13, "Permission denied")
        data = file.encode(new)
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=f".{os.path.basename(path)}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, status.st_mode & 0o7777)
        _keep_owner(temporary, status)
        with open(path, "rb") as stream:
            if stream.read() != file.data:
                raise OSError(0, "the file changed while it was being rewritten")
        os.replace(temporary, path)
        temporary = None
    except (OSError, UnicodeEncodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return Refused(file.path, Diagnostic(UNWRITABLE, f"cannot be replaced: {reason}"))
    finally:
        if temporary is not None:
            _remove(temporary)
    return None


def _keep_owner(path: str, status: os.stat_result) -> None:
    if hasattr(os, "chown") and os.geteuid() == 0:
        os.chown(path, status.st_uid, status.st_gid)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass
