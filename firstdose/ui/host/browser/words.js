// Shows a table that our server wrote and escaped (ui/table.py, ui/markup.py); when it says the same again, it stays.
const shown = new WeakMap(); // the element of a mounted text → its HTML

export default function ({ data, parentElement }) {
  if (shown.get(parentElement) === data) return;
  shown.set(parentElement, data);
  parentElement.innerHTML = data;
}
