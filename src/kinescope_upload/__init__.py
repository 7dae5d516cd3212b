"""kupload: a library of course videos gets to Kinescope, exactly once, and every lesson's row points at its video."""

__all__ = ["__version__"]

__version__ = "0.1.0"
