"""Finds the video files on disk (scan), looks into them (look) and reads (source) and hashes them (hasher)."""
