"""A page walked by Tab alone, from the address bar to its end: what is reached, in which order, and if it is seen."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

#: Notes what Tab may reach and how each looks without the focus, then every stop as it comes.
_WATCH = """() => {
  const all = 'a[href], button, input, select, textarea, summary, [tabindex]';
  const ring = (it) => [it, it.parentElement].flatMap((one) => [null, '::before', '::after'].map((part) => {
    const style = getComputedStyle(one, part);
    return [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow, style.borderColor].join();
  })).join('|');
  const named = (it) => `${it.tagName.toLowerCase()} “${
    (it.getAttribute('aria-label') || it.labels?.[0]?.textContent || it.textContent || it.id).trim().slice(0, 40)}”`;
  const may = (it) => it.tabIndex >= 0 && !it.disabled && it.checkVisibility({visibilityProperty: true})
    && (it.type !== 'radio' || it.checked);
  const stops = [...document.querySelectorAll(all)].filter(may);
  const walk = window.__walk = {stops, names: stops.map(named), seen: [], faint: [], strangers: []};
  walk.fake = [...document.querySelectorAll('[role=button]:not(button), [onclick]:not(a, button)')].map(named);
  walk.hasty = stops.filter((it) => it.tabIndex > 0).map(named);
  walk.still = new Map(stops.map((it) => [it, ring(it)]));
  document.addEventListener('focusin', ({target}) => {
    const at = stops.indexOf(target);
    if (at < 0) { if (may(target)) walk.strangers.push(named(target)); return; }
    if (!walk.seen.includes(at) && ring(target) === walk.still.get(target)) walk.faint.push(walk.names[at]);
    walk.seen.push(at);
  });
  document.activeElement?.blur();
  return stops.length;
}"""

#: What was found, once the walk has come back to its first stop.
_FOUND = """() => {
  const {stops, names, seen, faint, strangers, fake, hasty} = window.__walk;
  const again = seen.indexOf(seen[0], 1);
  if (again < 0) return null;
  const once = seen.slice(0, again);
  const wrong = [];
  stops.forEach((it, at) => {
    const times = once.filter((one) => one === at).length;
    if (times === 0 && it.isConnected) wrong.push(`never reached: ${names[at]}`);
    if (times > 1) wrong.push(`reached ${times} times: ${names[at]}`);
  });
  const box = (it, other) => {
    let shown = it;
    for (let up = it.parentElement; up && !up.contains(other); up = up.parentElement)
      if (/auto|scroll/.test(getComputedStyle(up).overflowY)) shown = up;
    return shown.getBoundingClientRect();
  };
  const stays = (it) => it && (/sticky|fixed/.test(getComputedStyle(it).position) || stays(it.parentElement));
  for (let at = 1; at < once.length; at += 1) {
    const [from, to] = [stops[once[at - 1]], stops[once[at]]];
    if (!from.isConnected || !to.isConnected || stays(from) || stays(to)) continue;
    const [a, b] = [box(from, to), box(to, from)];
    if (b.bottom <= a.top && b.left < a.right - 1) wrong.push(`backwards: ${names[once[at - 1]]} → ${names[once[at]]}`);
  }
  const say = (what, list) => list.map((name) => `${what}: ${name}`);
  return [...wrong, ...say('no ring', faint), ...say('no real button', fake), ...say('jumps the queue', hasty)];
}"""

_AT_ONCE = 12


@dataclass(frozen=True)
class Walk:
    """What Tab came by: how many stops a page has, and all that is wrong with them."""

    stops: int
    faults: list[str]


def walk(page: Page) -> Walk:
    """Press Tab until the page begins anew. Wrong is what is never or twice reached, what shows no ring, what stands
    above what came before it, and a page that does not end."""
    stops = page.evaluate(_WATCH)
    pressed = 0
    while pressed < 3 * stops + 10 * _AT_ONCE:  # frames have stops of their own
        for _ in range(_AT_ONCE):
            page.keyboard.press("Tab")
        pressed += _AT_ONCE
        if (faults := page.evaluate(_FOUND)) is not None:
            return Walk(stops, faults)
    last = page.evaluate("() => window.__walk.names[window.__walk.seen.at(-1)] ?? 'nothing'")
    return Walk(stops, [f"the focus does not come out of {last}"])


def opens_and_closes(page: Page, opener: Locator, overlay: str) -> None:
    """Open with Enter and with Space, close with Esc; whoever opened has the focus again. Raises AssertionError."""
    for key in ("Enter", "Space"):
        opener.focus()
        page.keyboard.press(key)
        expect(page.locator(overlay)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(overlay)).to_be_hidden()
        expect(opener).to_be_focused()
