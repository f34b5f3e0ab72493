"""Run by tests/http/test_deadlines.py: calls with a deadline, over sockets that another library has replaced.

Prints what became of each call, and whatever a thread raised.
"""

from __future__ import annotations

import contextlib
import sys


def main(library: str, bundle: str, *urls: str) -> None:
    if library == "gevent":
        from gevent import monkey

        monkey.patch_all()
    elif library == "eventlet":
        import eventlet

        eventlet.monkey_patch()
    elif library == "pyOpenSSL":
        import urllib3.contrib.pyopenssl

        urllib3.contrib.pyopenssl.inject_into_urllib3()
    from directus_sdk import Directus, RequestsTransport, RetryPolicy, Timeout
    from directus_sdk.http.deadlines import shut

    assert shut(object()) is False
    for url in urls:
        with Directus(url, token="t", transport=RequestsTransport(verify=bundle, timeout=30)) as directus:
            print(directus.items("whole").read_one(1))
            limited = directus.with_options(retry=RetryPolicy(attempts=1, max_elapsed=0.25))
            for _ in range(2):
                with contextlib.suppress(Timeout):
                    limited.items("dripping").read_one(1)
                print("cut", directus.items("whole").read_one(1))


main(*sys.argv[1:])
