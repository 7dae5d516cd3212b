"""Reads the configuration: options, `.env`, the environment and kupload.toml, in this order, with each value's origin.

::

    load ──► files ──► catalog ──► values      the sources, their names, their grammar
      └────► settings ──► needs ──► secret     the result
"""

from kinescope_upload.config.load import OPTIONS, TOML_FILE, load_settings
from kinescope_upload.config.secret import Secret
from kinescope_upload.config.settings import Origin, SettingOrigin, Settings, Source

__all__ = [
    "OPTIONS",
    "TOML_FILE",
    "Origin",
    "Secret",
    "SettingOrigin",
    "Settings",
    "Source",
    "load_settings",
]
