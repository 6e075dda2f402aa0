// Shows tables that our server wrote and escaped (ui/table.py, ui/markup.py); when they say the same again, they stay.
// A button with data-why tells the server which card somebody asks about.
const shown = new WeakMap(); // the element of a mounted text → its HTML

// While its file is made a download button is disabled and loses the focus to the body, where no key reaches the
// dialog that it stands in (Streamlit 1.67): the dialog gets both back.
document.addEventListener("keydown", (event) => {
  const dialog = event.target === document.body && document.querySelector('[role="dialog"]');
  if (!dialog) return;
  dialog.focus();
  dialog.dispatchEvent(new KeyboardEvent("keydown", { key: event.key, bubbles: true, cancelable: true }));
});

export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.onclick = (event) => {
    const asked = event.target.closest("button[data-why]");
    if (asked) setTriggerValue("why", asked.dataset.why);
  };
  if (shown.get(parentElement) === data) return;
  shown.set(parentElement, data);
  parentElement.innerHTML = data;
}
