"""What a video file holds: reads it as far as that tells whether it is whole, and makes whole files.

::

    content ──► boxes       the boxes of MP4 and MOV: the index, its duration and tracks, what is cut off; pure
       └──────► verdict     what a look may find: whole, broken, unknown
    mediainfo               asks MediaInfo about the other containers (extra `media`)
    sample_mp4              makes whole MP4 files of any size, for tests, demo, benchmarks and doctor
"""
