# ruff: noqa
"""The same loop again with other objects: what was found out of the first ones need not hold for these."""

import builtins

from xcs_ast.testing import probe

EXTRA_CALLS = True

SEEN = []


def ask(x):
    seen = len(SEEN)
    probe.call(x)
    return x * 2, seen


class Flagged:
    def __init__(self):
        self.flag = False


first, second = Flagged(), Flagged()


def set_one_and_ask_the_other():
    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        first.flag = True
        if second.flag:
            SEEN.append(x)
    return out


def case_two_names_of_one_object():
    """Two objects at first, one object later: what is stored by one name is read by the other."""
    global first, second
    SEEN.clear()
    found = []
    both = Flagged()
    for first, second in [(Flagged(), Flagged()), (both, both), (Flagged(), Flagged())]:
        found.append(set_one_and_ask_the_other())
    return found


table, other_table = {"on": False}, {"on": False}


def store_in_one_and_look_into_the_other():
    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        table["on"] = True
        if other_table["on"]:
            SEEN.append(x)
    return out


def case_two_names_of_one_dict():
    global table, other_table
    SEEN.clear()
    found = []
    both = {"on": False}
    for table, other_table in [({"on": False}, {"on": False}), (both, both)]:
        found.append(store_in_one_and_look_into_the_other())
    return found


def store_in_a_dict_and_ask_an_object():
    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        table["flag"] = True
        if second.flag:
            SEEN.append(x)
    return out


def case_dictionary_of_the_object():
    """A dictionary like any other at first, that of the object later."""
    global table, second
    SEEN.clear()
    found = []
    for own in (False, True):
        second = Flagged()
        table = vars(second) if own else {"flag": False}
        found.append(store_in_a_dict_and_ask_an_object())
    return found


def switch():
    on = False

    def is_on():
        return on

    def turn_on():
        nonlocal on
        on = True

    return is_on, turn_on


switches, turn = [], None


def turn_one_and_ask_each():
    out = []
    for is_on in switches:
        out.append(ask(1))
        turn()
        if is_on():
            SEEN.append(1)
    return out


def case_closures_as_items():
    """The item's variable may be the one that the body assigns."""
    global switches, turn
    SEEN.clear()
    found = []
    (a, turn_a), (b, turn_b), (c, turn_c) = switch(), switch(), switch()
    for switches, turn in [([a, b, a], turn_c), ([a, b, a], turn_b), ([c, c, c], turn_a)]:
        found.append(turn_one_and_ask_each())
    return found


class Base:
    def take(self, x):
        return x


class Middle(Base):
    pass


class Leaf(Middle):
    def take(self, x):
        return super().take(x)


leaf = Leaf()


def take_each():
    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        leaf.take(x)
    return out


def case_class_between():
    """`super()` finds another method once a class on the way has it."""
    SEEN.clear()
    found = [take_each()]
    Middle.take = lambda self, x: SEEN.append(x)
    try:
        found.append(take_each())
    finally:
        del Middle.take
    return found


class Plain:
    pass


class Marked:
    pass


class Kind(Plain):
    pass


thing = Kind()


def keep_marked():
    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        if isinstance(thing, Marked):
            SEEN.append(x)
    return out


def case_other_bases():
    SEEN.clear()
    found = [keep_marked()]
    Kind.__bases__ = (Plain, Marked)
    try:
        found.append(keep_marked())
    finally:
        Kind.__bases__ = (Plain,)
    return found


def note(x, aside=False, really=False):
    if really:
        SEEN.append(x)


def note_each():
    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        note(x)
    return out


def case_other_defaults():
    SEEN.clear()
    note.__defaults__ = (False,) if False else (None, False)
    found = [note_each()]
    note.__defaults__ = (None, True)
    found.append(note_each())
    note.__defaults__ = (False, False)
    found.append(note_each())
    return found


def flag_or_not(x, aside, really):
    if really:
        SEEN.append(x)


