// Dialogs of any page, by attributes:
//   data-opens-dialog="ID"   opens the <dialog> of that id
//   data-closes-dialog       closes the dialog it stands in; so does a click beside it, and Esc by itself
(() => {
  document.addEventListener("click", (e) => {
    const opener = e.target.closest("[data-opens-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.opensDialog);
      if (dialog && !dialog.open) dialog.showModal();
      return;
    }
    const dialog = e.target.closest("dialog.dialog");
    if (dialog && (e.target === dialog || e.target.closest("[data-closes-dialog]"))) dialog.close();
  });
})();
