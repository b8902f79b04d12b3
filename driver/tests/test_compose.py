"""The compose files: Docker reads them, and what they name is there. No container is started."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from driver.tests.conftest import ROOT

FILES: Final = sorted(ROOT.glob("docker-compose*.yml"))
COMMANDS: Final = (["docker", "compose"], ["docker-compose"])

each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)


def services(file: Path) -> dict[str, dict[str, Any]]:
    """Return the services of a file, by their names."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(file.read_text("utf-8"))["services"]
    return found


def knows_compose(command: list[str]) -> bool:
    """Tell whether this way to call it is installed."""
    version = [*command, "version"]
    return (
        bool(shutil.which(command[0]))
        and not subprocess.run(version, capture_output=True, check=False).returncode
    )


@pytest.mark.skipif(not any(map(knows_compose, COMMANDS)), reason="needs Docker's compose")
@each_file
def test_docker_reads_it(file: Path) -> None:
    """Without a variable of ours, as after a clone; no engine has to answer."""
    command = next(filter(knows_compose, COMMANDS))
    config = [*command, "--file", str(file), "config", "--quiet"]
    done = subprocess.run(config, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@each_file
def test_what_it_names_is_there(file: Path) -> None:
    """Images to build, services to wait for, volumes; each variable has a default."""
    text = file.read_text("utf-8")
    declared = yaml.safe_load(text).get("volumes", {})
    found = services(file)
    assert not re.findall(r"(?<!\$)\$\{\w+\}|(?<!\$)\$\w", text)
    for name, service in found.items():
        if "build" in service:
            assert (ROOT / service["build"]["context"] / service["build"]["dockerfile"]).exists()
        else:
            assert re.search(":[0-9]", service["image"]), f"{name} takes any version"
        assert set(service.get("depends_on", {})) <= found.keys()
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in declared or (ROOT / source).exists()


@each_file
def test_ports_are_of_this_machine_alone(file: Path) -> None:
    """No other machine reaches them."""
    ports = [port for service in services(file).values() for port in service.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_each_service_knows_its_passwords_only() -> None:
    """It reads a file that services/passwords writes, in a volume that it cannot write to."""
    written = set(re.findall(r"^write (\S+)", (ROOT / "services/passwords").read_text(), re.M))
    found = services(ROOT / "docker-compose.yml")
    readers = {name: one["entrypoint"] for name, one in found.items() if "entrypoint" in one}
    assert {entry[-1] for entry in readers.values()} == written - {"kept"}
    for name, entry in readers.items():
        assert entry[:2] == ["bash", "-c"] and "/run/passwords/$$0" in entry[2]
        assert "passwords:/run/passwords:ro" in found[name]["volumes"]
    assert found.keys() - readers.keys() == {"passwords"}
