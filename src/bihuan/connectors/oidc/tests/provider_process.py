"""A small OpenID provider for tests: metadata, keys, authorization with PKCE, tokens. A process of its own on loopback.

`POST /control` changes how it behaves: claims to overwrite, another signing, another answer of the metadata.
"""

import base64
import hashlib
import hmac
import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "bihuan", "s3cret"
KEYS = {"one": RSAKey.generate_key(2048, {"kid": "one"}), "two": RSAKey.generate_key(2048, {"kid": "two"})}
STATE = {"control": {}, "codes": {}, "asked": []}


def spelled(content):
    raw = content if isinstance(content, bytes) else content.encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    @property
    def issuer(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, content, status=200):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        parts = urlsplit(self.path)
        control = STATE["control"]
        STATE["asked"].append(parts.path)
        if parts.path == "/.well-known/openid-configuration":
            metadata = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
            }
            self.answer(metadata | control.get("metadata", {}), control.get("metadata_status", 200))
        elif parts.path == "/jwks":
            shown = control.get("shown_keys", ["one"])
            self.answer({"keys": [KEYS[k].as_dict(private=False) for k in shown]})
        elif parts.path == "/authorize":
            asked = {k: v[0] for k, v in parse_qs(parts.query).items()}
            code = secrets.token_urlsafe(16)
            STATE["codes"][code] = asked
            back = {"code": code, "state": asked["state"]} | control.get("back", {})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(back)}")
            self.end_headers()
        elif parts.path == "/asked":
            self.answer(STATE["asked"])
        else:
            self.answer({}, 404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path == "/control":
            STATE.update(control=json.loads(body), asked=[])
            self.answer({})
        elif self.path == "/token":
            self.give_token({k: v[0] for k, v in parse_qs(body).items()})
        else:
            self.answer({}, 404)

    def give_token(self, given):
        control = STATE["control"]
        asked = STATE["codes"].pop(given.get("code"), None)
        wanted = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        challenge = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        right = (
            asked is not None
            and self.headers.get("Authorization") == wanted
            and asked["code_challenge_method"] == "S256"
            and asked["code_challenge"] == spelled(challenge)
            and asked["redirect_uri"] == given.get("redirect_uri")
        )
        if not right:
            return self.answer({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "person-1", "nonce": asked["nonce"], "iat": now, "exp": now + 300,
        } | control.get("claims", {})  # fmt: skip
        claims = {k: v for k, v in claims.items() if v is not None}
        how = control.get("signing", "one")
        if how == "none":
            note = f"{spelled(json.dumps({'alg': 'none'}))}.{spelled(json.dumps(claims))}."
        elif how == "hmac":  # the public key taken for a shared secret
            signed = f"{spelled(json.dumps({'alg': 'HS256', 'kid': 'one'}))}.{spelled(json.dumps(claims))}"
            key = KEYS["one"].as_pem(private=False)
            note = f"{signed}.{spelled(hmac.new(key, signed.encode(), hashlib.sha256).digest())}"
        elif how == "stranger":
            note = jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEYS["two"])
        else:
            note = jwt.encode({"alg": "RS256", "kid": how}, claims, KEYS[how])
        return self.answer({"access_token": "x", "token_type": "Bearer", "id_token": note})


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
