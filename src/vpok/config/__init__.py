"""From files to a system's specification."""
