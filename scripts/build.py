"""Build the wheel (from the sdist) and the sdist into dist/, and check their contents."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"


def run(*command: str) -> None:
    """Run a command; show its output only if it fails."""
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def check_contents(wheel: Path, sdist: Path) -> None:
    """Check that both contain every file of the package, and that the wheel contains nothing else."""
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "directus_sdk").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = set(archive.namelist())
    with tarfile.open(sdist) as archive:
        in_sdist = {name.partition("/")[2] for name in archive.getnames()}
    for kind, names in (("wheel", in_wheel), ("sdist", in_sdist)):
        if missing := sorted(package - names):
            sys.exit(f"The {kind} lacks {', '.join(missing)}")
    if strange := sorted(n for n in in_wheel - package if ".dist-info/" not in n):
        sys.exit(f"The wheel has files that are not part of the package: {', '.join(strange)}")
    if lacking := {"LICENSE", "README.md", "CHANGELOG.md", "setup.py", "setup.cfg"} - in_sdist:
        sys.exit(f"The sdist lacks {', '.join(sorted(lacking))}")


def main() -> None:
    # setuptools would copy files from its build folder that are no longer part of the package.
    for old in (DIST, ROOT / "build" / "lib", *(ROOT / "build").glob("bdist.*")):
        shutil.rmtree(old, ignore_errors=True)
    run("build", "--no-isolation", "--outdir", str(DIST))
    (wheel,), (sdist,) = DIST.glob("*.whl"), DIST.glob("*.tar.gz")
    run("twine", "check", "--strict", str(wheel), str(sdist))
    # W004: Django names migrations 0001_…, which it imports by other means than a statement.
    run("check_wheel_contents", "--ignore", "W004", str(wheel))
    check_contents(wheel, sdist)
    print(f"Built and checked {wheel.relative_to(ROOT)} and {sdist.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
