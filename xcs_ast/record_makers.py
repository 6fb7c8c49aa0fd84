"""The `__init__` of records, compiled once for all: `records` fits the names of the fields in.

Written by `python -m tests.unit.write_record_makers`. A name says what there is: how fields are kept (in
slots or not), one digit for each of them (1: it has a factory), and whether `__post_init__` follows.
"""

# mypy: ignore-errors
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from xcs_ast.native import use_own

use_own(globals())

__all__: list[str] = []


def slots_(missing, assign):
    def __init__(self):
        pass

    return __init__


def slots_0(missing, assign, s0):
    def __init__(self, a0):
        s0(self, a0)

    return __init__


def slots_00(missing, assign, s0, s1):
    def __init__(self, a0, a1):
        s0(self, a0)
        s1(self, a1)

    return __init__


def slots_000(missing, assign, s0, s1, s2):
    def __init__(self, a0, a1, a2):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)

    return __init__


def slots_110(missing, assign, s0, s1, s2, f0, f1):
    def __init__(self, a0, a1, a2):
        s0(self, f0() if a0 is missing else a0)
        s1(self, f1() if a1 is missing else a1)
        s2(self, a2)

    return __init__


def slots_0000(missing, assign, s0, s1, s2, s3):
    def __init__(self, a0, a1, a2, a3):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)

    return __init__


def slots_0100(missing, assign, s0, s1, s2, s3, f1):
    def __init__(self, a0, a1, a2, a3):
        s0(self, a0)
        s1(self, f1() if a1 is missing else a1)
        s2(self, a2)
        s3(self, a3)

    return __init__


def slots_1000(missing, assign, s0, s1, s2, s3, f0):
    def __init__(self, a0, a1, a2, a3):
        s0(self, f0() if a0 is missing else a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)

    return __init__


def slots_00000(missing, assign, s0, s1, s2, s3, s4):
    def __init__(self, a0, a1, a2, a3, a4):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)

    return __init__


def slots_00111(missing, assign, s0, s1, s2, s3, s4, f2, f3, f4):
    def __init__(self, a0, a1, a2, a3, a4):
        s0(self, a0)
        s1(self, a1)
        s2(self, f2() if a2 is missing else a2)
        s3(self, f3() if a3 is missing else a3)
        s4(self, f4() if a4 is missing else a4)

    return __init__


def slots_10100(missing, assign, s0, s1, s2, s3, s4, f0, f2):
    def __init__(self, a0, a1, a2, a3, a4):
        s0(self, f0() if a0 is missing else a0)
        s1(self, a1)
        s2(self, f2() if a2 is missing else a2)
        s3(self, a3)
        s4(self, a4)

    return __init__


def slots_000000(missing, assign, s0, s1, s2, s3, s4, s5):
    def __init__(self, a0, a1, a2, a3, a4, a5):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)

    return __init__


def slots_000001(missing, assign, s0, s1, s2, s3, s4, s5, f5):
    def __init__(self, a0, a1, a2, a3, a4, a5):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, f5() if a5 is missing else a5)

    return __init__


def slots_0000000(missing, assign, s0, s1, s2, s3, s4, s5, s6):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)

    return __init__


def slots_0000001(missing, assign, s0, s1, s2, s3, s4, s5, s6, f6):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, f6() if a6 is missing else a6)

    return __init__


def slots_0000011(missing, assign, s0, s1, s2, s3, s4, s5, s6, f5, f6):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, f5() if a5 is missing else a5)
        s6(self, f6() if a6 is missing else a6)

    return __init__


def slots_0000100(missing, assign, s0, s1, s2, s3, s4, s5, s6, f4):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, f4() if a4 is missing else a4)
        s5(self, a5)
        s6(self, a6)

    return __init__


def slots_0000101(missing, assign, s0, s1, s2, s3, s4, s5, s6, f4, f6):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, f4() if a4 is missing else a4)
        s5(self, a5)
        s6(self, f6() if a6 is missing else a6)

    return __init__


def slots_1111100(missing, assign, s0, s1, s2, s3, s4, s5, s6, f0, f1, f2, f3, f4):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6):
        s0(self, f0() if a0 is missing else a0)
        s1(self, f1() if a1 is missing else a1)
        s2(self, f2() if a2 is missing else a2)
        s3(self, f3() if a3 is missing else a3)
        s4(self, f4() if a4 is missing else a4)
        s5(self, a5)
        s6(self, a6)

    return __init__


def slots_00000000(missing, assign, s0, s1, s2, s3, s4, s5, s6, s7):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, a7)

    return __init__


def slots_00000001(missing, assign, s0, s1, s2, s3, s4, s5, s6, s7, f7):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, f7() if a7 is missing else a7)

    return __init__


def slots_00000101(missing, assign, s0, s1, s2, s3, s4, s5, s6, s7, f5, f7):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, f5() if a5 is missing else a5)
        s6(self, a6)
        s7(self, f7() if a7 is missing else a7)

    return __init__


def slots_00001000(missing, assign, s0, s1, s2, s3, s4, s5, s6, s7, f4):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, f4() if a4 is missing else a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, a7)

    return __init__


def slots_000000000(missing, assign, s0, s1, s2, s3, s4, s5, s6, s7, s8):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7, a8):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, a7)
        s8(self, a8)

    return __init__


def slots_000000100(missing, assign, s0, s1, s2, s3, s4, s5, s6, s7, s8, f6):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7, a8):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, f6() if a6 is missing else a6)
        s7(self, a7)
        s8(self, a8)

    return __init__


def slots_0000000000(missing, assign, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, a7)
        s8(self, a8)
        s9(self, a9)

    return __init__


def slots_00000000000(missing, assign, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, a7)
        s8(self, a8)
        s9(self, a9)
        s10(self, a10)

    return __init__


def slots_00000000011(missing, assign, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, f9, f10):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, a7)
        s8(self, a8)
        s9(self, f9() if a9 is missing else a9)
        s10(self, f10() if a10 is missing else a10)

    return __init__


def slots_001000011101(missing, assign, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, f2, f7, f8, f9, f11):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11):
        s0(self, a0)
        s1(self, a1)
        s2(self, f2() if a2 is missing else a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, f7() if a7 is missing else a7)
        s8(self, f8() if a8 is missing else a8)
        s9(self, f9() if a9 is missing else a9)
        s10(self, a10)
        s11(self, f11() if a11 is missing else a11)

    return __init__


def slots_0000000000000(missing, assign, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, a7)
        s8(self, a8)
        s9(self, a9)
        s10(self, a10)
        s11(self, a11)
        s12(self, a12)

    return __init__


def slots_00001111111000(missing, assign, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, f4, f5, f6, f7, f8, f9, f10):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, f4() if a4 is missing else a4)
        s5(self, f5() if a5 is missing else a5)
        s6(self, f6() if a6 is missing else a6)
        s7(self, f7() if a7 is missing else a7)
        s8(self, f8() if a8 is missing else a8)
        s9(self, f9() if a9 is missing else a9)
        s10(self, f10() if a10 is missing else a10)
        s11(self, a11)
        s12(self, a12)
        s13(self, a13)

    return __init__


def slots_00000000000_post(missing, assign, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10):
    def __init__(self, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10):
        s0(self, a0)
        s1(self, a1)
        s2(self, a2)
        s3(self, a3)
        s4(self, a4)
        s5(self, a5)
        s6(self, a6)
        s7(self, a7)
        s8(self, a8)
        s9(self, a9)
        s10(self, a10)
        self.__post_init__()

    return __init__
