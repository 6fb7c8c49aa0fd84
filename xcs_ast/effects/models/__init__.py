"""The effect models: one text file for each module, and the list of endpoints of model inference."""
