"""`kupload replace`: publishes new cuts of lessons, beside the videos that viewers see until the new ones are done.

::

    command ──► choice      which lessons, and the file of each
       ├──────► content     compares a file with what was sent
       └──────► view        shows them, and asks
"""
