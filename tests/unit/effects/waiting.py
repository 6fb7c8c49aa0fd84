"""Callees for `test_waiting`: loops that wait, for another thread or for themselves, in a real file."""

from __future__ import annotations

import socket
import time

SHARED = []
READY = False


class State:
    done = False
    value = None
    limit = 3


state = State()


def noisy(x):
    SHARED.append(x)
    return x


# ------------------------------------------------------------------- what another thread has to change


def until_done(x):
    while not state.done:
        time.sleep(0.01)
    return noisy(x)


def until_ready(x):
    while not READY:
        time.sleep(0.01)
    return noisy(x)


def until_there(x):
    while state.value is None:
        pass
    return state.value(x)


def breaks_when_done(x):
    while True:
        if state.done:
            break
        time.sleep(0.01)
    return noisy(x)


def returns_when_done(x):
    while True:
        if state.done:
            return noisy(x)
        time.sleep(0.01)


def fails_when_late(x):
    end = time.monotonic() + 1
    while True:
        if state.done:
            return noisy(x)
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.01)


def gives_up_when_late(x):
    end = time.monotonic() + 1
    while not state.done and time.monotonic() < end:
        time.sleep(0.01)
    return noisy(x) if state.done else None


def gives_up_after_some(x):
    for _ in range(100):
        if state.done:
            break
        time.sleep(0.01)
    if state.value is not None:
        return noisy(x)
    return None


def nap():
    time.sleep(0.01)


def is_done():
    return state.done


def through_others(x):
    while not is_done():
        nap()
    return noisy(x)


# ----------------------------------------------------------------------------- what comes to its own end


def counts(x):
    n = 0
    while n < state.limit:
        time.sleep(0.01)
        n += 1
    return n


def tries(x):
    for _ in range(state.limit):
        if not state.done:
            time.sleep(0.01)
    return x


def tries_until(x):
    while not state.done:
        try:
            return socket.gethostbyname("localhost")
        except OSError:
            time.sleep(0.01)
    return None


def draws(x):
    parts = iter([x, x])
    try:
        while True:
            next(parts)
    except StopIteration:
        return x


def yields(x):
    while not state.done:
        yield x


def first_of_many(x):
    return next(yields(x))
