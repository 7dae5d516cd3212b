"""What a person or a script sees of kupload: a run as it goes, the plan of a dry run, the status.

::

    printers ─┬─► bars         a terminal (with tables, the only room that needs rich)
              ├─► lines        no terminal, or --quiet
              └─► json_lines   --json (docs/json.md)
                    ├──► accounts ──► transfers ──► rate      one collector for all three
                    │       └──► summary                      what became of the run
                    └──► sentences · objects                  events in words and as JSON
    sections                   rows for the eye: tables on a terminal, plain columns elsewhere
    plan_view                  --dry-run: what would be done, and why not the rest
    status ◄── status_view     --status: how far every course is
    text · json_text           names made harmless, numbers made readable
    surface · options          what a stream can show; what the user wants to see

Nothing below this package prints. Nothing is imported here, so that each command pays only for the rooms it uses:
`printers.make_printer`, `plan_view.print_plan`, `status.course_statuses` and `status_view.print_status` are the doors.
"""
