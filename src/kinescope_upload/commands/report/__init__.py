"""`kupload report`: how it all went, as text on the terminal and as one HTML file to show to others.

::

    command ──┬─► sources ──► figures      history, progress folder or the old system's file → what a report is made of
              ├─► sections                 the tables, for terminal and page alike; pure
              └─► page ──► charts          the HTML file; its plots
"""
