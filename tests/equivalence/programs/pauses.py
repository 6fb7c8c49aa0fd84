# ruff: noqa
"""Programs that let time pass between calls, or wait until something outside has changed."""

import threading
import time

import xcs_ast

RUNS_AHEAD = {"case_each_call_waits_for_itself", "case_sleeps_between_computations", "case_sleeps_before_another_try"}
RECORDED_AHEAD = {"case_polls_what_a_thread_changes"}


class Jobs:
    """A server: a job is done when it has been asked for three times."""

    def __init__(self):
        self.asked = [0] * 10

    def status(self, job):
        self.asked[job] += 1
        return "done" if self.asked[job] > 2 else "running"

    def result(self, job):
        return f"result {job}" if self.asked[job] > 2 else "not found"


JOBS = Jobs()


@xcs_ast.unordered
def status(job):
    time.sleep(0.0005)
    return JOBS.status(job)


@xcs_ast.unordered
def result(job):
    time.sleep(0.0005)
    return JOBS.result(job)


def wait_for(job):
    while status(job) != "done":
        time.sleep(0.0005)


def case_polls_in_the_body():
    out = []
    for job in range(5):
        while status(job) != "done":
            time.sleep(0.0005)
        out.append(result(job))
    return out


def case_polls_without_sleeping():
    out = []
    for job in range(5):
        while status(job) != "done":
            pass
        out.append(result(job))
    return out


def case_polls_so_many_times():
    out = []
    for job in range(5):
        for _ in range(9):
            if status(job) == "done":
                break
        out.append(result(job))
    return out


def case_a_helper_waits():
    out = []
    for job in range(5):
        wait_for(job)
        out.append(result(job))
    return out


def case_a_helper_waits_for_the_next_one():
    out = []
    wait_for(0)
    for job in range(5):
        out.append(result(job))
        wait_for(job + 1)
    return out


def case_a_block_waits():
    wait_for(1)
    first = result(1)
    wait_for(2)
    second = result(2)
    third = result(3)
    return first, second, third


class Limiter:
    """Lets one request a moment through."""

    def __init__(self):
        self.let_through = 0
        self.open = False

    def wait(self):
        time.sleep(0.0005)
        self.let_through += 1
        self.open = True


def case_a_limiter_paces():
    limiter = Limiter()

    @xcs_ast.unordered
    def request(x):
        time.sleep(0.0005)
        answer = x if limiter.open else "too many requests"
        limiter.open = False
        return answer

    out = []
    for x in range(5):
        limiter.wait()
        out.append(request(x))
    limiter.wait()
    for x in range(5):
        out.append(request(x))
        limiter.wait()
    return out, limiter.let_through


def case_each_call_waits_for_itself():
    def run(job):
        wait_for(job)
        return result(job)

    return [run(job) for job in range(5)]


def case_sleeps_between_computations():
    def slow(x):
        time.sleep(0.001)
        return x * 2

    out = []
    for x in range(5):
        out.append(slow(x))
        time.sleep(0.0005)
    return out


def case_sleeps_before_another_try():
    def ask(x):
        while True:
            try:
                return int(result(x)[-1])
            except IndexError:
                time.sleep(0.0005)

    for x in range(3):
        JOBS.asked[x] = 3
    first = ask(0)
    second = ask(1)
    third = ask(2)
    return first, second, third


def case_polls_what_a_thread_changes():
    state = {"value": 0}
    asked, answered = [False] * 6, [False] * 6

    def answers():
        for number in range(6):
            while not asked[number]:
                time.sleep(0.0001)
            state["value"] = number * 10
            answered[number] = True

    def look(x):
        time.sleep(0.0005)
        return x, state["value"]

    out = []
    other = threading.Thread(target=answers)
    other.start()
    for x in range(6):
        asked[x] = True
        while not answered[x]:
            time.sleep(0.0001)
        out.append(look(x))
    other.join()
    return out
