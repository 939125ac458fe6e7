"""The sample of a reverse proxy, in a real nginx with a certificate of its own: TLS, who is said to ask, and the live events."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tools import docs

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
NAME = "bihuan.example.gov.cn"
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is absent (Debian: apt-get install nginx-light)")
AROUND = """
daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
    uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    {sample}
}}
"""


class Backend(BaseHTTPRequestHandler):
    """Says what reached it."""

    def do_GET(self) -> None:
        said = {
            "path": self.path,
            "port": self.server.server_address[1],
            **{k.lower(): v for k, v in self.headers.items()},
        }
        content = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def serve() -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def certify(folder: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "bihuan.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "bihuan.key").write_bytes(key.private_bytes(*plain))


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[tuple[str, str, ThreadingHTTPServer, ThreadingHTTPServer]]:
    """The sample with its names and ports put in: its address, the plain one, and who stands behind."""
    pages, live, tls, plain = serve(), serve(), free_port(), free_port()
    certify(tmp_path)
    sample = (docs.ROOT / "packaging" / "nginx.conf.sample").read_text(encoding="utf-8")
    put_in = {
        "/etc/ssl/certs": str(tmp_path), "/etc/ssl/private": str(tmp_path),
        "listen 443": f"listen 127.0.0.1:{tls}", "listen 80": f"listen 127.0.0.1:{plain}",
        "127.0.0.1:8710": f"127.0.0.1:{pages.server_port}", "127.0.0.1:8711": f"127.0.0.1:{live.server_port}",
    }  # fmt: skip
    for old, new in put_in.items():
        assert old in sample
        sample = sample.replace(old, new)
    settings = tmp_path / "nginx.conf"
    settings.write_text(AROUND.format(folder=tmp_path, sample=sample), encoding="utf-8")
    command = [str(NGINX), "-e", str(tmp_path / "error.log"), "-p", str(tmp_path), "-c", str(settings)]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    assert "warn" not in tried.stderr
    server = subprocess.Popen(command)
    try:
        limit = time.monotonic() + 120
        while True:
            try:
                socket.create_connection(("127.0.0.1", tls), 1).close()
                break
            except OSError:
                assert server.poll() is None, (tmp_path / "error.log").read_text()
                assert time.monotonic() < limit
                time.sleep(0.05)
        yield f"https://127.0.0.1:{tls}", f"http://127.0.0.1:{plain}", pages, live
    finally:
        server.terminate()
        server.wait(timeout=60)
        pages.shutdown()
        live.shutdown()


def test_a_request_passes_with_its_true_origin_and_the_live_events_go_next_door(
    proxy: tuple[str, str, ThreadingHTTPServer, ThreadingHTTPServer], tmp_path: Path
) -> None:
    address, plain, pages, live = proxy
    forged = {"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "http", "Host": NAME}
    options = {"sni_hostname": NAME}
    with httpx.Client(verify=str(tmp_path / "bihuan.pem"), timeout=60) as client:
        said = client.get(f"{address}/loop/?q=1", headers=forged, extensions=options).json()
        assert (said["path"], said["port"]) == ("/loop/?q=1", pages.server_port)
        assert (said["host"], said["x-forwarded-proto"], said["x-forwarded-for"]) == (NAME, "https", "127.0.0.1")
        heard = client.get(f"{address}/live/events", headers={"Host": NAME}, extensions=options).json()
        assert (heard["path"], heard["port"]) == ("/events", live.server_port)
        sent_on = client.get(f"{plain}/loop/", headers={"Host": NAME})
        assert (sent_on.status_code, sent_on.headers["location"]) == (301, f"https://{NAME}/loop/")
