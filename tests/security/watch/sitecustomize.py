"""Writes down every address that this Python connects to, and every name it looks up, to the file named by BOT_WATCH.

Python imports this at start when its folder is on PYTHONPATH. It uses audit hooks, which no library can go around from Python.
"""

import json
import os
import sys

WATCHED = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "pickle.find_class")


def _follow(path):
    file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    def hook(event, arguments):
        if event in WATCHED:
            what = arguments[1:] if event in ("socket.connect", "socket.sendto") else arguments[:2]
            os.write(file, (json.dumps([event, [str(w) for w in what], sys.argv[:2]]) + "\n").encode())

    sys.addaudithook(hook)


if os.environ.get("BOT_WATCH"):
    _follow(os.environ["BOT_WATCH"])
