"""Parts that need other packages, each behind an extra of its own.

* `directus_sdk.contrib.redis`: a session in Redis, shared between machines (extra ``redis``).
"""

from __future__ import annotations
