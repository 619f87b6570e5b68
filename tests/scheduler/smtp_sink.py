"""A mail server on loopback that keeps what it is given (RFC 5321, as little of it as a client needs)."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from email.message import EmailMessage


class SmtpSink:
    """``mails`` holds what arrived, ``recipients`` the envelopes' RCPT. ``answers`` gives verbs another answer."""

    def __init__(self) -> None:
        self.answers: dict[bytes, str] = {}
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        sink = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self._say("220 sink")
                while line := self.rfile.readline():
                    verb = line[:4].upper()
                    if verb in sink.answers:
                        self._say(sink.answers[verb])
                        continue
                    if verb == b"DATA":
                        self._say("354 go on")
                        sink.mails.append(self._read_mail())
                    elif verb == b"QUIT":
                        self._say("221 bye")
                        return
                    elif verb == b"RCPT":
                        sink.recipients.append(line.decode().partition("<")[2].partition(">")[0])
                    self._say("250 ok")

            def _say(self, line: str) -> None:
                self.wfile.write(f"{line}\r\n".encode())

            def _read_mail(self) -> EmailMessage:
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line.removeprefix(b"."))
                return email.message_from_bytes(b"".join(lines), policy=email.policy.default)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
