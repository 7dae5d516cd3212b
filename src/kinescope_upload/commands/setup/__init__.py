"""`kupload setup`: asks for what a run needs, tests it, and writes `.env` and kupload.toml.

::

    command ──► token, places, database, library    the questions, each asked until its answer holds
       │            └──► dialogue ──► supabase      how a person is asked; what a connection string is
       └──────► changes                             which file gets which setting
"""
