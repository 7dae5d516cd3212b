"""Shows a run while it goes on, and its summary.

::

    printers ─┬─► bars         a terminal ──► picture (lines, pure) · live_screen (keeps them in one place)
              ├─► lines        no terminal, or --quiet
              └─► json_lines   --json (docs/json.md)
                    ├──► collector ──► stats ─┬► transfers ──► transfer · tally · rate     counts the events
                    │                         ├► waits                  what the whole batch waits for
                    │                         └► summary                the results of the run
                    └──► messages · json_events                         events in words and as JSON
    run_rate                                                            how fast the whole run sends

`printers.make_printer` is the entrance. Nothing is imported here, so that each command loads only what it uses; rich is
loaded for the summary on a terminal alone.
"""
