"""What each command does: one function a command, which returns the exit code.

::

    upload                           uploads what is selected, and links it
    dry_run ──► plan_view            shows what a run would do
    status ───► course_status · status_view    shows how far each course is
    folders ──► look · folders_view  shows the project's folders beside the library's courses
    map ──────► look · map_view      shows the mapping, and writes it down
    import_progress/                 takes over the replaced system's progress
    doctor/                          checks what could stop a run; --try

Nothing is imported here, so that each command pays only for what it uses.
"""
