"""The shape of the code and of its documentation: contracts, sizes, and nothing that the README keeps to itself."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scenarios import Scene
from timeline.cli import main

ROOT = Path(__file__).parent.parent
MODULES = sorted([*(ROOT / "timeline").rglob("*.py"), *(ROOT / "dashboards").rglob("*.py")])


def test_the_layers_hold() -> None:
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 broken" in run.stdout


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_first_what_it_is_for_and_stays_small(module: Path) -> None:
    text = module.read_text("utf-8")

    assert ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= 350


def test_nothing_in_the_domain_asks_what_time_it_is() -> None:
    asks = re.compile(r"\b(now|utcnow|today|time)\(\)")
    domain = (ROOT / "timeline" / "domain").glob("*.py")

    assert [path.name for path in domain if asks.search(path.read_text("utf-8"))] == []


def test_the_environment_is_read_in_one_place() -> None:
    reads = [path.relative_to(ROOT) for path in MODULES if re.search(r"os\.(environ|getenv)", path.read_text("utf-8"))]

    assert [str(path) for path in reads] == ["timeline/config.py"]


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "LICENSE", "CONTRIBUTING.md", "Makefile"])
def test_what_a_reader_looks_for_first_is_there(name: str) -> None:
    assert (ROOT / name).read_text("utf-8").strip()


@pytest.mark.parametrize("command", sorted(main.commands))
def test_the_readme_names_every_command(command: str) -> None:
    assert re.search(rf"\btimeline (--store \S+ )?{command}\b", (ROOT / "README.md").read_text("utf-8"))


def test_the_readme_names_every_path_of_the_api(scene: Scene) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    paths = [*scene.client.get("/api/v1/openapi.json").get_json()["paths"], "/healthz", "/api/v1/openapi.json"]

    assert [path for path in paths if path not in readme and path.removeprefix("/api/v1") not in readme] == []


def test_the_changelog_names_every_command() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")

    assert [command for command in main.commands if not re.search(rf"\b{command}\b", changelog)] == []


@pytest.mark.parametrize("target", ["run", "test", "check", "install", "bench"])
def test_the_makefile_has_the_targets_that_the_readme_may_promise(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