def call_as_it_is():
    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        try:
            flag_or_not(x, aside=1)
        except TypeError:
            pass
    return out


def case_defaults_that_were_missing():
    SEEN.clear()
    flag_or_not.__defaults__ = None
    found = [call_as_it_is()]
    flag_or_not.__defaults__ = (True,)
    found.append(call_as_it_is())
    flag_or_not.__defaults__ = None
    return found


def use_a_name_that_may_be_missing():
    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        try:
            name_of_a_later_builtin(x)
        except NameError:
            pass
    return out


def case_builtin_that_was_missing():
    SEEN.clear()
    found = [use_a_name_that_may_be_missing()]
    builtins.name_of_a_later_builtin = SEEN.append
    try:
        found.append(use_a_name_that_may_be_missing())
    finally:
        del builtins.name_of_a_later_builtin
    return found


class Telling:
    def __str__(self):
        SEEN.append(0)
        return "told"

    def __eq__(self, other):
        SEEN.append(0)
        return True

    __hash__ = None

    def __iter__(self):
        SEEN.append(0)
        return iter(())


shown = ask


def show_each():
    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        str(shown)
    return out


def compare_each():
    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        shown == x
    return out


def find_each():
    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        shown in (x, 2)
    return out


def start_each():
    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        iter(shown)
    return out


def case_text_of_something_else():
    """Functions and classes have their text and their comparison from Python; other objects have their own."""
    global shown
    found = []
    for shown in (ask, Telling, range(3), Telling()):
        SEEN.clear()
        found.append(show_each())
    for shown in (ask, Telling, range(3), Telling()):
        SEEN.clear()
        found.append(compare_each())
    for shown in (ask, Telling, range(3), Telling()):
        SEEN.clear()
        found.append(find_each())
    for shown in (range(3), Telling()):
        SEEN.clear()
        found.append(start_each())
    return found


numbers, more_numbers = {1: 1}, {2: 2}


def values_of(table):
    return table.values()


def look_at_both(x):
    one, two = values_of(numbers), values_of(more_numbers)
    probe.call(x)
    return sum(one), sum(two)


def look_and_add():
    out = []
    for x in [1, 2, 3]:
        out.append(look_at_both(x))
        numbers_changed[x] = 5
    return out


numbers_changed = {}


def case_views_of_two_dicts():
    """One dictionary by two names at first."""
    global numbers, more_numbers, numbers_changed
    found = []
    same = {1: 1}
    one, two = {1: 1}, {1: 1}
    for numbers, more_numbers, numbers_changed in [(same, same, {}), (one, two, {}), (one, two, one), (one, two, two)]:
        found.append(look_and_add())
    return found


class Root:
    def put(self, x):
        return x


class Below(Root):
    pass


below = Below()


def define_and_call():
    out = []
    for x in [1, 2, 3]:
        out.append(ask(x))
        Below.put = lambda self, x: SEEN.append(x)
        below.put(x)
    return out


def case_method_that_the_loop_defines():
    """A class on the way to the one that has it is given a method of that name by the loop itself."""
    SEEN.clear()
    try:
        return define_and_call()
    finally:
        del Below.put


def pairs_of_counters():
    out = []
    for get, bump in pairs:
        out.append(asked_of(get))
        bump()
    return out


def asked_of(get):
    probe.call(1)
    return get()


def counter():
    n = 0

    def get():
        return n

    def bump():
        nonlocal n
        n += 1

    return get, bump


pairs = []


def case_pairs_of_functions_as_items():
    global pairs
    found = []
    (ga, ba), (gb, bb), (gc, bc) = counter(), counter(), counter()
    for pairs in [[(ga, bb), (gc, bb)], [(ga, ba), (ga, ba), (ga, ba)], [(ga, bb), (gb, ba), (ga, bb)]]:
        found.append(pairs_of_counters())
    return found
