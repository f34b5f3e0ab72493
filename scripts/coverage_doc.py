"""Write docs/coverage.md from the table of endpoints that the tests use."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.coverage import table

table.PAGE.write_text(table.page(), encoding="utf-8")
print(table.PAGE)
