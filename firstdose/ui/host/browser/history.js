// One move of a reader is one entry of the browser's history. Streamlit writes a page's path and its query as
// two entries, in either order, so that "back" often led to where the reader already was. Stands in the page itself.
(() => {
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  let acted = false; // whether the reader did something since the entry we stand on
  for (const kind of ["pointerdown", "click", "keydown", "change"])
    addEventListener(kind, () => { acted = true; }, { capture: true, passive: true });
  addEventListener("popstate", () => { acted = false; }, { capture: true });
  history.pushState = (...entry) => {
    (acted ? push : replace)(...entry);
    acted = false;
  };
})();
