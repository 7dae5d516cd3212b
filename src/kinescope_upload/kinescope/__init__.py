"""Everything that speaks to Kinescope."""
