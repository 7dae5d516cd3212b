"""The command line: options → one call; exit codes; nothing else.

::

    outcome ──► app ──► options     the main command and its sub-commands
       └ errors and signals become sentences and exit codes
"""
