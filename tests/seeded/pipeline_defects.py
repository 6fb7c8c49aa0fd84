"""Defects in compiling, caching, importing and decorating."""

# ruff: noqa: E501 - the tables quote the source as it is

from __future__ import annotations

from typing import Final

from tests.seeded.defect import Defect, Kind

__all__ = ["DEFECTS"]

_CACHE: Final = "xcs_ast/cache.py"
_CACHED: Final = ("tests/unit/jit/test_code_cache.py", "tests/unit/hook")

DEFECTS: Final = (
    Defect(
        "cache-without-source-digest",
        Kind.STALE,
        "rewritten code is taken from the cache though the source has changed",
        _CACHE,
        "    if payload is None or payload.digest != source_digest(source):\n",
        "    if payload is None:\n",
        _CACHED,
    ),
    Defect(
        "cache-key-without-the-frontend",
        Kind.STALE,
        "what one version of the frontend wrote is read by the next",
        _CACHE,
        "_imp.source_hash(_KEY, text + _writers_digest()).hex()",
        "_imp.source_hash(_KEY, text).hex()",
        _CACHED,
    ),
    Defect(
        "cache-key-without-the-other-tool",
        Kind.STALE,
        "code that another import hook has a hand in shares its cache file with ours alone",
        _CACHE,
        'text = f"{__version__}|{_FORMAT}|{variant}".encode()',
        'text = f"{__version__}|{_FORMAT}".encode()',
        _CACHED,
    ),
    Defect(
        "stored-although-the-file-changed",
        Kind.STALE,
        "code is stored under the time of a file that was changed while it was compiled",
        _CACHE,
        "    if status.st_size != len(source):  # it has changed since it was read\n        return\n",
        "",
        _CACHED,
    ),
    Defect(
        "passing-failure-cached",
        Kind.STALE,
        "plain code is kept for good after a failure that would have passed",
        "xcs_ast/hook/loader.py",
        "        if ours is path or (self.keep and cache.enabled()):\n",
        "        if ours is path or cache.enabled():\n",
        ("tests/unit/hook",),
    ),
    Defect(
        "damaged-cache-stops-the-import",
        Kind.EXCEPTION,
        "a cache file that cannot be read makes the import fail",
        "xcs_ast/hook/loader.py",
        "        except (EOFError, ValueError, TypeError, ImportError, SystemError, MemoryError):\n",
        "        except (EOFError, ImportError):\n",
        ("tests/unit/hook",),
    ),
    Defect(
        "failure-of-ours-reaches-the-user",
        Kind.EXCEPTION,
        "a module that cannot be rewritten cannot be imported",
        "xcs_ast/pipeline.py",
        "    except Exception as error:  # whatever goes wrong in here is ours to bear: plain Python is always right\n",
        "    except SyntaxError as error:\n",
        ("tests/unit/jit/test_pipeline.py", "tests/unit/hook"),
    ),
    Defect(
        "warnings-come-twice",
        Kind.LEAK,
        "what parsing warns about is shown once for Python's own compilation and once for ours",
        "xcs_ast/source/quiet.py",
        "        self._target[:0] = self._filters\n",
        "",
        ("tests/unit/jit/test_pipeline.py",),
    ),
    Defect(
        "decorator-shares-keyword-defaults",
        Kind.ALIASING,
        "the decorated function loses its keyword-only defaults",
        "xcs_ast/decorator.py",
        "    new.__kwdefaults__ = dict(function.__kwdefaults__) if function.__kwdefaults__ is not None else None\n",
        "",
        ("tests/unit/jit",),
    ),
    Defect(
        "rewritten-file-not-compared",
        Kind.STALE,
        "the analysis reads the source of a rewritten module though its file has changed since",
        "xcs_ast/source/lookup.py",
        "            matches = file.digest == DIGESTS[code.co_filename] and _fits(\n",
        "            matches = file.digest is not None and _fits(\n",
        ("tests/unit/effects/test_lookup.py",),
    ),
    Defect(
        "parsed-file-never-read-again",
        Kind.STALE,
        "the analysis goes on reading the first version of a file",
        "xcs_ast/source/lookup.py",
        "    if file is not None and file.stamp == _stamp(filename):\n",
        "    if file is not None:\n",
        ("tests/unit/effects/test_lookup.py", "tests/unit/jit"),
    ),
    Defect(
        "declared-names-keep-old-analyses",
        Kind.STALE,
        "a change of the configured declarations leaves what was concluded under the old ones",
        "xcs_ast/runtime/deciding.py",
        "    declare.set_declared_names(dict(effects))\n    verifier.forget()\n",
        "    declare.set_declared_names(dict(effects))\n",
        ("tests/unit/runtime/test_declared_names.py", "tests/unit/test_config.py"),
    ),
)
