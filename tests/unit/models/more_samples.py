"""Sample calls on classes of the standard library that keep state, or stand for values."""

from __future__ import annotations

import array
import datetime
import decimal
import fractions
import io
import pathlib
import random
import time
import uuid
from typing import Any

from tests.unit.models.samples import A, S, Sample

DT, TD, DA = datetime.datetime, datetime.timedelta, datetime.date
NOW, DAY, ONE = DT(2024, 1, 2, 3, 4), DA(2024, 1, 2), TD(days=1)
DATES: list[Sample] = [
    S(TD, 1, hours=2),
    S(TD.total_seconds, ONE),
    S(DA, 2024, 1, 2),
    S(DA.isoformat, DAY),
    S(DA.weekday, DAY),
    S(DA.replace, DAY, day=3),
    S(DA.timetuple, DAY),
    S(DA.__str__, DAY),
    S(DA.__format__, DAY, "%Y"),
    S(DA.strftime, DAY, "%Y"),
    S(DA.toordinal, DAY),
    S(DA.ctime, DAY),
    S(DT, 2024, 1, 2),
    S(DT.date, NOW),
    S(DT.time, NOW),
    S(DT.timestamp, NOW),
    S(DT.isoformat, NOW),
    S(DT.isoformat, NOW, " "),
    S(DT.__str__, NOW),
    S(DT.replace, NOW, hour=1),
    S(DT.strftime, NOW, "%H"),
    S(DT.utcoffset, NOW),
    S(DT.timetuple, NOW),
    S(DT.now),
    S(DT.now, datetime.UTC),
    S(DT.fromisoformat, "2024-01-02"),
    S(DT.fromtimestamp, 5.0),
    S(DA.today),
    S(DA.fromisoformat, "2024-01-02"),
    S(DA.fromordinal, 9),
    S(DT.combine, DAY, datetime.time(1)),
    S(datetime.time, 1, 2),
    S(datetime.time.isoformat, datetime.time(1)),
    S(datetime.timezone, ONE / 2),
    *[
        S(getattr(TD, n), ONE, o)
        for n in (
            "__add__",
            "__sub__",
            "__mul__",
            "__floordiv__",
            "__truediv__",
            "__mod__",
            "__eq__",
            "__lt__",
            "__divmod__",
        )
        for o in (ONE, 2, 2.5, A)
    ],
    *[
        S(getattr(k, n), v, o)
        for k, v in ((DT, NOW), (DA, DAY))
        for n in ("__add__", "__sub__", "__eq__", "__lt__")
        for o in (NOW, DAY, ONE, 2, A)
        if not (n == "__lt__" and o is not v)
    ],
]

ROOT: Any = pathlib.Path("/")
PATHLIB: list[Sample] = [
    S(type(ROOT), "a", "b"),
    S(type(ROOT).joinpath, ROOT, "a"),
    S(type(ROOT).__truediv__, ROOT, "a"),
    S(type(ROOT).__truediv__, ROOT, 3),
    S(type(ROOT).with_suffix, ROOT / "a", ".b"),
    S(type(ROOT).with_name, ROOT / "a", "b"),
    S(type(ROOT).exists, ROOT),
    S(type(ROOT).is_dir, ROOT),
    S(type(ROOT).stat, ROOT),
    S(type(ROOT).resolve, ROOT),
    S(type(ROOT).absolute, ROOT),
    S(type(ROOT).iterdir, ROOT),
    S(type(ROOT).glob, ROOT, "*"),
    S(type(ROOT).as_posix, ROOT),
    S(type(ROOT).__str__, ROOT),
    S(type(ROOT).__eq__, ROOT, ROOT),
    S(type(ROOT).__eq__, ROOT, A),
    S(type(ROOT).is_absolute, ROOT),
    S(type(ROOT).__hash__, ROOT),
    S(type(ROOT).relative_to, ROOT / "a", "/"),
    S(type(ROOT).is_relative_to, ROOT, "/"),
    S(type(ROOT).match, ROOT / "a", "*"),
    S(type(ROOT).owner, ROOT),
]

R = random.Random
RANDOM: list[Sample] = [
    S(R, 1),
    S(R.random, R(1)),
    S(R.randint, R(1), 1, 3),
    S(R.randrange, R(1), 5),
    S(R.uniform, R(1), 1, 2),
    S(R.gauss, R(1), 0, 1),
    S(R.choice, R(1), [A]),
    S(R.choices, R(1), [A], k=2),
    S(R.choices, R(1), [A], [1.0]),
    S(R.sample, R(1), [A], 1),
    S(R.shuffle, R(1), [1, 2, 3]),
    S(R.getrandbits, R(1), 3),
    S(R.randbytes, R(1), 3),
    S(R.betavariate, R(1), 1, 2),
    S(R.vonmisesvariate, R(1), 0, 1),
    S(R.seed, R(1), 3),
]

