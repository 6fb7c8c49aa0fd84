"""The floor of the runtime tracer. Nothing lives here yet: what is not proven runs sequentially."""
