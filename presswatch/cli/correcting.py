"""``presswatch merge`` and ``split``: a person decides what is one item."""

from __future__ import annotations

import click

from presswatch.cli.app import App


@click.command(name="merge")
@click.argument("kept", metavar="ITEM")
@click.argument("merged", metavar="OTHER")
@click.pass_obj
def merge_command(app: App, kept: str, merged: str) -> None:
    """Say that two items are one: OTHER becomes a part of ITEM.

    What bears the keys of either is ITEM from now on. The history of both stays; `presswatch split OTHER` takes it
    back.

    \b
    presswatch merge 128 131
    """
    from presswatch.cli.showing import find_item
    from scraper.store.correct import merge_items
    from scraper.store.db import open_store

    with app.reading() as conn:
        one, other = find_item(conn, kept), find_item(conn, merged)
    store = open_store(app.home.db_path)
    try:
        with store.transaction() as conn:
            merge_items(conn, one["id"], other["id"], app.now)
    finally:
        store.close()
    click.echo(f"item {other['id']} is a part of item {one['id']} now")


@click.command(name="split")
@click.argument("item", metavar="ITEM")
@click.option(
    "--at", "number", type=click.IntRange(min=2), metavar="N", help="From its N-th form on it is another item."
)
@click.pass_obj
def split_command(app: App, item: str, number: int | None) -> None:
    """Say that an item is two.

    From one of its forms on (--at), or since it was merged into another one. `presswatch show ITEM` numbers its forms.
    The later one is a new item, with the keys of its forms; nobody is told. `presswatch merge` takes it back.

    \b
    presswatch split 131          # take back that it was merged
    presswatch split 128 --at 3   # what it was from its third form on is another item
    """
    from presswatch.cli.showing import find_item
    from scraper.store.correct import split_item
    from scraper.store.db import open_store
    from scraper.store.split_item import split_at

    with app.reading() as conn:
        row = find_item(conn, item)
    store = open_store(app.home.db_path)
    try:
        with store.transaction() as conn:
            if number is None:
                other_id = split_item(conn, row["id"], app.now)
            else:
                other_id = split_at(conn, row["id"], number, app.now)
    finally:
        store.close()
    click.echo(f"items {row['id']} and {other_id} are two")
