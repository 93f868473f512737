"""``run``, ``worker`` and ``demo``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import UsageError
from console.command import command
from console.context import Context

if TYPE_CHECKING:
    from config.models.root import Config

_PANEL = "Run"


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    command(app, "run", rich_help_panel=_PANEL)(run)
    command(app, "worker", rich_help_panel=_PANEL)(worker)
    command(app, "demo", rich_help_panel="Begin")(demo)


def run(context: Context) -> int | None:
    """Run every stage on this machine: one process for each worker, until Ctrl-C or SIGTERM.

    A crashed process is started again, after 1, 2, 4 … 60 seconds. SIGHUP, or a change of the configuration's
    files, reloads; an invalid configuration is refused and the old one stays.
    """
    from console import logs
    from console.loading import check_deeply, load_config
    from console.preparation import prepare
    from console.processes import die_with_parent
    from console.supervisor import Run, Spawner, Supervisor
    from console.watch import ConfigWatch

    die_with_parent()  # of a demo; otherwise it has none to follow
    config = load_config(context.folder)
    check_deeply(config)
    logs.configure(config.settings.log_level, process="run", json=context.json, debug=context.debug)
    prepare(config)
    spawner = Spawner(_passed_on(context, config), prefix=not context.json)
    loop = Run(Supervisor(spawner), ConfigWatch(config, load_config))
    loop.install_signals()
    context.hint(_greeting(config))
    loop.run()
    spawner.drain()
    context.hint("stopped")
    return None


def _passed_on(context: Context, config: Config) -> tuple[str, ...]:
    flags = [flag for flag, on in (("--json", context.json), ("--debug", context.debug)) if on]
    return ("--config", str(config.folder), *flags)


def _greeting(config: Config) -> str:
    feeds = sum(feed.enabled for feed in config.feeds.feeds)
    rules = sum(rule.enabled for rule in config.rules)
    return (
        f"watching {feeds} feeds with {rules} rules in {len(config.regions)} regions; "
        f"data in {config.data_dir}; Ctrl-C stops"
    )


def worker(
    context: Context,
    stage: Annotated[
        str, typer.Argument(help="poller, extractor, enricher, alerter, notifier or acknowledger.")
    ],
) -> int | None:
    """Run one stage in this process, anywhere that reaches the same log and database.

    Start as many as you like: they share the work. It waits for a log or database that is not there yet.
    """
    from console.processes import die_with_parent
    from console.worker import STAGES

    if stage not in STAGES:
        raise UsageError(f"no stage called {stage!r}; there are {', '.join(STAGES)}")
    die_with_parent()
    from console import logs
    from console.loading import load_config
    from console.watch import ConfigWatch
    from console.worker import StageProcess, build_stage

    config = load_config(context.folder)
    logs.configure(config.settings.log_level, process=stage, json=context.json, debug=context.debug)
    process = StageProcess(
        stage, ConfigWatch(config, load_config), lambda current: build_stage(stage, current)
    )
    process.install_signals()
    process.run()
    return None


def demo(
    context: Context,
    folder: Annotated[
        Path, typer.Option("--folder", metavar="DIR", help="Where its files go; emptied at the start.")
    ] = Path(".demo"),
    keep: Annotated[
        bool, typer.Option("--keep", help="Go on until Ctrl-C instead of ending by itself.")
    ] = False,
    seconds: Annotated[
        int, typer.Option("--seconds", min=10, max=3600, help="Give up after this many seconds.")
    ] = 180,
) -> int | None:
    """Show the whole path on this machine without network: made-up feeds in, alerts out.

    Local publishers show 23 made-up articles; the real stages poll, extract, enrich, judge and notify a
    local mail server and a local Slack. At the end what arrived is compared with what was due: exit code 1
    on a difference.
    """
    from console.demo.show import Show

    return Show(context, folder, keep=keep, seconds=seconds).run()
