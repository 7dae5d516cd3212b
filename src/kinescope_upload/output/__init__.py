"""Writes answers: tables, columns, JSON lines, text for people."""
