"""Shows what `verify` and `repair` find: as text, as JSON, and live."""
