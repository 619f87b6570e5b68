"""Put on PYTHONPATH: each connection, name lookup and bound socket of a Python process goes into the file that
``RECORDED_TRAFFIC`` names, a line each."""

import os
import sys

_EVENTS = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind", "socket.sendto"}
_FILE = os.open(os.environ["RECORDED_TRAFFIC"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)


def _record(event, args):
    if event in _EVENTS:
        what = args[0] if event.endswith(("getaddrinfo", "gethostbyname")) else args[1]
        family = int(getattr(args[0], "family", 0))
        os.write(_FILE, f"{event}\t{family}\t{what!r}\n".encode())


sys.addaudithook(_record)
