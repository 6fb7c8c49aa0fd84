# ruff: noqa
"""Classes that learn something after they were used: between two entries of one loop, and in its body."""

import abc
import collections
import dataclasses

RECORDED_AHEAD = True
EXTRA_CALLS = True


def entered(task, items=(1, 2, 3)):
    out = []
    for x in items:
        out.append(task(x))
    return out


def told_between(task, *changes):
    """The one loop, entered again after each change."""
    out = [entered(task), entered(task)]
    for change in changes:
        change()
        out += [entered(task), entered(task)]
    return out


def told_inside(task, *changes):
    """A change in the middle of each entry; the first has none."""
    out = []
    for change in [lambda: None, *changes]:
        for x in [1, 2, 3, 4]:
            out.append(task(x))
            if x == 2:
                change()
    return out


def both(make):
    return told_between(*make()), told_inside(*make())


def case_metaclass_gets_an_attribute():
    def make():
        class Meta(type):
            pass

        class Made(metaclass=Meta):
            pass

        def name():
            Meta.title = "late"

        def over():
            Made.title = "own"

        def first():
            Meta.title = property(lambda cls: "computed")

        return lambda x: (getattr(Made, "title", None), x), name, over, first

    return both(make)


def case_metaclass_learns_to_look_attributes_up():
    def make():
        class Meta(type):
            pass

        class Made(metaclass=Meta):
            pass

        def learn():
            Meta.__getattr__ = lambda cls, name: f"no {name}"

        def unlearn():
            del Meta.__getattr__

        return lambda x: (getattr(Made, "title", None), x), learn, unlearn

    return both(make)


def case_metaclass_learns_to_call():
    def make():
        class Meta(type):
            pass

        class Made(metaclass=Meta):
            def __init__(self, n):
                self.n = n

        def learn():
            Meta.__call__ = lambda cls, n: str(n)

        return lambda x: getattr(Made(x), "n", "text"), learn

    return both(make)


def case_metaclass_decides_what_is_an_instance():
    def make():
        class Meta(type):
            pass

        class Made(metaclass=Meta):
            pass

        def learn():
            Meta.__instancecheck__ = lambda cls, other: True

        def class_too():
            Meta.__subclasscheck__ = lambda cls, other: other is int

        return lambda x: (isinstance(x, Made), isinstance(x, (str, Made)), issubclass(int, Made)), learn, class_too

    return both(make)


def case_init_given_later():
    def make():
        class Made:
            pass

        def learn():
            def init(self):
                self.n = 1

            Made.__init__ = init

        def again():
            Made.__new__ = lambda cls: "text"

        return lambda x: getattr(Made(), "n", None), learn, again

    return both(make)


def case_table_learns_to_miss():
    def make():
        class Table(dict):
            pass

        def task(x):
            own = Table(a=x)
            try:
                return own["a"], own["b"]
            except KeyError:
                return "none"

        def learn():
            Table.__missing__ = lambda self, key: key

        def over():
            Table.__getitem__ = lambda self, key: "over"

        return task, learn, over

    return both(make)


def case_keys_learn_to_compare():
    def make():
        class Key:
            pass

        def task(x):
            return Key() in {Key(): x}, Key() == Key(), Key() in [Key()]

        def learn():
            Key.__eq__ = lambda self, other: True
            Key.__hash__ = lambda self: 1

        return task, learn

    return both(make)


def case_operator_learned_by_the_subclass():
    def make():
        class Left:
            def __add__(self, other):
                return "left"

        class Right(Left):
            pass

        def learn():
            Right.__radd__ = lambda self, other: "right"

        return lambda x: (Left() + Right(), x), learn

    return both(make)


def case_post_init_given_to_a_finished_dataclass():
    """`dataclass` looks for `__post_init__` when it writes `__init__`, and never again."""

    def make():
        @dataclasses.dataclass
        class Made:
            n: int

        def learn():
            def later(self):
                self.n = -1

            Made.__post_init__ = later

        return lambda x: Made(x).n, learn

    return both(make)


def case_post_init_replaced_and_taken_away():
    def make():
        @dataclasses.dataclass
        class Made:
            n: int

            def __post_init__(self):
                self.n += 1

        def replace():
            Made.__post_init__ = lambda self: setattr(self, "n", -self.n)

        def take():
            del Made.__post_init__

        def task(x):
            try:
                return Made(x).n
            except AttributeError:
                return "gone"

        return task, replace, take

    return both(make)


def case_fields_of_a_finished_dataclass_changed():
    """What `__init__` does is in its own code and defaults, whatever is said of the fields."""

    def make():
        @dataclasses.dataclass
        class Made:
            n: int
            k: int = 5
            xs: list = dataclasses.field(default_factory=list)

        def factory():
            Made.__dataclass_fields__["xs"].default_factory = lambda: [1]

        def default():
            Made.__init__.__defaults__ = (99, *Made.__init__.__defaults__[1:])

        def of_the_class():
            Made.k = 7

        return lambda x: (Made(x).k, Made(x).xs), factory, default, of_the_class

    return both(make)


def case_defaults_of_a_named_tuple_replaced():
    def make():
        Pair = collections.namedtuple("Pair", "a b", defaults=[1])

        def replace():
            Pair.__new__.__defaults__ = (9,)

        return lambda x: Pair(x), replace

    return both(make)


def case_class_between_is_put_in():
    def make():
        class Base:
            def __init__(self):
                self.path = ["base"]

        class Made(Base):
            def __init__(self):
                super().__init__()
                self.path.append("made")

        def put_in():
            class Between(Base):
                def __init__(self):
                    super().__init__()
                    self.path.append("between")

            Made.__bases__ = (Between,)

        return lambda x: Made().path, put_in

    return both(make)


def case_base_that_is_asked_for_comes_later():
    def make():
        class Base:
            pass

        class Made(Base):
            pass

        class Wanted(Base):
            pass

        def derive():
            Made.__bases__ = (Wanted,)

        return lambda x: (isinstance(Made(), Wanted), issubclass(Made, (int, Wanted)), x), derive

    return both(make)


def case_error_becomes_one_that_is_handled():
    def make():
        class Handled(Exception):
            pass

        class Raised(Exception):
            pass

        def task(x):
            try:
                raise Raised(x)
            except Handled:
                return "handled"
            except Exception:
                return "other"

        def derive():
            Raised.__bases__ = (Handled,)

        return task, derive

    return both(make)


def case_abstract_class_becomes_concrete():
    def make():
        class Made(abc.ABC):
            @abc.abstractmethod
            def f(self): ...

        def task(x):
            try:
                return Made().f(), x
            except TypeError:
                return "abstract"

        def finish():
            Made.f = lambda self: 1
            abc.update_abstractmethods(Made)

        return task, finish

    return both(make)
