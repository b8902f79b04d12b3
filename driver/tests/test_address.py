"""RABBITMQ_URL: one broker or several, with the parameters of RabbitMQ's own URIs and of pika's."""

import ssl
from pathlib import Path

import pytest
import trustme
from pika.credentials import ExternalCredentials, PlainCredentials

from driver.broker.address import addresses
from driver.errors import UsageError


def test_several_brokers_keep_their_order() -> None:
    """With commas or white space between them; a comma in a password is none of these."""
    urls = "amqp://u:a,b@one/, amqps://u:p@two:5673/v%2F \n amqp://[::1]:1/"
    found = [(one.host, one.port, one.virtual_host) for one in addresses(urls)]
    assert found == [("one", 5672, "/"), ("two", 5673, "v/"), ("::1", 1, "/")]
    credentials = addresses(urls)[0].credentials
    assert isinstance(credentials, PlainCredentials) and credentials.password == "a,b"


def test_a_user_needs_no_password() -> None:
    """It is empty then."""
    (one,) = addresses("amqp://user@host")
    assert isinstance(one.credentials, PlainCredentials) and one.credentials.password == ""


def test_the_parameters_of_rabbitmq_and_of_pika() -> None:
    """Each in its own unit."""
    (one,) = addresses(
        "amqp://host/?connection_timeout=2500&auth_mechanism=EXTERNAL&heartbeat=30&channel_max=7"
    )
    assert (one.socket_timeout, one.heartbeat, one.channel_max) == (2.5, 30, 7)
    assert isinstance(one.credentials, ExternalCredentials)
    (one,) = addresses("amqp://u:p@host/?auth_mechanism=plain")
    assert isinstance(one.credentials, PlainCredentials)


def test_tls(tmp_path: Path) -> None:
    """The authority, a certificate of one's own, the name that the broker's has to bear."""
    authority, certificate = tmp_path / "authority.pem", tmp_path / "own.pem"
    own = trustme.CA()
    own.cert_pem.write_to_path(str(authority))
    own.issue_cert("me").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    query = f"cacertfile={authority}&certfile={certificate}&keyfile={certificate}"
    (one,) = addresses(f"amqps://host/?{query}&server_name_indication=other")
    assert one.ssl_options and one.ssl_options.server_hostname == "other"
    assert one.ssl_options.context.verify_mode == ssl.CERT_REQUIRED
    assert len(one.ssl_options.context.get_ca_certs()) == 1
    (one,) = addresses("amqps://host/?verify=verify_none")
    assert one.ssl_options and one.ssl_options.context.verify_mode == ssl.CERT_NONE
    (one,) = addresses("amqps://host/?verify=verify_peer")
    assert one.ssl_options and one.ssl_options.context.check_hostname


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (" ", "must look like"),
        ("http://u:secret@host", "must look like"),
        ("amqp://u:secret@host:port", "must look like"),
        ("amqp://u:secret@host,other", "must look like"),
        ("amqp://u:secret@host, http://other", "must look like"),
        ("amqp://u:secret@host/?heartbeat=abc", "broker host: Invalid heartbeat value 'abc'"),
        ("amqp://u:secret@host/?hearbeat=1", "broker host: Unknown URL parameter: 'hearbeat'"),
        ("amqp://u:secret@host/?heartbeat=1&heartbeat=2", "exactly one value"),
        ("amqp://u:secret@host/?tcp_options={", "broker host: "),
        ("amqp://u:secret@host/?connection_timeout=soon", "broker host: .*'soon'"),
        ("amqp://u:secret@host/?auth_mechanism=gssapi", "can be plain or external"),
        ("amqp://u:secret@host/?verify=verify_none", "verify need amqps://"),
        ("amqps://u:secret@host/?verify=perhaps", "can be verify_peer or verify_none"),
        ("amqps://u:secret@host/?cacertfile=/nowhere", "broker host: .*No such file"),
    ],
)
def test_a_wrong_one_is_one_line(url: str, why: str) -> None:
    """Which names the broker and the parameter, and no password."""
    with pytest.raises(UsageError, match=why) as caught:
        addresses(url)
    assert "secret" not in str(caught.value) and "\n" not in str(caught.value)
