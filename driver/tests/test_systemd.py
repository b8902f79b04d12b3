"""The units in services/systemd are what systemd understands."""

import shutil
import subprocess
from pathlib import Path

import pytest

from driver.tests.conftest import ROOT


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
@pytest.mark.parametrize("unit", sorted((ROOT / "services/systemd").iterdir()), ids=str)
def test_a_unit_has_no_fault(unit: Path, tmp_path: Path) -> None:
    """Each setting is known, and what it starts is there, as if the checkout were in /srv."""
    installed = tmp_path / unit.name.replace("@", "@1")
    installed.write_text(unit.read_text("utf-8").replace("/srv/warehouse", str(ROOT)), "utf-8")
    command = ["systemd-analyze", "verify", "--man=no", str(installed)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
