"""Uploads a library of course videos to Kinescope, exactly once, and points every lesson's row at its video.

The rooms (docs/architecture.md has more):

    cli/          options of each command -> one call
    commands/     what each command does, in order; doctor/, import_progress/
    audit/        verify and repair
    batch/        a run at work: workers, linking
    retries/      tries again, waits out outages
    display/      a run as it goes: bars, lines, JSON
    output/       how answers are written
    survey        library + mapping + rows + records -> plan
    connect       opens the database and Kinescope
    config/       settings          progress/    progress files, journals, locks
    kinescope/    HTTP client, management API, Tus, trust, pace
    database/     the lessons' table
    library/      finds and reads the files
    mapping/      which file belongs to which lesson
    plan/         what a run does with each lesson
    upload/       one lesson's upload: record, events, table, steps
    policy/       retry, pacing, sizing
    media/        what a video file holds
    events · model · errors · exit_codes · extras · text · video_ids
    demo/, emulator/   houses of their own
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
