"""Where next week and next shift: forecasts, back-tests, the guard against feedback."""
