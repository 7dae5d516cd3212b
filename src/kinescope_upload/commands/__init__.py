"""The commands beside the main job, each one function that returns the exit code.

::

    folders ───► look                 the project's folders beside the library's courses
    mapping ───► look                 the mapping, shown and written down
    takeover ──► look · beside        the replaced system's progress, taken over
    doctor ─┬──► checks_here          settings, library, progress folder
            ├──► checks_database      the lessons' table
            └──► checks_kinescope     token, rights, folders, uploader, clock

Nothing is imported here, so that each command pays only for what it uses.
"""
