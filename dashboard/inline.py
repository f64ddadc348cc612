"""The inline scripts of the built pages, as the Content-Security-Policy names them: these run, injected ones do not."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

_SCRIPT = re.compile(rb"<script(?P<attributes>[^>]*)>(?P<body>.*?)</script>", re.DOTALL)


def script_hashes(folder: Path) -> tuple[str, ...]:
    """Return `'sha256-…'` of every inline script in the HTML files below `folder`; empty when nothing is built."""
    bodies = {
        script["body"]
        for page in sorted(folder.rglob("*.html"))
        for script in _SCRIPT.finditer(page.read_bytes())
        if b"src=" not in script["attributes"]
    }
    digests = (base64.b64encode(hashlib.sha256(body).digest()).decode() for body in bodies)
    return tuple(sorted(f"'sha256-{digest}'" for digest in digests))
