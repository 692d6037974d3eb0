"""`engram-workbench runs`: the store listed, tagged and tidied."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from apps.commands.common import StrictGroup, as_json, columns, say
from apps.commands.records import json_option, open_store, runs_option
from workbench.entry import Entry
from workbench.store import Store


@click.group("runs", cls=StrictGroup, invoke_without_command=True)
@click.option("--rebuild", is_flag=True, help="Make the catalogue anew from the files first.")
@click.option("--model", metavar="KEY", help="Only runs of this model.")
@click.option("--tag", metavar="TAG", help="Only runs with this tag.")
@json_option
@runs_option
@click.pass_context
def runs_group(
    ctx: click.Context, rebuild: bool, model: str | None, tag: str | None, json_wanted: bool,
    runs: Path | None,
) -> None:  # fmt: skip
    """List the records of the store; those that cannot be read with the reason."""
    store = ctx.obj = open_store(runs)
    if rebuild:
        store.rebuild()
    if ctx.invoked_subcommand is not None:
        return
    entries = store.list(model=model, tag=tag)
    if json_wanted:
        click.echo(as_json([asdict(entry) for entry in entries]))
    elif entries:
        click.echo(columns(row(entry) for entry in entries))
    else:
        asked = "No such records" if model or tag else "No records"
        say(f"{asked} in {store.folder}.")


def row(entry: Entry) -> list[str]:
    """Return an entry of the store as the cells of a line."""
    size = f"{entry.size / 1e6:,.2f} MB"
    if entry.problem:
        return [entry.path.name, "", "", entry.created, size, f"unreadable: {entry.problem}"]
    tags = f"  [{', '.join(entry.tags)}]" if entry.tags else ""
    state = f"{entry.status}{tags}"
    return [entry.id, entry.model, f"seed {entry.seed}", entry.created, size, state]


several = click.argument("ids", nargs=-1, required=True, metavar="ID...")


@runs_group.command("tag")
@click.argument("id_", metavar="ID")
@click.argument("tags", nargs=-1, required=True, metavar="TAG...")
@click.option("--remove", is_flag=True, help="Take the tags away instead.")
@click.pass_obj
def tag_command(store: Store, id_: str, tags: tuple[str, ...], remove: bool) -> None:
    """Give a record tags, or take them away."""
    entry = store.untag(id_, *tags) if remove else store.tag(id_, *tags)
    click.echo(f"{entry.id} {', '.join(entry.tags) or 'has no tags'}")


@runs_group.command("delete")
@several
@click.pass_obj
def delete_command(store: Store, ids: tuple[str, ...]) -> None:
    """Move records to the store's trash; `restore` brings them back."""
    for path in dict.fromkeys([store.find(name).path for name in ids]):
        store.delete(path.name)
        click.echo(f"deleted {path.name}")


@runs_group.command("restore")
@several
@click.pass_obj
def restore_command(store: Store, ids: tuple[str, ...]) -> None:
    """Bring deleted records back."""
    for name in ids:
        click.echo(f"restored {store.restore(name).path.name}")


@runs_group.command("empty-trash")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def empty_command(store: Store, yes: bool) -> None:
    """Remove deleted records for good."""
    number = len(store.deleted())
    if not yes:
        click.confirm(f"Remove {number} deleted records for good?", abort=True, err=True)
    store.empty_trash()
    click.echo(f"removed {number} records")
