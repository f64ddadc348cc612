// Dialogs of any page, by attributes:
//   data-opens-dialog="ID"   opens the <dialog> of that id
//   data-closes-dialog       closes the dialog it stands in; so does a click beside it, and Esc by itself
//   data-prints              opens the browser's own dialog to print the page
//   data-modal               a dialog with a form in it that opens when it appears (keys.js); Esc, or a click beside it,
//                            presses what leaves the form
(() => {
  const leave = (dialog) => dialog.matches("[data-modal]") && dialog.querySelector("[data-close]")?.click();

  document.addEventListener("click", (e) => {
    if (e.target.closest("[data-prints]")) return window.print();
    const opener = e.target.closest("[data-opens-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.opensDialog);
      if (dialog && !dialog.open) dialog.showModal();
      return;
    }
    const dialog = e.target.closest("dialog.dialog");
    if (dialog && (e.target === dialog || e.target.closest("[data-closes-dialog]"))) {
      leave(dialog);
      dialog.close();
    }
  });
  document.addEventListener("cancel", (e) => e.target.matches?.("dialog") && leave(e.target), true);
})();
