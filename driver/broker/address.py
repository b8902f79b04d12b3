"""Reads RABBITMQ_URL: one broker or several, with the parameters of RabbitMQ and of pika."""

import re
import ssl
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import pika
from pika.credentials import ExternalCredentials

from driver.errors import UsageError

LOOKS_LIKE: Final = (
    "RABBITMQ_URL must look like amqp://user:password@host:5672/%2F, or be several of these with"
    " commas between them"
)
# RabbitMQ's own parameters, which its other clients know; those of pika are pika's to read.
OF_TLS: Final = {"cacertfile", "certfile", "keyfile", "verify", "server_name_indication"}
OF_RABBITMQ: Final = {*OF_TLS, "auth_mechanism", "connection_timeout"}


def addresses(urls: str) -> list[pika.URLParameters]:
    """Return the brokers that are named, in their order.

    Raises UsageError for what is none, without its password.
    """
    return [_address(url) for url in re.split(r"\s*,\s*(?=amqp)|\s+", urls.strip())]


def _address(url: str) -> pika.URLParameters:
    try:
        parts = urlsplit(url)
        usable = (
            parts.scheme in ("amqp", "amqps")
            and parts.hostname
            and "," not in parts.hostname
            and (parts.port or True)
        )
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(LOOKS_LIKE)
    given = parse_qsl(parts.query, keep_blank_values=True)
    ours = {name: value for name, value in given if name in OF_RABBITMQ}
    theirs = urlencode([item for item in given if item[0] not in OF_RABBITMQ])
    if parts.username and parts.password is None:
        parts = parts._replace(netloc=parts.netloc.replace("@", ":@"))
    try:
        parameters = pika.URLParameters(parts._replace(query=theirs).geturl())
        _apply(ours, parameters)
    except (ValueError, TypeError, SyntaxError, OSError) as error:
        raise UsageError(f"RABBITMQ_URL: broker {parts.hostname}: {error}") from error
    return parameters


def _apply(given: dict[str, str], parameters: pika.URLParameters) -> None:
    """Set RabbitMQ's own parameters. Raises ValueError or OSError."""
    if timeout := given.get("connection_timeout"):
        parameters.socket_timeout = int(timeout) / 1000
        parameters.stack_timeout = parameters.socket_timeout + 5
    match given.get("auth_mechanism", "plain").lower():
        case "external":
            parameters.credentials = ExternalCredentials()
        case "plain":
            pass
        case other:
            raise ValueError(f"auth_mechanism={other}: it can be plain or external")
    if OF_TLS & given.keys():
        if not parameters.ssl_options:
            raise ValueError(f"{', '.join(sorted(OF_TLS & given.keys()))} need amqps://")
        context = ssl.create_default_context(cafile=given.get("cacertfile"))
        match given.get("verify", "verify_peer"):
            case "verify_none":
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            case "verify_peer":
                pass
            case other:
                raise ValueError(f"verify={other}: it can be verify_peer or verify_none")
        if certificate := given.get("certfile"):
            context.load_cert_chain(certificate, given.get("keyfile"))
        name = given.get("server_name_indication", parameters.host)
        parameters.ssl_options = pika.SSLOptions(context, name)
