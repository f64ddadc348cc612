// The wall display shows one of the worst locations after another, eight seconds each, without anyone's hand.
(() => {
  let at = 0;
  setInterval(() => {
    const slides = document.querySelector("[data-wall]")?.children;
    if (!slides?.length) return;
    at = (at + 1) % slides.length;
    [...slides].forEach((slide, index) => slide.toggleAttribute("data-shown", index === at));
  }, 8000);
})();
