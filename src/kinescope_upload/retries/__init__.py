"""Tries failed requests again and waits out outages, for a whole command, until something stops it.

::

    retrying_client            sends the requests of commands that are no run
       └► retrier ──► retry_state    tries again; what a failure costs
             └──────► places         which host is asked in an outage, and for how long
    gates                      what holds all workers back
    watch ──► stop             hears signals, `kupload stop` and a machine that slept; ends every wait at once
"""
