"""`kupload verify` and `kupload repair`: compares the four sides, and fixes what is certain.

::

    verify ──┬──► inspection ──► sides          files, rows and progress
    repair ──┤        └────────► compare        the sides become findings
    delete_unknown                             asks about each unknown video
             └──► fixes                         plans fixes, and applies them
    retries                                     tries failed requests again
    show                                        text, JSON and progress

Everything runs in one thread, so Ctrl+C ends it at once.
"""
