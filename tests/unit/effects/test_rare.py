"""What one seldom meets: what the analysis makes of it, word for word, and what it does when it is run."""
# ruff: noqa: E501 - the tables quote what is said

from __future__ import annotations

import contextlib
import functools
import io
import logging
import re
import sys
import threading
import types
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.effects import rare as c
from tests.unit.effects.harness import stage_of

M = "module tests.unit.effects.rare"
SHARED = f"write {M}['SHARED'][]"
WORDS = 60
"""So much of each line is compared."""


def nothing() -> tuple[Any, dict[str, Any]]:
    """An item that says nothing, and no variables."""
    return 1, {}


QUIET = [
    ("error_class(x)", nothing),
    ("through_manager(x)", nothing),
    ("without_exit(x)", nothing),
    ("never_assigned(x)", nothing),
    ("deleted_local(x)", nothing),
    ("looks_at_bytes(x)", nothing),
    ("tuple_store(x)", nothing),
    ("complex_parts(x)", nothing),
    ("bytes_sum(x)", nothing),
    ("same_flags(x)", nothing),
    ("no_arguments_for_length(x)", nothing),
    ("grows_in_comprehension(x)", nothing),
    ("grows_in_loop(x)", nothing),
    ("folded(x)", nothing),
    ("star_target(x)", nothing),
    ("decorates_quietly(x)", nothing),
    ("sets_frozen(x)", nothing),
    ("given_twice(x)", nothing),
    ("from_class_method(x)", nothing),
    ("bytes_maketrans(x)", nothing),
    ("urls(x)", nothing),
    ("called_unbound(x)", nothing),
    ("values_text(x)", nothing),
    ("flags_of(x)", nothing),
    ("typed(x)", nothing),
    ("lengths_of_nested(x)", nothing),
    ("looks_into_nested(x)", nothing),
    ("maps_class_method(x)", nothing),
    ("grows_forever(x)", nothing),
    ("deletes_from_scalar(x)", nothing),
    ("deletes_item_of_scalar(x)", nothing),
    ("builds_with_getter(x)", nothing),
    ("operand_error(x)", nothing),
    ("not_of_bool(x)", nothing),
    ("negates(x)", nothing),
    ("is_any(x)", nothing),
    ("hints(x)", nothing),
    ("match_iter(x)", nothing),
    ("complex_neg(x)", nothing),
    ("compares_flags(x)", nothing),
    ("deep_of_nested(x)", nothing),
    ("deep_of_part(x)", nothing),
    ("unpacks_three(x)", nothing),
    ("closes_over_region(x)", nothing),
    ("is_of_any(x)", nothing),
    ("bytes_of_many(x)", nothing),
    ("views_of_many(x)", nothing),
    ("sizes_of_nested(x)", nothing),
    ("changes_frozen(x)", nothing),
    ("deletes_of_frozen(x)", nothing),
    ("own_error_of_spread(x)", nothing),
    ("iterates_over_zip(x)", nothing),
    ("iterates_over_rows(x)", nothing),
    ("iterates_over_text(x)", nothing),
    ("pure(x)", lambda: (c.Compared(), {})),
    ("Abstract()", nothing),
    ("spread(x, [1])", nothing),
    ('rest_pattern(x, {"a": 1})', nothing),
    ("error_of_spread(x, [n for n in range(x)])", nothing),
    ("quiet_static(x)", nothing),
    ("super_unknown(x, y)", lambda: (1, {"y": c.Plain})),
    ("of_union(x, str)", nothing),
    ("isinstance(x, y)", lambda: (1, {"y": int | str})),
    ("isinstance(x, (int, 1))", nothing),
    ("catches(x, ValueError)", nothing),
    ("catches(x, y)", lambda: (1, {"y": ValueError})),
    ("catches(x, y)", lambda: (1, {"y": 1})),
    ("make_raw(x, Plain)", nothing),
    ("make_raw(x, y)", lambda: (1, {"y": c.Plain})),
    ("copies_shallow(x, 1)", nothing),
    ("copies_shallow(x, (1,))", nothing),
    ("copies_shallow(x, [1])", nothing),
    ("copies_shallow(x, {1:1})", nothing),
    ("matched(x, y)", lambda: (1, {"y": re.match("a", "abc")})),
    ("x.__doc__", lambda: (c.pure, {})),
    ("x.__name__", lambda: (len, {})),
    ("x.__text_signature__", lambda: (len, {})),
    ("Both.mro", nothing),
    ("Plain.nothing", nothing),
    ("x.a", lambda: (c.Pair(1, 2), {})),
    ("x.__class__", lambda: (c.Plain(1), {})),
    ("x.__add__", nothing),
    ("x.__doc__", lambda: (object(), {})),
    ("initializes(x, ValueError(2))", nothing),
    ("ValueError.__str__(x)", nothing),
    ("x([1])", lambda: (dict.fromkeys, {})),
    ("super_of_unknown(x, y)", lambda: (1, {"y": c.Plain(1)})),
    ("Color.nothing", nothing),
    ('mapping_star(x, {"a": 1})', nothing),
    ("mapping_star(x, {1: 1})", nothing),
    ("unpacks_dict(x, y)", lambda: (1, {"y": (c.SHARED, c.SHARED)})),
    ("is_subclass(x, y)", lambda: (1, {"y": int})),
    ("is_sized(x, y)", lambda: (1, {"y": c.Plain(1)})),
    ("is_sized(x, Plain())", nothing),
    ("is_sized(x, 1)", nothing),
    ("isinstance(x, collections.abc.Iterable)", lambda: (c.Plain(1), {})),
    ("NotAbstract()", nothing),
    ("x.real", nothing),
    ("x.gr", lambda: (1.5, {})),
    ("x.__self__", lambda: ([].append, {})),
    ("x.__name__", lambda: (c.pure, {})),
    ("(lambda: 1).__name__", nothing),
    ("(lambda: 1).__doc__", nothing),
    ("(lambda: 1).__code__", nothing),
    ("isinstance(x, y)", lambda: (1, {"y": c.NotAbstract})),
    ("isinstance(y, NotAbstract)", lambda: (1, {"y": c.Plain(1)})),
    ("issubclass(y, collections.abc.Sized)", lambda: (1, {"y": c.Plain})),
    ("[n for n in y]", lambda: (1, {"y": range(3)})),
    ("Table.fromkeys([x])", nothing),
    ("Table().fromkeys([x])", nothing),
    ("Frozen(x) == Frozen(x)", nothing),
    ("WithClassVariable(x)", nothing),
    ("not_known() is None", nothing),
    ("Pair(not_known(), 1).a", nothing),
    ("type(not_known())", nothing),
]

