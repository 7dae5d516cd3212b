"""`kupload import-progress`: takes over the progress of the system that kupload replaces."""
