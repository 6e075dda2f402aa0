// Shows tables that our server wrote and escaped (ui/table.py, ui/markup.py); when they say the same again, they stay.
// A button with data-why tells the server which card somebody asks about.
const shown = new WeakMap(); // the element of a mounted text → its HTML

export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.onclick = (event) => {
    const asked = event.target.closest("button[data-why]");
    if (asked) setTriggerValue("why", asked.dataset.why);
  };
  if (shown.get(parentElement) === data) return;
  shown.set(parentElement, data);
  parentElement.innerHTML = data;
}
