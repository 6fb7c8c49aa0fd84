"""What people read of a run: regions, verdicts and reasons, as text."""
