"""`kupload demo`: the real main job between a stand-in for Kinescope and a real PostgreSQL, on this machine.

::

    demo ──► stage         what is put up for it: the desk that the user sits at, and everything around
      │        ├── courses       a small library of the six courses
      │        ├── lessons       the tables as Prisma makes them, and one row for each file
      │        ├── postgres      the embedded server
      │        └── settings      the environment that the commands get
      ├──► steps           the commands, one after the other  ──► command     one of them, as a process
      │        ├── troubles      what goes wrong on the way
      │        ├── disagreements what --faults does behind kupload's back
      │        └── growing       the story of a library that gets new files among old ones
      ├──► findings        what is there afterwards, held against the files
      └──► report ──► page     all of it in words
    interruption     Ctrl+C is noted, and heeded where nothing can be left behind
    extra            without the extra `demo` there is no demo

Nothing is imported here that needs the extra.
"""

from kinescope_upload.demo.demo import run_demo

__all__ = ["run_demo"]
