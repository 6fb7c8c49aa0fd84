"""Places in the user's source: spans, lines, pragmas, and the source of live functions."""
