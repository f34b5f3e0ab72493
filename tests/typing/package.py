from __future__ import annotations

from typing_extensions import assert_type

import directus_sdk

assert_type(directus_sdk.__version__, str)
