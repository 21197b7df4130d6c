"""Tells a notice outside of the screen: to a command of the person's, and to a webhook."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import msgspec

from sdtui.base.settings import UserSettings
from sdtui.runs.record import RunView
from sdtui.runs.supervising.notices import Notice

COMMAND_SECONDS = 30.0
WEBHOOK_SECONDS = 10.0
_TRIES = 2
# Not a session of its own: the supervisor knows by the session what is no part of its run.
_OWN_GROUP: dict[str, Any] = {"process_group": 0} if sys.version_info >= (3, 11) else {"preexec_fn": os.setpgrp}


def deliver(notice: Notice, view: RunView | None, project: Path, settings: UserSettings) -> tuple[str, ...]:
    """Tell it in each way that ``settings`` name. Returns a sentence, without secrets, for each that failed.

    ``view``: the run, None for a test. ``project``: its folder.
    """
    problems = []
    if settings.notice_command:
        problems.append(run_command(settings.notice_command, notice, view, project))
    if settings.notice_webhook:
        problems.append(post(settings.notice_webhook, notice, view, project))
    return tuple(filter(None, problems))


def run_command(command: str, notice: Notice, view: RunView | None, project: Path) -> str | None:
    """Give ``command`` to the shell, with the notice in variables (never in the command itself) and as JSON on stdin.

    SDTUI_EVENT, SDTUI_TEXT, SDTUI_RUN, SDTUI_NAME, SDTUI_PROJECT. What it prints is not kept: it may hold a secret.
    Returns a sentence where it failed.
    """
    told = {
        "SDTUI_EVENT": notice.kind.value,
        "SDTUI_TEXT": notice.text,
        "SDTUI_RUN": notice.run,
        "SDTUI_NAME": notice.name,
        "SDTUI_PROJECT": str(project),
    }
    try:
        process = subprocess.Popen(
            ["/bin/sh", "-c", command],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **{name: value.replace("\0", "") for name, value in told.items()}},
            **_OWN_GROUP,
        )
    except OSError as error:
        return f"The notice command could not be started ({error.strerror})."
    try:
        process.communicate(_body(notice, view, project), timeout=COMMAND_SECONDS)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return f"The notice command did not end within {COMMAND_SECONDS:.0f} s, and was ended."
    if process.returncode == 0:
        return None
    return f"The notice command ended with status {process.returncode}. Try it with `sdtui runs notify --test`."


def post(url: str, notice: Notice, view: RunView | None, project: Path) -> str | None:
    """POST the notice as JSON: ``text`` (Slack, Mattermost), ``content`` (Discord), and what it is about.

    Returns a sentence where it failed; of the URL, whose path is often a secret, it names the host only.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if host is None or parts.scheme not in ("http", "https"):
        return "The notice webhook is no http:// or https:// address. Correct notice_webhook in your settings."
    headers = {"Content-Type": "application/json", "User-Agent": "sdtui"}
    problem = None
    for _ in range(_TRIES):
        try:
            request = Request(url, _body(notice, view, project), headers, method="POST")
            with urlopen(request, timeout=WEBHOOK_SECONDS) as answer:
                answer.read(1024)
            return None
        except HTTPError as error:
            error.close()
            problem = f"it answered {error.code}"
            if error.code < 500:
                break
        except (OSError, HTTPException, ValueError) as error:
            problem = _why(error)
    return f"The notice could not be sent to {host}: {problem}."


def _why(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return f"it did not answer within {WEBHOOK_SECONDS:.0f} s"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return type(reason).__name__


def _body(notice: Notice, view: RunView | None, project: Path) -> bytes:
    """The notice as JSON, with the run's main numbers."""
    run = {key: getattr(view, key) for key in _NUMBERS} if view is not None else {}
    run["state"] = view.state.value if view is not None else None
    document = {
        "text": notice.text,
        "content": notice.text,
        "event": notice.kind.value,
        "run": notice.run,
        "name": notice.name,
        "project": str(project),
        **run,
    }
    return msgspec.json.encode(document)


_NUMBERS = ("step", "total_steps", "epoch", "epochs", "avr_loss", "eta_s", "started", "ended", "exit_code")
