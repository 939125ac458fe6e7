"""日志: one JSON object a line, with the request and the case it is about, and nothing personal.

What people enter never reaches a log: the text of an exception is left out (a database error quotes the row, a
validation error the input) unless its type is known to speak of machines only, and whatever looks like a phone
number, an identity number or a mail address is masked wherever it stands.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from django.db.utils import InterfaceError, OperationalError

from bihuan.kernel.problem import Problem
from bihuan.kernel.text import Text

#: What the work at hand belongs to; the edges set it.
request_id: ContextVar[str] = ContextVar("bihuan_request_id", default="")
cause: ContextVar[str] = ContextVar("bihuan_cause", default="")

#: Types whose text speaks of machines, never of what somebody entered.
MACHINES = (OperationalError, InterfaceError, ImportError, MemoryError)

_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d{9}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}-\d{7,8}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_QUERY = re.compile(r"\?[^\s'\"]*")
MASK = "▇"

#: Fields a record may carry through `extra`, in the order they are written.
FIELDS = ("action", "outcome", "subjects", "method", "route", "status", "ms", "job")


def masked(text: str) -> str:
    """Without what looks like a number or address of a person, and without what stands behind a question mark."""
    for pattern in (_IDENTITY, _PHONE, _LANDLINE, _MAIL):
        text = pattern.sub(MASK, text)
    return _QUERY.sub("?" + MASK, text)


def content(record: logging.LogRecord) -> dict[str, Any]:
    """What one record says, as plain values."""
    said: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": masked(_message(record)),
    }
    if request_id.get():
        said["request_id"] = request_id.get()
    if cause.get():
        said["cause"] = cause.get()
    for name in FIELDS:
        if (value := getattr(record, name, None)) not in (None, "", []):
            said[name] = value
    if cases := [s.partition(":")[2] for s in said.get("subjects", ()) if s.startswith("loop.case:")]:
        said["case_ids"] = cases
    if record.exc_info and record.exc_info[0] is not None:
        said["exception"] = _exception(record.exc_info[1])
        said["frames"] = _frames(record.exc_info[2])
    return said


def _message(record: logging.LogRecord) -> str:
    """An exception handed in as an argument is no better than one raised."""
    arguments = record.args
    if isinstance(arguments, tuple):
        arguments = tuple(_exception(a) if isinstance(a, BaseException) else a for a in arguments)
        if record.name == "django.request":  # ends with the address asked for, and people make addresses of names
            arguments = (*arguments[:-1], MASK)
    try:
        return str(record.msg) % arguments if arguments else str(record.msg)
    except (TypeError, ValueError):
        return str(record.msg)


def _exception(wrong: BaseException | None) -> str:
    name = type(wrong).__name__
    if isinstance(wrong, Problem):
        return f"{name} {wrong.code}"
    if isinstance(wrong, OSError):
        return f"{name}: {wrong.strerror}" if wrong.strerror else name  # not the name of the file: people choose those
    if isinstance(wrong, MACHINES):
        return f"{name}: {masked(str(wrong))}"
    return name


def _frames(trace: TracebackType | None) -> list[str]:
    """Where it happened: file, line, function; never the source line, which may hold a value."""
    return [f"{f.filename.rpartition('/src/')[2]}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace)][-30:]


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(content(record), ensure_ascii=False, default=str)


class LineFormatter(logging.Formatter):
    """The same, for somebody who looks at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        said = content(record)
        head = f"{said.pop('at')} {said.pop('level').upper()} {said.pop('logger')} {said.pop('message')}"
        frames = said.pop("frames", [])
        rest = " ".join(f"{k}={v}" for k, v in said.items())
        return "\n    ".join([f"{head} {rest}".rstrip(), *frames])


LEVELS = ("debug", "info", "warning", "error")


class UnknownLevel(Problem):
    code = "logs.unknown_level"

    def __init__(self, level: str) -> None:
        super().__init__(
            Text(
                f"日志级别“{level}”不认识：请在 BIHUAN_LOG_LEVEL 中写 {'、'.join(LEVELS)} 之一",
                f"“{level}” is no level of the log: write one of {', '.join(LEVELS)} into BIHUAN_LOG_LEVEL",
            )
        )


def configuration(form: str, level: str = "info") -> dict[str, Any]:
    """Django's LOGGING. `json`, `line`, or empty: lines on a terminal, JSON where a program listens."""
    if level.lower() not in LEVELS:
        raise UnknownLevel(level)
    chosen = form or ("line" if sys.stderr.isatty() else "json")
    formatter = "bihuan.core.logs.JsonFormatter" if chosen == "json" else "bihuan.core.logs.LineFormatter"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "ours"}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            # Django's own would mail and print a page of local variables; ours says where, not what.
            "django": {"handlers": [], "level": level.upper(), "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            # Each says every outgoing address; some carry a token.
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            "PIL": {"level": "WARNING"},
            "pdfminer": {"level": "ERROR"},
        },
    }
