"""Finds the video files on disk (scan), looks into them (look) and reads them (source)."""
