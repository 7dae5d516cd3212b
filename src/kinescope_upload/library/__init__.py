"""Finds the video files on disk (scan) and reads them (source)."""
