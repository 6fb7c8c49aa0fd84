"""The sole maker of verdicts: may this region run ahead, with these live objects, now?"""

from xcs_ast.verifier.legality import Decision, Foreseen, Plan, decide_block, decide_loop, forget

__all__ = ["Decision", "Foreseen", "Plan", "decide_block", "decide_loop", "forget"]
