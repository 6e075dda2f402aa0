// Draws every figure in place: the first time a chart is built, after that Plotly.react moves its marks. Streamlit
// calls the default export at each change of data: a line of words and settings, the figure, both JSON, where it leads.
const charts = new WeakMap(); // the element of a mounted chart → what stands in it
let loading;

function plotly(address) {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => { loading = undefined; reject(new Error(address)); };
    document.head.append(script);
  });
  return loading;
}

function mounted(parent) {
  const node = document.createElement("div");
  node.className = "fd-chart";
  node.setAttribute("role", "img");
  const links = document.createElement("div"); // beside the picture: a picture hides what is in it from readers aloud
  links.className = "fd-links";
  parent.style.position = "relative";
  const pictures = document.createElement("div");
  pictures.className = "fd-pictures";
  parent.replaceChildren(node, links, pictures);
  const chart = { node, links, pictures, opens: "", figure: "", said: null, drawn: 0, width: 0 };
  chart.observer = new ResizeObserver(() => {
    if (Math.abs(node.clientWidth - chart.width) > 1) draw(chart);
  });
  chart.observer.observe(node);
  charts.set(parent, chart);
  return chart;
}

async function draw(chart) {
  const { node, figure, said } = chart;
  const width = node.clientWidth; // 0 while hidden: the observer calls again when it is shown
  if (!figure || !width) return;
  chart.width = width;
  let Plotly;
  try {
    Plotly = await plotly(said.engine);
  } catch {
    node.textContent = said.alt; // the words of the chart are better than an empty frame
    return;
  }
  if (chart.figure !== figure || chart.width !== width) return; // a newer one came while plotly was loading
  const { data, layout } = JSON.parse(figure);
  await Plotly.react(node, data, { ...layout, width, autosize: false }, said.config);
  for (const svg of node.querySelectorAll(".main-svg")) { // on paper narrower than the screen it shrinks whole
    svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`);
  }
  link(chart);
}

// The chart as a picture that says what it is: title, filters and data version stand inside.
function offer(chart) {
  const { said, pictures } = chart;
  pictures.replaceChildren(
    ...["png", "svg"].map((format) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = format.toUpperCase();
      button.setAttribute("aria-label", `${said.stamp.save}: ${format.toUpperCase()}`);
      button.onclick = () => save(chart, format);
      return button;
    }),
  );
}

async function save({ node, figure, said }, format) {
  const Plotly = await plotly(said.engine);
  const { data, layout } = JSON.parse(figure);
  const width = Math.max(node.clientWidth, 480);
  const safe = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const told = [said.stamp.sentence, said.stamp.data].flatMap((text) => wrapped(text, width / 7)).map(safe);
  const top = 44 + 16 * told.length;
  const height = said.height + top;
  const title = {
    text: [`<b>${safe(said.stamp.title)}</b>`, ...told.map((line) => `<span style="font-size:12px">${line}</span>`)].join("<br>"),
    font: { size: 16 }, x: 12 / width, xanchor: "left", xref: "container",
    y: 1 - 12 / height, yanchor: "top", yref: "container", automargin: false,
  };
  const margin = { ...node._fullLayout.margin, t: node._fullLayout.margin.t + top };
  const paper = getComputedStyle(document.querySelector(".stApp")).getPropertyValue("--card").trim() || "#FFFFFF";
  await Plotly.downloadImage(
    { data, layout: { ...layout, width, height, margin, title, autosize: false, paper_bgcolor: paper, plot_bgcolor: paper } },
    { format, filename: said.stamp.name, width, height, scale: format === "png" ? 2 : 1 },
  );
}

// A text as lines of at most so many characters; a Japanese one counts twice.
function wrapped(text, most) {
  const lines = [""];
  let long = 0;
  for (const word of text.split(/(?<= )|(?<=[\u3000-\u9fff])/u)) {
    const wide = [...word].reduce((sum, letter) => sum + (letter.charCodeAt(0) > 0x2e80 ? 2 : 1), 0);
    if (long + wide > most && long) { lines.push(""); long = 0; }
    lines[lines.length - 1] += word;
    long += wide;
  }
  return lines.filter(Boolean);
}

// Marks with an id are links: by pointer through plotly, which goes on telling them; by keyboard through one link a mark,
// of which Tab reaches one and the arrows the others.
function link({ node, links, opens }) {
  links.replaceChildren();
  node.removeAllListeners?.("plotly_click");
  const trace = opens && node.data.find((one) => one.ids);
  node.classList.toggle("fd-linked", Boolean(trace));
  if (!trace) return;
  node.on("plotly_click", ({ points, event }) => {
    const id = points[0].data.ids?.[points[0].pointNumber];
    if (!id) return;
    if (event.ctrlKey || event.metaKey) window.open(`${opens}&${id}`);
    else location.assign(`${opens}&${id}`);
  });
  const { xaxis, yaxis } = node._fullLayout;
  const made = trace.ids.flatMap((id, at) => {
    if (!id) return [];
    const [x, y] = [trace.x[at], trace.base[at] + trace.y[at] / 2];
    const mark = document.createElement("a");
    mark.href = `${opens}&${id}`;
    mark.setAttribute("aria-label", trace.customdata[at].replaceAll("<br>", ", ").replace(/<[^>]*>/g, ""));
    mark.tabIndex = -1;
    mark.style.left = `${xaxis._offset + xaxis.l2p(x - trace.width / 2)}px`;
    mark.style.top = `${yaxis._offset + yaxis.l2p(y - trace.y[at] / 2)}px`;
    mark.style.width = `${xaxis.l2p(x + trace.width / 2) - xaxis.l2p(x - trace.width / 2)}px`;
    mark.style.height = `${Math.abs(yaxis.l2p(y + trace.y[at]) - yaxis.l2p(y))}px`;
    links.append(mark);
    return [{ mark, x, y }];
  });
  if (made.length) made[0].mark.tabIndex = 0;
  links.onkeydown = (event) => {
    const [right, down] = STEPS[event.key] ?? [0, 0];
    const from = made.find(({ mark }) => mark === event.target);
    if (!from || !(right || down)) return;
    event.preventDefault();
    const ahead = ({ x, y }) => (x - from.x) * right + (y - from.y) * down;
    const there = made
      .filter((one) => ahead(one) > 0.1 && (right ? Math.abs(one.y - from.y) < 0.1 : one.x === from.x))
      .sort((one, other) => ahead(one) - ahead(other))[0];
    if (!there) return;
    from.mark.tabIndex = -1;
    there.mark.tabIndex = 0;
    there.mark.focus();
  };
}

const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

export default function ({ data, parentElement }) {
  const chart = charts.get(parentElement) ?? mounted(parentElement);
  const text = new TextDecoder().decode(data);
  const [said, figure, opens] = text.split("\n"); // a line break inside JSON is written \\n
  chart.said = JSON.parse(said);
  chart.node.setAttribute("aria-label", chart.said.alt);
  if (said !== chart.told) {
    chart.told = said;
    offer(chart);
  }
  const moved = opens !== chart.opens;
  chart.opens = opens;
  if (figure !== chart.figure) {
    chart.figure = figure;
    chart.node.style.height = `${chart.said.height}px`;
    draw(chart);
  } else if (moved && chart.node.data) {
    link(chart);
  }
  return () => {
    chart.observer.disconnect();
    window.Plotly?.purge(chart.node);
    charts.delete(parentElement);
  };
}
