"""`kupload --dry-run`: what a run would do, and why the rest would not be done.

::

    command ──► kinescope_side     what a run asks Kinescope first: rights, leftovers, folders
       ├──────► answer             all that is known
       └──────► view               text or JSON, with the totals
                  └──► sections    why the rest is not done
                          └──► courses   each course: folder, files and their lessons
"""

from kinescope_upload.commands.dry_run.answer import PlanAnswer
from kinescope_upload.commands.dry_run.command import dry_run
from kinescope_upload.commands.dry_run.sections import proposals_section
from kinescope_upload.commands.dry_run.view import plan_totals, print_plan, size_sentence, time_sentence

__all__ = [
    "PlanAnswer",
    "dry_run",
    "plan_totals",
    "print_plan",
    "proposals_section",
    "size_sentence",
    "time_sentence",
]
