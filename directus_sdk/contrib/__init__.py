"""Parts that need other packages, each behind an extra of its own.

* `directus_sdk.contrib.cache`: a cache of reads (extra ``cache``).
* `directus_sdk.contrib.notebook`: a client without a secret in a cell, completion and a magic for notebooks (extra
  ``notebook``).
* `directus_sdk.contrib.redis`: a session in Redis, shared between machines (extra ``redis``).
* `directus_sdk.contrib.web`: sessions of visitors, pages for errors, images and webhooks, for every web framework.
* `directus_sdk.contrib.flask`: the extension for Flask (extra ``flask``).
"""

from __future__ import annotations
