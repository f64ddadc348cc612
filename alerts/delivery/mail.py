"""E-mail to a server that users typed in: the same guard as `http.py`, over SMTP.

A name is resolved once, addresses that are not public are refused unless the host is allowed, and the connection goes
to exactly the address that was checked, while TLS keeps the name. What a server's codes mean is the connector's.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl

import aiosmtplib
import httpcore

from alerts.connectors.base import MailRequest, Reply
from alerts.connectors.mail import NOT_ALL
from alerts.delivery.http import SendLimits, TargetRefused, checked_addresses, plain
from alerts.delivery.retry import Answer, Outcome

_QUIT_SECONDS = 1.0
_MAX_REPLY = 2048


async def send_mail(mail: MailRequest, limits: SendLimits, tls: ssl.SSLContext) -> Reply | Answer:
    """Hand the message to its server and return what it said, or why it said nothing; never raises for what it does."""
    try:
        async with asyncio.timeout(limits.timeout):
            return await _hand_over(mail, limits, tls)
    except TargetRefused as error:
        return Answer(Outcome.REFUSED, error=str(error))
    except aiosmtplib.SMTPRecipientsRefused as error:
        worst = min(error.recipients, key=lambda one: one.code)  # one that may pass makes it worth trying again
        return Reply(worst.code, _said(f"No recipient was taken: {worst.message}"))
    except aiosmtplib.SMTPResponseException as error:
        return Reply(error.code, _said(error.message))
    except (TimeoutError, aiosmtplib.SMTPTimeoutError, httpcore.TimeoutException):
        return Answer(Outcome.TIMED_OUT, error=f"No answer within {limits.timeout:g} s.")
    except (aiosmtplib.SMTPException, httpcore.NetworkError, ssl.SSLError, OSError) as error:
        return Answer(Outcome.UNREACHABLE, error=_said(str(error) or type(error).__name__)[:500])


async def _hand_over(mail: MailRequest, limits: SendLimits, tls: ssl.SSLContext) -> Reply:
    client = aiosmtplib.SMTP(
        hostname=mail.host,
        sock=await _connected(mail, limits),
        use_tls=mail.security == "tls",
        start_tls=mail.security == "starttls",
        username=mail.user or None,
        password=mail.password if mail.user else None,
        local_hostname=_own_name(),
        tls_context=tls,
        timeout=limits.timeout,
    )
    try:
        await client.connect()
        refused, said = await client.sendmail(mail.sender, list(mail.recipients), mail.raw)
        with contextlib.suppress(TimeoutError, aiosmtplib.SMTPException, OSError):
            async with asyncio.timeout(_QUIT_SECONDS):
                await client.quit()  # it has the message; how it says good-bye does not matter
    finally:
        client.close()
    if not refused:
        return Reply(250, _said(said))
    first = next(iter(refused.values()))
    # Trying again would send it twice to those who have it.
    return Reply(250, _said(f"{NOT_ALL} {len(refused)} of {len(mail.recipients)}: {first.code} {first.message}"))


async def _connected(mail: MailRequest, limits: SendLimits) -> socket.socket:
    """Return a socket to the first checked address that answers."""
    seconds = limits.connect_timeout
    addresses = await checked_addresses(mail.host, mail.port, seconds=seconds, allowed_hosts=limits.allowed_hosts)
    failure: OSError = OSError(f"{mail.host} has no address")
    for address in addresses:
        sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            async with asyncio.timeout(seconds):
                await asyncio.get_running_loop().sock_connect(sock, (address, mail.port))
        except OSError as error:  # also a timeout
            sock.close()
            failure = error if str(error) else OSError(f"{mail.host} does not answer")
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure


def _own_name() -> str:
    """Return how this machine calls itself, without asking a name server."""
    name = socket.gethostname()
    return name if name.isascii() and name.isprintable() and " " not in name and name else "localhost"


def _said(text: str) -> str:
    return plain(text)[:_MAX_REPLY]
