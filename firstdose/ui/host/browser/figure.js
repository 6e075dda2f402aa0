// Draws every figure in place: the first time a chart is built, after that Plotly.react moves its marks. Streamlit
// calls the default export at each change of data: a line of words and settings, then the figure, both JSON.
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
  parent.replaceChildren(node);
  const chart = { node, figure: "", said: null, drawn: 0, width: 0 };
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
}

export default function ({ data, parentElement }) {
  const chart = charts.get(parentElement) ?? mounted(parentElement);
  const text = new TextDecoder().decode(data);
  const line = text.indexOf("\n");
  const figure = text.slice(line + 1);
  chart.said = JSON.parse(text.slice(0, line));
  chart.node.setAttribute("aria-label", chart.said.alt);
  if (figure !== chart.figure) {
    chart.figure = figure;
    chart.node.style.height = `${chart.said.height}px`;
    draw(chart);
  }
  return () => {
    chart.observer.disconnect();
    window.Plotly?.purge(chart.node);
    charts.delete(parentElement);
  };
}
