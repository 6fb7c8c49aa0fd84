"""Diagnostics are data: a stable code, a span, a message, the names concerned, a suggested edit."""

from xcs_ast.diagnostics.catalog import Code, lookup, register
from xcs_ast.diagnostics.diagnostic import Diagnostic

__all__ = ["Code", "Diagnostic", "lookup", "register"]
