"""Tells others about a run: those who look into it now, and those who ask about it later.

::

    open_monitor ──► beginning                the state of a run that has no plan yet
                 ──► monitor ─┬─► state_file ──► state      what the run does now, one small file beside the progress
                              ├─► event_log                 the events of --json, as lines in a file
                              └─► chronicle ──► history ──► past_run      what became of each run, on this machine
                                              └──► unfinished             the same of runs that it has not taken in yet
                 notifier ──┬─► notices              of what people are told, and when; pure
                            ├─► notice_words         in which words; pure
                            └─► channel ──► services    sends it, in a thread of its own for each service
    web                                              the page: what the run does, in a browser
    run_words                                        parts of the state in words
    observe                                          the state, from what the display's collector has counted; pure
    wishes_file ──► wishes                           what commands want of the run, which it looks for; the latter pure
    facts_json                                       dataclasses as JSON, and back; pure
    quick_file                                       small files, replaced without a wait for the disk
    samples                                          few points of a long run; pure

`open_monitor` is the entrance for a run, `state_file.read_states` and `history.read_runs` for those who look. Nothing
is imported here, so that each command loads only what it uses.
"""
