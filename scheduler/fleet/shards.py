"""Which queue a site belongs to, and which worker reads which queue. Pure."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2b
from zlib import crc32

SHARDS = 64
"""Queues that sites are spread over. Fixed for life: another number moves sites to other queues while jobs wait."""


def shard_of(site: str) -> int:
    """The queue of a site: all requests to it pass through one queue, which one worker reads at a time."""
    return crc32(site.encode()) % SHARDS


def owner_of(shard: int, workers: Collection[str]) -> str:
    """Which of ``workers`` (not empty) is to read a queue, by the highest random weight: a worker that comes or goes
    moves no queue but its own (Thaler and Ravishankar, "Using name-based mappings to increase hit rates", 1998)."""
    return max(workers, key=lambda name: blake2b(f"{shard}:{name}".encode(), digest_size=8).digest())


def shards_of(name: str, workers: Collection[str]) -> frozenset[int]:
    """The queues that are ``name``'s among ``workers``."""
    return frozenset(shard for shard in range(SHARDS) if owner_of(shard, workers) == name)
