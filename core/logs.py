"""How a line of the log is written."""

import logging
from copy import copy


class OneLine(logging.Formatter):
    """What was refused or not understood is one line: the page asked for, without the way through our code.

    Only a fault of ours (a status of 500 and more, or no status at all) needs its traceback.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        if 400 <= getattr(record, "status_code", 0) < 500:
            record = copy(record)
            record.exc_info = record.exc_text = record.stack_info = None
        return super().format(record)
