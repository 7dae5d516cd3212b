"""The command line: options → one call; exit codes; nothing else.

::

    outcome ──► app ──► command_line/     the main command and its sub-commands
                 └────► machines          the way into cluster/, where several machines share the work
       └ errors and signals become sentences and exit codes
"""
