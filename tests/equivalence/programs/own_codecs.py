# ruff: noqa
"""Codecs and error handlers of the program's own: C code runs them wherever they are named."""

import codecs
import operator
import pathlib
import sys
import tempfile
import urllib.parse

from xcs_ast.testing import probe

RUNS_AHEAD = {"case_standard_names"}
log = []
NAME = "xcs_own"
with_own = operator.methodcaller("encode", NAME)


def encode(text, errors="strict"):
    log.append(text)
    return str(len(log)).encode(), len(text)


def decode(data, errors="strict"):
    log.append(bytes(data))
    return str(len(log)), len(data)


def handle(error):
    log.append(error.start)
    return f"?{len(log)}", error.end


own = codecs.CodecInfo(encode, decode, name=NAME)


WINDOWS = "mbcs"  # elsewhere, programs that deal with files of Windows bring their own


def search(name):
    return own if name in (NAME, WINDOWS) else None


def asked_of_each(f):
    out = []
    for x in "abcd":
        out.append(f(x))
    return out


def tried(f):
    log.clear()
    codecs.register(search)
    codecs.register_error("xcs_count", handle)
    found = asked_of_each(f)
    codecs.unregister(search)  # and what it has found
    return found, list(log)


def asked(x):
    probe.call(x)
    return x


def case_encode():
    def task(x):
        return asked(x).encode(NAME)

    return tried(task)


def case_a_name_of_another_system():
    def task(x):
        return asked(x).encode("MBCS"), b"a".decode(WINDOWS)

    return tried(task) if sys.platform != "win32" else None


def case_decode():
    def task(x):
        return asked(x).encode("ascii").decode("xcs_own")

    return tried(task)


def case_constructors():
    def task(x):
        data = asked(x).encode()
        return str(data, NAME), bytes(x, NAME), bytearray(x, encoding=NAME), data.decode(**{"encoding": NAME})

    return tried(task)


def case_error_handler():
    def task(x):
        return (asked(x) + "\xe4").encode("ascii", "xcs_count"), b"\xff".decode("ascii", errors="ignore")

    return tried(task)


def case_by_operator():
    def task(x):
        return with_own(asked(x)), list(map(with_own, [x, x])), str.encode(x, NAME)

    return tried(task)


def case_in_a_url():
    def task(x):
        return urllib.parse.quote(asked(x) + "\xe4", encoding=NAME), urllib.parse.unquote("%61", NAME)

    return tried(task)


def case_in_a_file():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "text")
        path.write_text("abc")

        def task(x):
            return asked(x), path.read_text(encoding=NAME)

        return tried(task)


count = 0


def late(name):
    return codecs.lookup("utf-8") if name == "xcs_late" else None


def task_late(x):
    global count
    count += 1
    try:
        return b"a".decode("xcs_late")
    except LookupError:
        return "no"


def case_registered_by_the_body():
    out = []
    for x in range(4):
        out.append(task_late(x))
        if x == 1:
            codecs.register(late)
    codecs.unregister(late)
    return out, count


def case_standard_names():
    def task(x):
        return asked(x).encode("UTF-8", "replace"), x.encode("latin-1").decode("cp1252", errors="ignore")

    return tried(task)
