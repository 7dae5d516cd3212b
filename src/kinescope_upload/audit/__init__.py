"""`kupload verify` and `kupload repair`: the four sides looked at, held against each other, and put right.

::

    verify ──┬──► inspection ──► sides          files, rows and progress
    repair ──┤        ├────────► hashes         files that have to be read
       │     │        └────────► waiting        until Kinescope is done
       │     └──► proof                         what agrees becomes `verified`
       └──► mender                              one mending after the other, each looked at again first
    patience                                    requests that fail are tried again

Everything happens in one thread, so Ctrl+C ends it at once.
"""
