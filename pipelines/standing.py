"""The two child processes of `terreng serve`: `python -m pipelines.standing server PORT | runner WORKSPACE CRON ZONE`.

Both end when their parent does, however it ends: an orphan would hold the port and run the schedule unseen.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time

from pipelines.prefect_server import LOOPBACK

LOOK_EVERY_S = 1.0


def main(arguments: list[str]) -> None:
    """Be the server or the runner."""
    threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
    match arguments:
        case ["server", port]:
            be_server(int(port))
        case ["runner", workspace, cron, zone]:
            be_runner(workspace, cron, zone)
        case _:
            raise SystemExit(2)


def end_with_parent(parent: int) -> None:
    """End this process group once the parent is gone."""
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_S)
    os.killpg(os.getpgid(0), signal.SIGTERM)
    time.sleep(LOOK_EVERY_S * 10)
    os.killpg(os.getpgid(0), signal.SIGKILL)


def be_server(port: int) -> None:
    """Prefect's server with its UI, on loopback."""
    import uvicorn

    uvicorn.run(
        "prefect.server.api.server:create_app",
        factory=True,
        host=LOOPBACK,
        port=port,
        log_level="warning",
        timeout_keep_alive=5,
    )


def be_runner(workspace: str, cron: str, zone: str) -> None:
    """Call the flow on schedule, one run at a time: a run that is due while another runs is cancelled, not queued."""
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    from pipelines.flow import terreng

    asyncio.run(crash_leftovers())
    terreng.serve(
        name="scheduled",
        schedules=[Cron(cron, timezone=zone)],
        parameters={"workspace": workspace},
        global_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        entrypoint_type=EntrypointType.MODULE_PATH,
        pause_on_shutdown=False,
        print_starting_message=False,
    )


async def crash_leftovers() -> None:
    """Runs that a killed machine left behind would stand as running for ever, and hold the one place there is."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
    from prefect.client.schemas.objects import State, StateType
    from prefect.states import Crashed

    unfinished = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
    states = FlowRunFilterState(type=FlowRunFilterStateType(any_=unfinished))
    async with get_client() as client:
        for run in await client.read_flow_runs(flow_run_filter=FlowRunFilter(state=states)):
            if run.deployment_id is not None:  # a run by hand has none, and may be alive
                state: State[None] = Crashed(message="The service was stopped while this ran.")
                await client.set_flow_run_state(run.id, state, force=True)


if __name__ == "__main__":
    main(sys.argv[1:])
