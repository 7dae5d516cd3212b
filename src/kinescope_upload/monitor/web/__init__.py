"""The page of a run: what it does now, in a browser on this machine, with buttons that pause, resume and stop it.

::

    server ──► app ─┬─► access      who may see it: one-time addresses, cookies, hosts, origins
                    └─► view        the page's facts in words, from the run's state
    watched                         what the page sees of the run; filled by the run, read by the server
    page.html, page.css, page.js, listen.js    the page itself; enter.js lets a browser in

The run fills `watched` with what it tells others anyway. `server` is a thread that sleeps until somebody looks; only
then are `app` and the libraries of the extra `web` loaded. The buttons write wishes, as `kupload pause` does.
"""
