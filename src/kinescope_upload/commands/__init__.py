"""What each command does: one function a command, which returns the exit code.

::

    doctor/                     checks what could stop a run; --try
    map                         shows the mapping, and writes it down
    folders                     shows the project's folders beside the library's courses
    check ────► check_progress  looks into every file before anything is sent
    import_progress/            takes over the replaced system's progress
    dry_run/                    shows what a run would do
    upload ───► first_run       uploads what is selected, and links it; asks before a library's first run
    status ───► course_status   shows how far each course is

Nothing is imported here, so that each command pays only for what it uses.
"""
