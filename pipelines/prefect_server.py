"""Where Prefect is: its environment, which must stand before it is imported, and whether a server answers.

Prefect is not imported here: it costs two seconds.
"""

from __future__ import annotations

import http.client
import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from pipelines.settings import Settings

API_URL = "PREFECT_API_URL"
# A server on this machine answers in milliseconds; a remote one deserves more, but nobody waits longer for a courtesy.
ANSWER_TIMEOUT_S = 3.0
LOOPBACK = "127.0.0.1"


def environment(settings: Settings, api_url: str) -> dict[str, str]:
    """What Prefect is told through the environment: no telemetry, a home in the workspace, a quiet terminal."""
    return {
        API_URL: api_url,
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_HOME": str(settings.state_dir / "prefect"),
        # Logs still reach the server, and so its UI.
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
        # Only if somebody calls the flow without a server: the default of 20 s is too short on a busy machine.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
        "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
    }


def server_environment(settings: Settings, port: int) -> dict[str, str]:
    """The same for the standing server itself. Pages of other origins may not talk to it: it knows no passwords."""
    origin = f"http://{LOOPBACK}:{port}"
    return environment(settings, api_url(port)) | {
        "PREFECT_SERVER_UI_API_URL": api_url(port),
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": origin,
        "PREFECT_SERVER_API_HOST": LOOPBACK,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_LOGGING_SERVER_LEVEL": "WARNING",
    }


def api_url(port: int) -> str:
    """The API of a server on this machine."""
    return f"http://{LOOPBACK}:{port}/api"


def answers(url: str, timeout_s: float = ANSWER_TIMEOUT_S) -> bool:
    """Whether anything speaks HTTP there; a refusal for want of a key is an answer too."""
    if not url.startswith(("http://", "https://")):
        return False
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/health", timeout=timeout_s):  # noqa: S310 - http, as checked
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except (OSError, ValueError, http.client.HTTPException):
        return False


def configured(environ: Mapping[str, str] = os.environ) -> str:
    """The server that the user names; "" for none."""
    return environ.get(API_URL, "").strip()


def standing(settings: Settings) -> str:
    """The server that `terreng serve` of this workspace keeps; "" if none answers."""
    try:
        url = str(json.loads(state_file(settings).read_text(encoding="utf-8"))["api_url"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return url if answers(url) else ""


def state_file(settings: Settings) -> Path:
    """Written by `terreng serve` while it stands."""
    return settings.state_dir / "serve.json"
