"""Writes answers: JSON lines, tables on a terminal, plain columns elsewhere, errors."""
