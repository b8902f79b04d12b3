"""The fixtures of the driver's tests: a scratch database and queue, and a consumer of them."""

# pylint: disable=unused-import
from driver.tests.conftest import (  # noqa: F401
    fixture_conn,
    fixture_empty,
    fixture_migrated,
    fixture_settings,
    fixture_start_consumer,
    fixture_template,
)