TOLD = [
    (
        "deletes_global(x)",
        nothing,
        ["unknown: uses an object that was stored in shared state mean", f"write {M}.GONE"],
    ),
    ("nested_nonlocal(x)", nothing, [SHARED]),
    ("deleted_in_closure(x)", nothing, [SHARED]),
    ("class_variable(x)", nothing, ["unknown: defines the class Inner"]),
    ("all_of_nested(x)", nothing, ["unknown: changes something inside a larger structure"]),
    ("sorts_nested(x)", nothing, ["unknown: changes something inside a larger structure"]),
    ("stores_in_bytes(x)", nothing, [f"write {M}['BYTES'][0][]", f"write {M}['BYTES'][1][]"]),
    ("repeats_in_place(x)", nothing, [SHARED]),
    ("repeats_shared(x)", nothing, [SHARED]),
    ("bad_slice_index(x)", nothing, [SHARED]),
    ("stores_by_index(x)", nothing, [SHARED]),
    ("adds_reflected(x)", nothing, [SHARED]),
    ("spread_unknown_names(x)", nothing, [SHARED]),
    ("sorted_by_unknown(x)", nothing, [SHARED]),
    ("merged_twice(x)", nothing, [SHARED]),
    ("async_comprehension(x)", nothing, ["unknown: uses AsyncFunctionDef, which the analysis does not "]),
    ("chained(x)", nothing, [SHARED]),
    ("unpack_shared(x)", nothing, [f"write {M}['BYTES'][0][]"]),
    ("decorates(x)", nothing, [SHARED]),
    ("imports_dotted(x)", nothing, ["read <dict>[]"]),
    ("imports_all_of_submodule(x)", nothing, ["read <dict>[]"]),
    ("relative_from(x)", nothing, ["read <dict>[]"]),
    (
        "changes_match_args(x)",
        nothing,
        ["unknown: Registered.__match_args__ is replaced here", "write class Registered.__match_args__"],
    ),
    ("pattern_of_any(x)", nothing, [SHARED]),
    ("stray_equality(x)", nothing, ["unknown: calls a generated __eq__ that belongs nowhere"]),
    ("method_without_receiver(x)", nothing, ["unknown: calls list.append, which has no source and no model"]),
    ("partial_call(x)", nothing, ["unknown: calls functools.partial.__call__ through its __call"]),
    ("getter_names(x)", nothing, ["read <dict>[]"]),
    ("iterates_generator(x)", nothing, [SHARED]),
    ("opens_unbuffered(x)", nothing, ["unknown: calls io.open with an opener or a buffer size"]),
    ("zone(x)", nothing, ["read <dict>[]", "read channel environment"]),
    ("module_type(x)", nothing, ["unknown: makes an instance of module, which derives from a c"]),
    ("wrong_arguments(x)", nothing, ["unknown: calls copy.deepcopy in a way that its model does no"]),
    ("sorted_by_unknown_names(x)", nothing, ["unknown: calls builtins.sorted with keywords that are not kn"]),
    ("grows_by_tuple(x)", nothing, ["unknown: reduces to a value that grows with every step"]),
    ("plain_store_on_tuple(x)", nothing, ["unknown: sets tuple.n"]),
    ("catches_by_meta(x)", nothing, [SHARED]),
    (
        "stores_descriptor(x)",
        nothing,
        [
            "unknown: Plain.late is set here",
            "unknown: makes Plain.late a descriptor",
            "write class Plain.late",
        ],
    ),
    ("texts_of_views(x)", nothing, [SHARED]),
    ("iterates_file(x)", nothing, ["read channel cwd", "read channel filesystem"]),
    ("changes_global_then_reads(x)", nothing, [f"write {M}.COUNT", SHARED]),
    ("catches_checked(x)", nothing, ["unknown: catches Checked, whose metaclass decides"]),
    ("catches_not_known(x)", nothing, ["unknown: catches exceptions of classes that are not known"]),
    (
        "deletes_item_of_not_known(x)",
        nothing,
        ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "],
    ),
    ("gets_by_not_known(x)", nothing, ["unknown: calls operator.attrgetter.__call__ with names that "]),
    (
        "calls_type_without_receiver(x)",
        nothing,
        ["unknown: calls type.__call__, which has no source and no mod"],
    ),
    ("deletes_several(x)", nothing, ["unknown: deletes something unusual"]),
    ("handed_on(x)", nothing, ["unknown: uses a value that grows in a loop"]),
    ("handed_on_by_turns(x)", nothing, [SHARED]),
    (
        "types_of_calls(x)",
        nothing,
        ["unknown: copies a method", "unknown: passes copy.copy a method, of which its model does "],
    ),
    ("x.n", lambda: (c.Property(), {}), ["unknown: uses Property, which has a __dict__ of its own maki"]),
    ("x.n", lambda: (c.Computed(), {}), [SHARED]),
    (
        'setattr(x, "n", 1)',
        lambda: (c.Setting(), {}),
        ["unknown: calls builtins.object.__setattr__ with a name that ", "write item.n", SHARED],
    ),
    ("x.name", lambda: (c.OfTheLibrary("a"), {}), ["read item.name"]),
    ("Compared()", nothing, ["unknown: makes an instance of Compared, whose metaclass hash"]),
    ("Called()", nothing, ["unknown: makes an instance of Called, through its metaclass"]),
    ('setattr(x, "name", 1)', lambda: (c.OfTheLibrary("a"), {}), ["write item.name"]),
    (
        'setattr(Color.RED, "_value_", 1)',
        nothing,
        ["unknown: changes what Color enumerates", "write <Color>._value_"],
    ),
    (
        'setattr(x, "_value_", 1)',
        lambda: (c.Color.RED, {}),
        ["unknown: changes what Color enumerates", "write item._value_"],
    ),
    (
        'setattr(logging.Logger, "z", 1)',
        nothing,
        ["unknown: changes Logger.z, on which models rely", "write class Logger.z"],
    ),
    (
        'setattr(Plain, "__bases__", 1)',
        nothing,
        ["unknown: changes Plain.__bases__", "write class Plain.__bases__"],
    ),
    (
        'setattr(os, "z", 1)',
        nothing,
        ["unknown: replaces z in the module os, on which models rely", "write module os.z"],
    ),
    (
        'setattr(types.ModuleType("a"), "__class__", 1)',
        nothing,
        ["unknown: makes an instance of module, which derives from a c"],
    ),
    (
        'setattr(typing, "__dict__", 1)',
        nothing,
        [
            "unknown: replaces __dict__ in the module typing, on which mo",
            "unknown: sets __dict__ of a module",
            "write module typing.__dict__",
        ],
    ),
    ("caught_oddly(x, ValueError)", nothing, [SHARED]),
    ("caught_oddly(x, y)", nothing, [SHARED]),
    ("unfilled()", nothing, ["read variable later"]),
    ("spread(x, items)", nothing, ["read items[]"]),
    ("merged_live(x, y)", lambda: (1, {"y": {1: 2}}), ["read y[]"]),
    ("merged_live(x, y)", lambda: (1, {"y": {"a": 2}}), ["read y[]"]),
    ("raises_shared(x, y)", lambda: (1, {"y": ValueError(1)}), ["write y.__traceback__"]),
    ("class_pattern(x, Registered(1))", nothing, [SHARED]),
    ("class_pattern(x, Plain(1))", nothing, [SHARED]),
    ("class_pattern(x, y)", lambda: (1, {"y": c.Registered(1)}), ["read y.n", SHARED]),
    ("class_pattern(x, y)", lambda: (1, {"y": c.Plain(1)}), ["read y.n", SHARED]),
    ("positional_unknown(x, Bare())", nothing, ["unknown: matches a class by position", SHARED]),
    ("sequence_pattern(x, y)", lambda: (1, {"y": c.Plain(1)}), [SHARED]),
    ("sequence_pattern(x, Plain())", nothing, [SHARED]),
    ("sequence_pattern(x, y)", lambda: (1, {"y": [1]}), ["read y[]", SHARED]),
    ("rest_pattern(x, y)", lambda: (1, {"y": {"a": 1, "b": 2}}), ["read y[]"]),
    ("abstract_pattern(x, y)", lambda: (1, {"y": c.Plain(1)}), ["read <dict>[]", SHARED]),
    ("abstract_pattern(x, 1)", nothing, ["read <dict>[]", SHARED]),
    (
        "dataclass_of_spread(x, items)",
        nothing,
        ["read items[]", "unknown: makes a dataclass instance from arguments that are "],
    ),
    (
        "dataclass_of_spread(x, [n for n in range(x)])",
        nothing,
        ["unknown: makes a dataclass instance from arguments that are "],
    ),
    ("hash(x)", lambda: (c.Frozen(1), {}), ["read item.n"]),
    ("repr(x)", lambda: (c.WithClassVariable(), {}), ["read item.kind", "read item.n"]),
    (
        "dataclasses.asdict(x)",
        lambda: (c.WithClassVariable(), {}),
        [
            "read <Field>.*",
            "read <dict>[]",
            "read item.__dataclass_fields__",
            "read item.n",
            "read item.secret",
        ],
    ),
    (
        "dataclasses.asdict(x, dict_factory=dict)",
        lambda: (c.WithClassVariable(), {}),
        ["unknown: uses dataclasses.asdict, which copies every field, "],
    ),
    (
        "dataclasses.asdict(x)",
        lambda: (c.Plain(1), {}),
        ["unknown: uses dataclasses.asdict, which copies every field, "],
    ),
    ("static(x)", nothing, [SHARED]),
    ('of_builtin("a")', nothing, [f"write {M}['of_builtin'].*"]),
    ("remembered(x)", nothing, [f"write {M}['remembered'].*"]),
    (
        "partial_of_spread(x, items)",
        nothing,
        ["read items[]", "unknown: calls functools.partial.__call__ through its __call"],
    ),
    (
        "partial_of_spread(x, [n for n in range(x)])",
        nothing,
        ["unknown: calls functools.partial.__call__ through its __call"],
    ),
    (
        "setattr_unknown(x, items)",
        nothing,
        ["read items[]", "unknown: calls builtins.setattr with a name that is not know"],
    ),
    (
        "super_unknown(x, y)",
        lambda: (1, {"y": 1}),
        ["unknown: calls builtins.super with a class that is not known"],
    ),
    ("make_raw(x, 1)", nothing, ["unknown: calls builtins.object.__new__ for a class that is n"]),
    ("prints_to(x, y)", lambda: (1, {"y": sys.stderr}), ["write channel stderr", "write channel stdout"]),
    ("prints_to(x, y)", lambda: (1, {"y": sys.stdout}), ["write channel stdout"]),
    ('asks_two(x, "http://h")', nothing, ["read channel environment", "read channel network"]),
    ("copies_shallow(x, y)", lambda: (1, {"y": [1]}), ["read y[]"]),
    ("copies_shallow(x, pure)", nothing, ["unknown: passes copy.copy a function, of which its model doe"]),
    ("copies_shallow(x, Plain)", nothing, ["unknown: passes copy.copy a type, of which its model does no"]),
    (
        "copies_shallow(x, Plain())",
        nothing,
        ["unknown: copies a Plain", "unknown: passes copy.copy a Plain, of which its model does n"],
    ),
    ("copies_then_changes(x, [SHARED])", nothing, [SHARED]),
    (
        "matched(x, y)",
        lambda: (1, {"y": re.match(b"a", bytearray(b"abc"))}),
        ["unknown: uses a match in something that may change"],
    ),
    ("x(1)", lambda: (c.static, {}), [SHARED]),
    (
        "x.__call__(1)",
        lambda: (functools.partial(c.noisy, 1), {}),
        ["read item.__call__", "unknown: calls functools.partial.__call__ through its __call"],
    ),
    ("x.__doc__", lambda: (c.Plain(1), {}), ["read item.__doc__"]),
    ("x.__module__", lambda: (c.Plain(1), {}), ["read item.__module__"]),
    (
        "x.__dict__",
        lambda: (c.Plain(1), {}),
        ["unknown: uses tests.unit.effects.rare.Plain.__dict__, which "],
    ),
    ("x.b", lambda: (c.Plain(1), {}), ["read item.b"]),
    ("x.value", lambda: (c.OwnValue.ONE, {}), [SHARED]),
    (
        "x.nothing",
        lambda: (threading.local(), {}),
        ["unknown: uses _thread._local.nothing, which has no source an"],
    ),
    (
        'setattr(x, "n", 1)',
        lambda: (threading.local(), {}),
        ["unknown: sets _local.n by code without source"],
    ),
    (
        "x.b",
        lambda: (tuple.__new__(c.Pair, (1,)), {}),
        ["unknown: uses tests.unit.effects.rare.Pair.b, which has no s"],
    ),
    (
        "initializes(x, y)",
        lambda: (1, {"y": ValueError(1)}),
        [
            "read y.__init__",
            "unknown: uses an attribute of an object that code in C has c",
            "write y.*",
            "write y.args",
        ],
    ),
    (
        "text_of(x, y)",
        lambda: (1, {"y": ValueError(c.LoudRepr())}),
        ["read y.*", "read y.__str__", "unknown: uses .args of a ValueError"],
    ),
    (
        "text_of(x, y)",
        lambda: (1, {"y": c.OwnError(c.LoudRepr())}),
        ["read y.*", "read y.__str__", "unknown: uses .args of a OwnError"],
    ),
    ("text_of(x, ValueError(LoudRepr()))", nothing, [SHARED]),
    (
        'setattr(x, "level", 1)',
        lambda: (logging.Logger("a"), {}),
        ["unknown: sets Logger.level, on which models rely", "write item.level"],
    ),
    (
        "method_of_partial(x, y)",
        lambda: (1, {"y": types.MethodType(functools.partial(c.noisy), 1)}),
        ["read y.__func__.keywords[]", SHARED],
    ),
    ("Queue().append(1)", nothing, ["unknown: makes an instance of Queue, which derives from a cl"]),
    (
        "x.append(1)",
        lambda: (c.Queue(), {}),
        ["read item.append", "unknown: calls tests.unit.effects.rare.Queue.append, which h"],
    ),
    ("x.note", lambda: (c.OwnError(1), {}), ["read item.note"]),
    ("x.args", lambda: (c.OwnError(1), {}), ["read item.*"]),
    ("Color.__members__", nothing, ["unknown: uses enum.EnumType.__members__, which has no source"]),
    ("Color.mro()", nothing, ["unknown: uses builtins.type.mro, which may be overridden"]),
    (
        "request_to(x, y)",
        lambda: (1, {"y": "http://h/v1/chat/completions"}),
        ["read channel environment", "read channel network"],
    ),
    ("request_to(x, y)", lambda: (1, {"y": b"http"}), ["read channel environment", "read channel network"]),
    (
        "deep_of_objects(x, y)",
        lambda: (1, {"y": [c.Plain()]}),
        ["read y.**", "unknown: json.dumps reads all of an argument: it holds objec"],
    ),
    ("deep_of_objects(x, y)", lambda: (1, {"y": {"a": [1]}}), ["read y.**"]),
    ("mapping_star(x, y)", lambda: (1, {"y": {"a": 1}}), ["read y[]"]),
    ("mapping_star(x, y)", lambda: (1, {"y": {1: 1}}), ["read y[]"]),
    ("unpacks_dict(x, y)", lambda: (1, {"y": {"a": 1, "b": 2}}), ["read y[]"]),
    ("iterates_slices(x, y)", lambda: (1, {"y": [1, 2]}), ["read y[]"]),
    (
        "is_odd(x, y)",
        lambda: (1, {"y": c.OddClass()}),
        ["unknown: calls builtins.isinstance on a OddClass, which comp"],
    ),
    ("is_odd(x, OddClass())", nothing, ["unknown: calls builtins.isinstance on a OddClass, which comp"]),
    (
        "x.__func__(1)",
        lambda: (staticmethod(c.noisy), {}),
        ["read item.*", "unknown: uses what builtins.staticmethod.__func__ returned, "],
    ),
    ("x.__wrapped__", lambda: (c.remembered, {}), ["read item.*"]),
    ("len(x)", lambda: (c.Queue(), {}), ["unknown: calls tests.unit.effects.rare.Queue.__len__, which "]),
    ("object.__new__(Fallen)", nothing, ["unknown: makes an instance of Fallen, whose instances have a"]),
    ("Fallen()", nothing, ["unknown: makes an instance of Fallen, whose instances have a"]),
    (
        'setattr(x, "args", 1)',
        lambda: (ValueError(1), {}),
        ["unknown: sets ValueError.args, which is implemented in C"],
    ),
    ("x.errno", lambda: (OSError(1, "a"), {}), ["read item.*"]),
    ('OSError(1, "a").errno', nothing, ["unknown: uses what builtins.OSError returned, which its mode"]),
    ("OSError(1).strerror", nothing, ["unknown: uses what builtins.OSError returned, which its mode"]),
    ("x.__objclass__", lambda: (list.append, {}), ["read item.*"]),
    ("x.fget", lambda: (property(c.pure), {}), ["read item.*"]),
    (
        "x.func(1)",
        lambda: (functools.partial(c.noisy), {}),
        ["read item.*", "unknown: uses what functools.partial.func returned, which it"],
    ),
    ("x.args", lambda: (functools.partial(c.noisy, 1), {}), ["read item.*"]),
    ("x.__func__", lambda: (c.Plain(1).get, {}), ["read item.*"]),
    (
        "x.__self__.n",
        lambda: (c.Plain(1).get, {}),
        ["read item.*", "unknown: uses what builtins.method.__self__ returned, which "],
    ),
    ("x in y", lambda: (1, {"y": {1, 2}}), ["read y[]"]),
    ("x in y", lambda: (c.Plain(1), {"y": {1, 2}}), ["read y[]"]),
    (
        "x in y",
        lambda: (1, {"y": {c.Plain(1)}}),
        ["read y[]", "unknown: uses elements of a set that holds too many or too c"],
    ),
    ("y | {x}", lambda: (1, {"y": {1}}), ["read y[]"]),
    ("y[x]", lambda: (1, {"y": [[1]]}), ["read y[]"]),
    ('y["a"]', lambda: (1, {"y": [[1]]}), ["read y[]"]),
    ("[*y.values()]", lambda: (1, {"y": {"a": c.Plain(1)}}), ["read y[]"]),
    ("list(y)", lambda: (1, {"y": {c.Plain(1)}}), ["read y[]"]),
    ("[*y.items()]", lambda: (1, {"y": {"a": [c.Plain(1)]}}), ["read y[]"]),
    ("[each.n for each in y]", lambda: (1, {"y": [c.Plain(1)]}), ["read y[0].n", "read y[]"]),
    ("[*y]", lambda: (1, {"y": [c.Plain(1)] * 30}), ["read y[]"]),
    ("[*y]", lambda: (1, {"y": bytearray(b"a")}), ["read y[]"]),
    ("y[x]", lambda: (1, {"y": bytearray(b"a")}), ["read y[]"]),
    ("remembered.__wrapped__(1)", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("iter(y)", lambda: (1, {"y": iter([1])}), ["write y[]"]),
    ("next(iter(y))", lambda: (1, {"y": iter([1])}), ["write y.*", "write y[]"]),
    ("iter(y)", lambda: (1, {"y": (n for n in [1])}), ["unknown: advances a generator that existed before"]),
    (
        "[n for n in y]",
        lambda: (1, {"y": re.finditer("a", "aaa")}),
        ["unknown: uses builtins.callable_iterator.__next__, which cal"],
    ),
    (
        "[n for n in y]",
        lambda: (1, {"y": reversed([1])}),
        ["unknown: uses builtins.list_reverseiterator.__next__, which "],
    ),
    (
        "y.get(x)",
        lambda: (1, {"y": {c.SHARED.append: 1}}),
        ["read y[]", "unknown: uses the keys of a dict which are objects of classe"],
    ),
    ("Late().reach()", nothing, ["unknown: calls builtins.super where it stands for nothing kn"]),
    ('cached_join("a", "b")', nothing, [f"write {M}['cached_join'].*"]),
    (
        "dataclasses.asdict(WithClassVariable(not_known()))",
        nothing,
        ["read <Field>.*", "read <dict>[]", "unknown: makes a dict of something that is not known"],
    ),
    (
        "copies_shallow(x, not_known())",
        nothing,
        [
            "unknown: passes copy.copy a something unknown, of which its ",
            "unknown: uses what functools._lru_cache_wrapper.__wrapped__ ",
        ],
    ),
    (
        "rest_pattern(x, not_known())",
        nothing,
        [
            "unknown: looks into something that is not a builtin containe",
            "unknown: matches something that is not a dict as a mapping",
            "unknown: uses what functools._lru_cache_wrapper.__wrapped__ ",
        ],
    ),
    (
        "class_pattern(x, not_known())",
        nothing,
        ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ ", SHARED],
    ),
    ("catches(x, not_known())", nothing, ["unknown: calls contextlib.suppress with classes that are not"]),
    (
        "isinstance(x, (int, not_known()))",
        nothing,
        ["unknown: calls builtins.isinstance with classes that are not"],
    ),
    (
        "isinstance(x, int | not_known())",
        nothing,
        [
            "unknown: calls builtins.isinstance with classes that are not",
            "unknown: uses what functools._lru_cache_wrapper.__wrapped__ ",
        ],
    ),
    (
        "ValueError.__init__(not_known(), 1)",
        nothing,
        ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "],
    ),
    (
        "ValueError.__str__(not_known())",
        nothing,
        ["unknown: uses .args of something", "unknown: uses what functools._lru_cache_wrapper.__wrapped__ "],
    ),
    (
        "super_unknown(Plain, not_known())",
        nothing,
        ["unknown: calls builtins.super with a class that is not known"],
    ),
    ("super(Plain, not_known()).n", nothing, ["unknown: uses super().n of something unknown"]),
    ("[*not_known()]", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("list(not_known())", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("not_known()[0]", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    (
        'setattr(not_known(), "n", 1)',
        nothing,
        ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "],
    ),
    (
        "prints_to(x, not_known())",
        nothing,
        ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ ", "write channel stdout"],
    ),
    ("not_known().n", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("-not_known()", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("not_known() + 1", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("not_known() == 1", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ('f"{not_known()}"', nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("sum(not_known())", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("max(not_known())", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("{**not_known()}", nothing, ["unknown: merges something that is not a plain dict"]),
    ("pure(**not_known())", nothing, ["unknown: passes the content of something that is not a plain"]),
    ("pure_many(*not_known())", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    (
        "isinstance(not_known(), int)",
        nothing,
        ["unknown: calls builtins.isinstance on something that is not "],
    ),
    ("make_raw(x, not_known())", nothing, ["unknown: calls builtins.object.__new__ for a class that is n"]),
    ("matched(x, not_known())", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("text_of(x, not_known())", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    (
        "raises_shared(x, not_known())",
        nothing,
        ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "],
    ),
    (
        "request_to(x, not_known())",
        nothing,
        [
            "read channel environment",
            "read channel network",
            "unknown: passes urllib.request.urlopen a something unknown, ",
            "unknown: uses what functools._lru_cache_wrapper.__wrapped__ ",
        ],
    ),
    (
        "open(not_known())",
        nothing,
        [
            "unknown: calls io.open with something that is neither a stri",
            "unknown: uses what functools._lru_cache_wrapper.__wrapped__ ",
        ],
    ),
    ("copy.deepcopy(not_known())", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("json.dumps(not_known())", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("sorted(not_known())", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("Color(not_known())", nothing, ["unknown: makes an instance of Color, in an unusual way"]),
    (
        "functools.partial(not_known())(1)",
        nothing,
        ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "],
    ),
    (
        "functools.reduce(not_known(), [1, 2])",
        nothing,
        ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "],
    ),
    ("iter(not_known())", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("next(not_known())", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    (
        "issubclass(not_known(), int)",
        nothing,
        ["unknown: calls builtins.issubclass on a class that is not kn"],
    ),
    ("abs(not_known())", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("round(not_known())", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("hash(not_known())", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("{not_known()}", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("{not_known(): 1}", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("[1][not_known()]", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ('"a"[not_known()]', nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("{1: 2}[not_known()]", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("not_known() in [1]", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ("1 in not_known()", nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ('"%s" % not_known()', nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
    ('"{}".format(not_known())', nothing, ["unknown: uses what functools._lru_cache_wrapper.__wrapped__ "]),
]


def told(call: str, item: Any, env: dict[str, Any]) -> list[str]:
    """What the analysis says, but for reads of the module's own names."""
    lines = stage_of(call, vars(c), item=item, items=[1, 2], **env)
    return sorted({line[:WORDS] for line in lines if not line.startswith(f"read {M}")})


def state() -> str:
    """What calls could change."""
    names = ("SHARED", "TABLE", "NESTED", "BYTES", "COUNT", "GONE", "MANY_BYTES", "MANY_TABLES")
    return repr([vars(c).get(name) for name in names])


@pytest.mark.parametrize(("call", "make"), QUIET)
@pytest.mark.filterwarnings("ignore")
def test_what_is_said_to_change_nothing_changes_nothing(
    call: str, make: Callable[[], tuple[Any, dict[str, Any]]]
) -> None:
    item, env = make()
    assert told(call, item, env) == []
    before = state()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception):
        eval(call, {**vars(c), **env, "x": item, "items": [1, 2]})
    assert state() == before


@pytest.mark.parametrize(("call", "make", "expected"), TOLD)
def test_what_is_said(call: str, make: Callable[[], tuple[Any, dict[str, Any]]], expected: list[str]) -> None:
    assert told(call, *make()) == [line[:WORDS] for line in sorted(expected)]
