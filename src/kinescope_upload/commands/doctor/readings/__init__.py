"""The open readings of Kinescope: questions that nothing public settles, and what `kupload doctor --try` found. Pure.

::

    table       each question, the values it may have, and the one that kupload and its emulator take by default
    outcome     what a try found: a value, or why there is none
    deciders ── outcome          from the answers of Kinescope to a value
    lateness ── outcome          from the moments of two answers to "at once", "late" or "never"
"""
