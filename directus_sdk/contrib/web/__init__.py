"""What a site needs around Directus, whatever web framework it uses: nothing in here imports one.

* `visitors`: the sessions of visitors, which never reach the browser; `stores`: where they are kept.
* `errors`: which response an error of the SDK becomes; `redirects`: where a visitor may be sent.
"""

from __future__ import annotations
