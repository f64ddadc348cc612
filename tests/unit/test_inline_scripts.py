"""Which inline scripts of the built pages a browser may run."""

from __future__ import annotations

from pathlib import Path

from dashboard.inline import script_hashes


def test_every_different_inline_script_is_named_once(tmp_path: Path) -> None:
    (tmp_path / "login").mkdir()
    page = '<script>alert("Hello, world.")</script><script src="/a.js"></script><script type="module">go()</script>'
    (tmp_path / "index.html").write_text(page)
    (tmp_path / "login" / "index.html").write_text(page)
    hashes = script_hashes(tmp_path)
    assert len(hashes) == 2
    # The example of the CSP Level 3 specification, section 8.4: `alert("Hello, world.")`.
    known = "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    (tmp_path / "spec.html").write_text("<script>alert('Hello, world.');</script>")
    assert known in script_hashes(tmp_path)


def test_nothing_built_names_nothing(tmp_path: Path) -> None:
    assert script_hashes(tmp_path) == ()
