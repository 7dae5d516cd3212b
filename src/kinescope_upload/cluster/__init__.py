"""Several machines on one library (extra: cluster): who works on which lesson, and what is recorded, in PostgreSQL.

::

    alone                                refuses what only one machine alone can do
    entry                                what `cli/` knows of this room; loads the rest when it is needed
    ways                                 how each command of kupload works across machines; one table
    cli ──► commands                     `kupload cluster …`
    settings                             what [cluster] in kupload.toml says
    worker ──► crew ──► hands            takes lessons, plans them again, uploads them, gives them back
      │          └────► queue            wakes workers; the only file that imports the engine, procrastinate
      └──────► heart                     says that this machine is alive; hears what it is asked
    enqueue ──► queue                    writes down what is to be done
    presence                             which libraries are there, and which courses each has
    doubts                               which file is not the one that another machine wrote down; pure
    overview, report                     how far all machines are; how it all went
    transfer                             takes progress files over, and writes them back; refuses to work beside them
    store ──► holds ──► line             records, under a fence; the lessons in hand; the connections
    statements, records                  the SQL; records as the database has them
    schema                               makes the tables
    hold                                 when a lesson is surely ours; pure

The engine decides who gets which lesson when. A lesson's row decides who may act: whoever takes it raises its fence,
and nothing is written with an older one. Only PostgreSQL's clock is compared; a holder that hears nothing from it stops
by its own before anybody may take over.
"""