T, B = io.StringIO, io.BytesIO
IO: list[Sample] = [
    S(T, "a"),
    S(T.read, T("ab")),
    S(T.read, T("ab"), 1),
    S(T.readline, T("ab")),
    S(T.readlines, T("ab")),
    S(T.write, T(), "a"),
    S(T.writelines, T(), ["a"]),
    S(T.getvalue, T("a")),
    S(T.seek, T("a"), 0),
    S(T.tell, T()),
    S(T.truncate, T("a"), 0),
    S(T.close, T()),
    S(T.__next__, T("a")),
    S(T.__iter__, T("a")),
    S(T.__enter__, T()),
    S(T.readable, T()),
    S(B, b"a"),
    S(B.read, B(b"ab")),
    S(B.readline, B(b"ab")),
    S(B.readlines, B(b"ab")),
    S(B.write, B(), b"a"),
    S(B.writelines, B(), [b"a"]),
    S(B.getvalue, B(b"a")),
    S(B.readinto, B(b"a"), bytearray(1)),
    S(B.seek, B(b"a"), 0),
    S(B.tell, B()),
    S(B.__next__, B(b"a")),
    S(B.read1, B(b"a"), 1),
]

D, F = decimal.Decimal, fractions.Fraction
EXACT: list[Sample] = [
    S(D, "1.5"),
    S(D, 3),
    S(D.sqrt, D(2)),
    S(D.quantize, D(2), D("0.1")),
    S(D.__round__, D("1.5")),
    S(D.__round__, D("1.5"), 0),
    S(D.as_integer_ratio, D(2)),
    S(D.__int__, D(2)),
    S(D.__float__, D(2)),
    S(D.__str__, D(2)),
    S(D.__format__, D(2), ".1f"),
    S(D.adjusted, D(2)),
    S(D.is_nan, D(2)),
    S(D.compare, D(1), D(2)),
    S(D.number_class, D(1)),
    S(D.same_quantum, D(1), D(2)),
    S(D.normalize, D(1)),
    S(D.radix, D(1)),
    S(D.__ceil__, D(1)),
    S(D.__complex__, D(1)),
    S(F, 1, 2),
    S(F, "1/2"),
    S(F.limit_denominator, F(1, 3), 2),
    S(F.__round__, F(7, 2)),
    S(F.__round__, F(7, 2), 1),
    S(F.__hash__, F(1)),
    S(F.__float__, F(1)),
    *[
        S(getattr(k, n), k(3), o)
        for k in (D, F)
        for n in (
            "__add__",
            "__rsub__",
            "__mul__",
            "__truediv__",
            "__floordiv__",
            "__mod__",
            "__pow__",
            "__eq__",
            "__lt__",
        )
        for o in (k(2), 2, 2.5)
        if not (o == 2.5 and k is D and n != "__eq__" and n != "__lt__")
    ],
]

X = array.array
OTHER: list[Sample] = [
    S(X, "i", [1]),
    S(X.append, X("i"), 1),
    S(X.extend, X("i"), [1]),
    S(X.pop, X("i", [1])),
    S(X.tolist, X("d", [1.0])),
    S(X.tobytes, X("i")),
    S(X.__getitem__, X("i", [1]), 0),
    S(X.__getitem__, X("i", [1]), slice(0, 1)),
    S(X.__iter__, X("i", [1])),
    S(X.count, X("i", [1]), 1),
    S(X.index, X("i", [1]), 1),
    S(X.__contains__, X("i", [1]), 1),
    S(X.__add__, X("i"), X("i")),
    S(X.__mul__, X("i", [1]), 2),
    S(uuid.uuid4),
    S(uuid.uuid1),
    S(uuid.uuid5, uuid.NAMESPACE_DNS, "a"),
    S(uuid.UUID, int=5),
    S(uuid.UUID.__str__, uuid.UUID(int=5)),
    S(uuid.UUID.__eq__, uuid.UUID(int=5), A),
    S(time.time),
    S(time.time_ns),
    S(time.perf_counter),
    S(time.monotonic),
    S(time.sleep, 0),
    S(time.gmtime),
    S(time.localtime, 5.0),
    S(time.strftime, "%Y"),
    S(time.mktime, time.gmtime(0)),
    S(time.ctime, 0),
    S(time.asctime, time.gmtime(0)),
]

MORE = {"dates": DATES, "pathlib": PATHLIB, "random": RANDOM, "io": IO, "exact": EXACT, "other": OTHER}
