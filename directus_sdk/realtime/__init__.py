"""Events over WebSockets, and a feed of changes that survives restarts."""

from __future__ import annotations

from directus_sdk.realtime.changes import Change, Changes
from directus_sdk.realtime.checkpoint import Checkpoint, FileCheckpoint
from directus_sdk.realtime.events import RealtimeEvent
from directus_sdk.realtime.hub import Hub, hub_of
from directus_sdk.realtime.options import RealtimeOptions, ReconnectPolicy
from directus_sdk.realtime.sources import Table
from directus_sdk.realtime.subscription import Subscription

__all__ = [
    "Change",
    "Changes",
    "Checkpoint",
    "FileCheckpoint",
    "Hub",
    "RealtimeEvent",
    "RealtimeOptions",
    "ReconnectPolicy",
    "Subscription",
    "Table",
    "hub_of",
]
