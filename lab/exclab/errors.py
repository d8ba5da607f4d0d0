"""What goes wrong in a way its reader can do something about."""


class LabError(Exception):
    """One clear sentence for the person at the terminal."""
