"""Events over WebSockets."""

from __future__ import annotations

from directus_sdk.realtime.connection_manager import ConnectionManager, manager_of
from directus_sdk.realtime.events import RealtimeEvent
from directus_sdk.realtime.options import RealtimeOptions, ReconnectPolicy
from directus_sdk.realtime.subscription import Subscription

__all__ = [
    "ConnectionManager",
    "RealtimeEvent",
    "RealtimeOptions",
    "ReconnectPolicy",
    "Subscription",
    "manager_of",
]
