"""The one small language that all parts speak: effects on locations, regions, verdicts.

Everything here is immutable. Nothing here runs user code.
"""
