"""What a video file holds: whole MP4 files are made, and files are looked at before they are sent.

::

    sample_mp4     makes whole MP4 files of any size, for tests, demo, benchmarks and doctor
"""
