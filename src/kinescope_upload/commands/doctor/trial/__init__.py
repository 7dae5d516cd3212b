"""`kupload doctor --try`: the whole way on the real service, with files of a few kB in a scratch folder.

::

    trial ──► beginning        may it begin: network, token, workspace      preflight   the folder, what lies in it
         ├──► interrupts       Ctrl+C ends the asking, then the deleting, and never the telling
         ├──► probes/          one module for each group of readings; each probe asks and yields what it found
         ├──► watching         what takes time, all at once, within one budget
         ├──► cleanup          deletes what was made, also after a failure or Ctrl+C
         └──► report           the file to hand on, without secrets

    probes ──► session ──► bench        one dialect: create, send, cut, ask, finish; shared with tests/contract
                      ├──► sender       one request and its answer, with or without the token
                      ├──► scratch      marks, and what was made
                      └──► waits        the budget of all waits

The readings themselves, and how an answer becomes one, are in `readings`.
"""
