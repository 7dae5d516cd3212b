"""The video files on disk: finds them (scan), reads them (source)."""
