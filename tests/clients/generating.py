"""Makes clients of the OpenAPI document with the generators that people use, and programs that use the clients."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(__file__).parent / "programs"
NODE_TOOLS = ROOT / "build" / "clients" / "node_modules"
JAR = ROOT / "build" / "clients" / "openapi_generator_cli" / "openapi-generator.jar"
"""Has the libraries in it that its Java clients need, too."""
GO_LIBRARIES = Path("/usr/share/gocode")
"""Where Debian puts the sources of libraries for Go."""
_TSCONFIG = """{"compilerOptions": {
  "target": "es2022", "module": "nodenext", "strict": true, "skipLibCheck": true, "types": ["node"], "outDir": "made"
}, "include": ["*.ts", "client/**/*.ts"]}"""
_GENERATED = """package javax.annotation;

public @interface Generated {
    String[] value();

    String comments() default "";
}
"""
"""An annotation that Java clients carry and no JDK has since Java 11; it does nothing."""


def run(command: Sequence[str | Path], folder: Path, variables: Mapping[str, str] | None = None) -> str:
    """What a command prints; it must succeed."""
    environment = {**os.environ, **(variables or {})}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{command}: {done.stdout[-3_000:]}{done.stderr[-3_000:]}"
    return done.stdout


def need(*places: Path, programs: Sequence[str] = ()) -> None:
    """Skip a test, and say why, where something that it is made of is not there."""
    missing = [str(place) for place in places if not place.exists()]
    missing += [program for program in programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} is not there: `.ci/tools soak` fetches what it can")


def with_openapi_python_client(document: Path, folder: Path) -> list[str | Path]:
    """The command of the program."""
    made = Path(sys.executable).parent / "openapi-python-client"
    run([made, "generate", "--path", document, "--output-path", folder / "conflict_timeline", "--meta", "none"], folder)
    program = shutil.copy(PROGRAMS / "openapi_python_client.py", folder)
    return [sys.executable, program]


def with_openapi_typescript(document: Path, folder: Path) -> list[str | Path]:
    """The command of the program, which the compiler of TypeScript has checked."""
    need(NODE_TOOLS, programs=["node"])
    types = folder / "client" / "schema.d.ts"
    run([NODE_TOOLS / ".bin" / "openapi-typescript", document, "--output", types], folder)
    return _compiled("openapi_typescript.ts", folder)


def with_openapi_generator_python(document: Path, folder: Path) -> list[str | Path]:
    """The command of the program."""
    _generate("python", document, folder / "client", "packageName=conflict_timeline")
    (folder / "client" / "conflict_timeline").rename(folder / "conflict_timeline")
    program = shutil.copy(PROGRAMS / "openapi_generator_python.py", folder)
    return [sys.executable, program]


def with_openapi_generator_typescript(document: Path, folder: Path) -> list[str | Path]:
    """The command of the program."""
    need(NODE_TOOLS, programs=["node"])
    _generate("typescript-fetch", document, folder / "client", "importFileExtension=.js")
    return _compiled("openapi_generator_typescript.ts", folder)


def with_openapi_generator_go(document: Path, folder: Path) -> list[str | Path]:
    """The command of the program."""
    need(GO_LIBRARIES / "src" / "gopkg.in" / "validator.v2", programs=["go"])
    sources = folder / "go" / "src"
    _generate("go", document, sources / "conflicttimeline", "packageName=conflicttimeline,withGoMod=false")
    (sources / "program").mkdir()
    shutil.copy(PROGRAMS / "openapi_generator_go.go", sources / "program" / "main.go")
    gopath = f"{folder / 'go'}:{GO_LIBRARIES}"
    variables = {"GO111MODULE": "off", "GOPATH": gopath, "GOFLAGS": "", "GOCACHE": str(folder / "cache")}
    run(["go", "build", "-o", folder / "made", "program"], folder, variables)
    return [folder / "made"]


def with_openapi_generator_java(document: Path, folder: Path) -> list[str | Path]:
    """The command of the program."""
    need(programs=["javac"])
    options = "library=native,openApiNullable=false,annotationLibrary=none,useSingleRequestParameter=true"
    _generate("java", document, folder / "client", options)
    annotation = folder / "client" / "src" / "main" / "java" / "javax" / "annotation" / "Generated.java"
    annotation.parent.mkdir(parents=True)
    annotation.write_text(_GENERATED)
    sources = sorted((folder / "client" / "src" / "main" / "java").rglob("*.java"))
    program = PROGRAMS / "OpenapiGeneratorJava.java"
    run(["javac", "-nowarn", "-cp", JAR, "-d", folder / "made", *sources, program], folder)
    return ["java", "-cp", f"{folder / 'made'}:{JAR}", "OpenapiGeneratorJava"]


def _generate(generator: str, document: Path, folder: Path, options: str) -> None:
    need(JAR, programs=["java"])
    command = ["java", "-jar", JAR, "generate", "-i", document, "-g", generator, "-o", folder]
    run([*command, f"--additional-properties={options},hideGenerationTimestamp=true"], document.parent)


def _compiled(name: str, folder: Path) -> list[str | Path]:
    """The command of a program in TypeScript, compiled with its client."""
    shutil.copy(PROGRAMS / name, folder / "main.ts")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "tsconfig.json").write_text(_TSCONFIG)
    (folder / "node_modules").symlink_to(NODE_TOOLS)
    run([NODE_TOOLS / ".bin" / "tsc", "--project", folder], folder)
    return ["node", folder / "made" / "main.js"]
