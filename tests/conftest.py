"""Profiles of Hypothesis: `default` repeats itself exactly, `long` (`--hypothesis-profile=long`) does not."""

from __future__ import annotations

import signal
import threading

from hypothesis import HealthCheck, settings

settings.register_profile(
    "default",
    max_examples=200,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("long", settings.get_profile("default"), max_examples=5000, derandomize=False)
settings.load_profile("default")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and threading.current_thread().name == "MainThread":
    # A shell that starts the tests in the background has it ignored, here and in what the tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
