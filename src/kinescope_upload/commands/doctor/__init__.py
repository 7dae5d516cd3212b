"""`kupload doctor`: looks at everything that a run depends on, before the first byte."""
