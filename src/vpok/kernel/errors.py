"""
Who is to blame.

A guest's own errors are values (return codes, verdicts, the health monitor);
the exceptions here are for those who build and run a system.
"""


class VpokError(Exception):
    """What a user can do something about; the message says what."""


class VcpuError(VpokError):
    """A vCPU could not be made; nothing of it is left."""


class EngineUnavailable(VpokError):  # noqa: N818 (says what is the matter)
    """The host lacks what an engine needs; the message names it."""
