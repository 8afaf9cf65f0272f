"""Starts the sample agent: `python -m ingestion_agent`. Contradictory settings stop it before it serves anything."""

import os
import sys

import uvicorn
from agent_network_runtime import SettingsError, settings_from_environment

from ingestion_agent.application import create_application
from ingestion_agent.log_lines import write_log_lines
from ingestion_agent.uploads import UploadSettings


def main() -> int:
    """Check the settings, serve until the platform ends the container, and return the exit code."""
    try:
        settings, uploads = settings_from_environment(), UploadSettings.from_environment(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    write_log_lines()
    uvicorn.run(
        create_application(settings, uploads),
        host="0.0.0.0",  # noqa: S104 - the container's own network; ingress decides who reaches it
        port=int(os.environ.get("PORT", "8080")),
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=20,
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
