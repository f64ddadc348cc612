// Scans, kept until the server has them. Works on every page, so that what was scanned while the connection was lost is
// sent wherever its owner goes next; the Pick page (assets/picking) says what to scan and shows what became of it.
//   keyboard-wedge scanner   characters and Enter, anywhere on a page with [data-scans], become the event `scan` {code};
//                            what is typed into a field stays there, and in a dialog without [data-hears]
//   window.scans.keep(scan, by, gave)   keeps a scan in this browser, one entry each, so that tabs do not overwrite each
//                            other; `by` is who made it, `gave` {line, units} what the one it undoes had given
//   event `scans`            {waiting, link: "up" | "down" | "out"}: how many wait; lost connection; signed out
//   event `scans-answered`   the server's answer: {items, shipments}; `scans-refused`: [{scan_id, message}]
// Sent again, a scan counts once: its id is made here. So a lost answer, a reload or two tabs cannot pick twice.
(() => {
  const PREFIX = "scan:";
  const BATCH = 100;
  const PAUSE_MS = 300; // a scanner is far quicker; longer than this and it was somebody's single key
  const PATIENCE_MS = 8000;
  const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15000];

  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
  let link = navigator.onLine ? "up" : "down";
  let mine = null; // who is signed in: scans are sent in the name of whoever made them
  let busy = false;
  let failures = 0;
  let timer = 0;
  let single = false; // one at a time, to find the one that is refused
  let last = 0;

  const waiting = () =>
    Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .sort()
      .flatMap((key) => {
        try {
          return [{ key, ...JSON.parse(localStorage[key]) }];
        } catch {
          return [];
        }
      });
  const drop = (ids) => {
    const gone = new Set(ids);
    for (const one of waiting()) if (gone.has(one.scan.scan_id)) localStorage.removeItem(one.key);
  };
  const state = () => ({ waiting: waiting().length, link });
  const changed = (now = link) => {
    link = now;
    tell("scans", state());
  };

  function keep(scan, by, gave) {
    last = Math.max(Date.now(), last + 1); // in order, also within a millisecond
    const scan_id = `${last.toString(36)}-${random()}`;
    const whole = { scan_id, at: new Date().toISOString(), ...scan };
    localStorage[`${PREFIX}${String(last).padStart(15, "0")}:${scan_id}`] = JSON.stringify({ scan: whole, by, gave });
    changed();
    send();
    return whole;
  }

  function random() {
    return [...crypto.getRandomValues(new Uint8Array(10))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function call(path, options = {}) {
    const patience = new AbortController();
    const alarm = setTimeout(() => patience.abort(), PATIENCE_MS);
    try {
      return await fetch(path, { ...options, signal: patience.signal, credentials: "same-origin" });
    } finally {
      clearTimeout(alarm);
    }
  }

  async function send() {
    if (busy || !waiting().length) return;
    busy = true;
    clearTimeout(timer);
    let again = false;
    try {
      again = await sendSome();
      failures = again === null ? failures + 1 : 0;
    } catch {
      failures += 1; // no network, or no answer in time
      again = null;
      changed("down");
    } finally {
      busy = false;
    }
    if (again === null) timer = setTimeout(send, RETRY_MS[Math.min(failures, RETRY_MS.length) - 1]);
    else if (again) send();
  }

  /** Send what waits; return whether there may be more, null to try later. */
  async function sendSome() {
    mine ??= await whoAmI();
    if (!mine) return changed("out"), null;
    const ours = waiting().filter((one) => one.by === mine);
    const batch = ours.slice(0, single ? 1 : BATCH).map((one) => one.scan);
    if (!batch.length) return false; // somebody else's: they wait for him
    const answer = await call("/api/v1/scans", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ scans: batch, sent_at: new Date().toISOString() }),
    });
    if (answer.ok) {
      const told = await answer.json();
      drop(batch.map((scan) => scan.scan_id));
      single = false;
      tell("scans-answered", told);
      changed("up");
      return true;
    }
    return refused(answer, batch);
  }

  async function refused(answer, batch) {
    if (answer.status === 401 || answer.status === 403) {
      mine = null;
      return changed("out"), null;
    }
    if (answer.status >= 500 || answer.status === 429 || answer.status === 408) return changed("down"), null;
    const problem = await answer.json().catch(() => ({}));
    const at = (fault) => Number(/^\/scans\/(\d+)/.exec(fault.pointer ?? "")?.[1] ?? NaN);
    let bad = (problem.errors ?? []).filter((fault) => batch[at(fault)]).map((fault) => ({ scan_id: batch[at(fault)].scan_id, message: fault.message }));
    changed("up");
    if (!bad.length && answer.status === 409) return null; // being taken at this very moment
    if (!bad.length && batch.length > 1) return (single = true);
    if (!bad.length) bad = [{ scan_id: batch[0].scan_id, message: problem.detail ?? "The scan was refused." }];
    single = false;
    drop(bad.map((one) => one.scan_id));
    tell("scans-refused", bad);
    changed();
    return true;
  }

  async function whoAmI() {
    const answer = await call("/api/v1/me");
    if (answer.status === 401) return null;
    if (!answer.ok) throw new Error("no answer");
    return (await answer.json()).name;
  }

  let heard = "";
  let heardAt = 0;
  const typing = (target) => target.closest?.("input, select, textarea, [contenteditable]");
  window.addEventListener(
    "keydown",
    (e) => {
      if (!document.querySelector("[data-scans]") || typing(e.target) || document.querySelector("dialog[open]:not([data-hears])")) return;
      if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
      if (e.timeStamp - heardAt > PAUSE_MS) heard = "";
      heardAt = e.timeStamp;
      if (e.key.length === 1) {
        if (e.key === " " && !heard) return; // presses a button, as everywhere
        heard += e.key;
      } else if ((e.key === "Enter" || e.key === "Tab") && heard.length > 2) {
        tell("scan", { code: heard });
        heard = "";
      } else {
        return;
      }
      e.preventDefault(); // not the button that happens to have the focus, not a shortcut of the page
      e.stopImmediatePropagation();
    },
    true,
  );

  addEventListener("online", () => {
    failures = 0;
    changed("up");
    send();
  });
  addEventListener("offline", () => changed("down"));
  addEventListener("storage", (e) => e.key?.startsWith(PREFIX) && changed()); // another tab's
  addEventListener("pagehide", () => clearTimeout(timer));
  window.scans = { keep, waiting, state, send, call, reached: (up) => link !== (up ? "up" : "down") && changed(up ? "up" : "down") };
  send();
})();
