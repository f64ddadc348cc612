// Keyboard and small comforts of every page. Works by attributes, so that pages need no script of their own:
//   data-rows         a list; j and k move between its rows' links, Enter follows the link by itself
//   data-acts="a"     a button in a row that this key presses while the row's link has the focus
//   data-close        what Esc presses when no dialog and no menu is open; that of a form goes before that of a panel
//   data-search       the search field of a page; / goes there first, the arrow down from there into the list, Esc out of it
//   data-focus        a form whose first field takes the focus when the form appears; what is written in it is not lost unasked
//   data-comes-into-view  is scrolled to when it appears
//   data-keeps-focus  takes the focus when what had it in there is gone, such as a button that was pressed
//   data-closes-menu  in a menu (details[data-menu]): closes it, and gives the focus back to what opened it
//   data-palette      the search dialog; data-opens-palette opens it, / and Ctrl-K too
//   data-rail-toggle  narrows the rail, and remembers it
(() => {
  const typing = (e) => e.target.closest?.("input, select, textarea, [contenteditable]");
  const palette = () => document.querySelector("[data-palette]");

  const openPalette = () => {
    const dialog = palette();
    if (!dialog || dialog.open) return;
    dialog.showModal();
    dialog.querySelector("input")?.select();
  };

  const move = (step, list, selector) => {
    const links = [...list.querySelectorAll(selector)].filter((link) => link.offsetParent !== null);
    if (!links.length) return false;
    const at = links.indexOf(document.activeElement);
    const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + step));
    links[next].focus();
    links[next].closest("tr, li")?.scrollIntoView({ block: "nearest" });
    return true;
  };

  const closeMenus = (except) => {
    let closed = false;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (menu === except) continue;
      menu.open = false;
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      closed = true;
    }
    return closed;
  };

  // A form closes before the panel it stands in; a panel gives the focus back to its row.
  const close = () => {
    const leave = document.querySelector("[data-focus] [data-close]");
    if (!leave) document.querySelector(".is-chosen [data-row]")?.focus();
    (leave ?? document.querySelector("[data-close]"))?.click();
  };

  document.addEventListener("keydown", (e) => {
    if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k") {
      e.preventDefault();
      openPalette();
      return;
    }
    const dialog = e.target.closest?.("[data-palette]");
    if (dialog && (e.key === "ArrowDown" || e.key === "ArrowUp")) {
      e.preventDefault();
      const step = e.key === "ArrowDown" ? 1 : -1;
      const first = dialog.querySelector("[data-hit]");
      if (step < 0 && document.activeElement === first) dialog.querySelector("input").focus();
      else move(step, dialog, "[data-hit]");
      return;
    }
    if (dialog && e.key === "Enter" && e.target.matches("input")) {
      e.preventDefault();
      dialog.querySelector("[data-hit]")?.click();
      return;
    }
    if (e.target.matches?.("[data-search]") && e.key === "ArrowDown") {
      const rows = document.querySelector("[data-rows]");
      if (rows && move(1, rows, "[data-row]")) e.preventDefault();
      return;
    }
    if (e.key === "Escape" && e.target.matches?.("[data-search]")) {
      if (!e.target.value) e.target.blur(); // a filled one is emptied by the browser first
      return;
    }
    if (e.key === "Escape" && !document.querySelector("dialog[open]")) {
      if (!closeMenus()) close();
      return;
    }
    if (typing(e) || e.ctrlKey || e.metaKey || e.altKey || document.querySelector("dialog[open]")) return;
    if (e.key === "/") {
      e.preventDefault();
      const field = document.querySelector("[data-search]");
      if (!field) return openPalette();
      field.focus();
      field.select();
    } else if (e.key === "j" || e.key === "k") {
      const list = document.querySelector("[data-rows]");
      if (list && move(e.key === "j" ? 1 : -1, list, "[data-row]")) e.preventDefault();
    } else if (e.target.matches?.("[data-row]") && /^[a-z]$/.test(e.key)) {
      e.target.closest("tr, li")?.querySelector(`[data-acts="${e.key}"]`)?.click();
    }
  });

  let focused = null; // what has the focus, and what takes it when that goes away
  let keeper = null;
  document.addEventListener("focusin", (e) => {
    focused = e.target;
    keeper = e.target.closest("[data-keeps-focus]");
  });
  const keepFocus = () => {
    if (keeper?.isConnected && !focused.isConnected && document.activeElement === document.body) keeper.focus();
  };

  // What is wider than the screen is moved until the one that is on stands in it: once for each, and when it is turned.
  let shown = new WeakMap();
  const showHere = () => {
    for (const strip of document.querySelectorAll(".rail ul, .subpages, .choices")) {
      const here = strip.querySelector("[aria-current]:not([aria-current=false])");
      if (!here || shown.get(strip) === here) continue;
      shown.set(strip, here);
      const room = strip.getBoundingClientRect();
      const { left, width } = here.getBoundingClientRect();
      strip.scrollLeft += left + width / 2 - (room.left + room.width / 2);
    }
  };
  showHere();
  addEventListener("resize", () => {
    shown = new WeakMap();
    showHere();
  });

  const openers = new WeakMap(); // what had the focus before a form took it: it has it again afterwards
  new MutationObserver((changes) => {
    for (const { addedNodes, removedNodes } of changes) {
      for (const node of removedNodes) {
        const opener = openers.get(node);
        if (opener?.isConnected && document.activeElement === document.body) opener.focus();
      }
      for (const node of addedNodes) {
        if (node.nodeType !== Node.ELEMENT_NODE) continue;
        const news = node.matches("[data-comes-into-view]") ? node : node.querySelector("[data-comes-into-view]");
        news?.scrollIntoView({ block: "nearest" });
        const form = node.matches("[data-focus]") ? node : node.querySelector("[data-focus]");
        const modal = form?.closest("dialog[data-modal]");
        if (form) for (const it of new Set([modal ?? form, node])) openers.set(it, document.activeElement);
        if (modal && !modal.open) modal.showModal();
        form?.querySelector("input, select, textarea, [type=submit]")?.focus();
      }
    }
    keepFocus();
    showHere();
  }).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["aria-current"] });

  // Leaving loses what is written in a form and not sent: the browser asks first.
  window.addEventListener("beforeunload", (e) => {
    const fields = [...document.querySelectorAll("[data-focus] :is(input, textarea)")];
    if (fields.some((field) => field.value !== field.defaultValue)) e.preventDefault();
  });

  const rail = (slim) => document.documentElement.toggleAttribute("data-slim-rail", slim);
  rail(localStorage.getItem("rail") === "slim");

  document.addEventListener("click", (e) => {
    if (e.target.closest("[data-opens-palette]")) return openPalette();
    const dialog = e.target.closest("[data-palette]");
    if (dialog && (e.target === dialog || e.target.closest("[data-hit]"))) dialog.close();
    if (e.target.closest("[data-rail-toggle]")) {
      const slim = !document.documentElement.hasAttribute("data-slim-rail");
      rail(slim);
      localStorage.setItem("rail", slim ? "slim" : "wide");
    }
    closeMenus(e.target.closest("[data-closes-menu]") ? undefined : e.target.closest("details[data-menu]"));
  });
})();
