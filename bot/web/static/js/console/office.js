// Charts of the dashboard. Their numbers stand in the page as JSON; the table beside each holds the same.

const colours = () => {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  return { ink: of("--ink"), soft: of("--soft"), line: of("--line") };
};
const PALETTE = ["#1f6a9c", "#d08a1d", "#4f8f5b", "#9a5b9e"];
const FONT = "sans-serif";

function axes(data, lying, c) {
  const names = { type: "category", data: data.labels, axisLabel: { color: c.soft, interval: lying ? 0 : "auto", hideOverlap: !lying, width: lying ? 110 : undefined, overflow: "truncate" }, axisLine: { lineStyle: { color: c.line } }, inverse: lying };
  const numbers = { type: "value", minInterval: 1, axisLabel: { color: c.soft }, splitLine: { lineStyle: { color: c.line } } };
  return lying ? { xAxis: numbers, yAxis: names } : { xAxis: names, yAxis: numbers };
}

function option(data) {
  const c = colours();
  const common = {
    animation: false, color: PALETTE, textStyle: { fontFamily: FONT, color: c.ink },
    // A tooltip of HTML would carry inline styles, which the page's content policy forbids.
    tooltip: { renderMode: "richText", trigger: data.kind === "funnel" ? "item" : "axis" },
  };
  if (data.kind === "funnel") {
    const values = data.labels.map((name, i) => ({ name, value: data.series[0].values[i] }));
    return { ...common, series: [{ type: "funnel", sort: "none", data: values, left: 8, right: 8, top: 8, bottom: 8, minSize: "18%", label: { position: "inside", formatter: "{b} {c}", color: "#fff", textBorderColor: "#1c3b52", textBorderWidth: 3 } }] };
  }
  const lying = data.kind === "bar";
  const many = data.series.length > 1;
  return {
    ...common,
    legend: { show: many, top: 0, textStyle: { color: c.ink }, type: "scroll" },
    grid: { left: 8, right: 24, top: many ? 36 : 12, bottom: 8, containLabel: true },
    ...axes(data, lying, c),
    series: data.series.map((s) => ({ type: data.kind, name: s.name, data: s.values, barMaxWidth: 18, symbolSize: 5, label: { show: lying && !many, position: "right", color: c.ink } })),
  };
}

function draw(place) {
  const data = JSON.parse(document.getElementById(`chart-${place.dataset.chart}`).textContent);
  const rows = data.labels.length * Math.max(1, data.series.length);
  if (data.kind === "bar") place.classList.add(rows > 14 ? "tall" : rows < 7 ? "short" : "middle");
  const chart = window.echarts.init(place, null, { renderer: "canvas", devicePixelRatio: Math.max(2, devicePixelRatio) });
  chart.setOption(option(data));
  return chart;
}

const charts = window.echarts ? [...document.querySelectorAll("[data-chart]")].map(draw) : [];
document.documentElement.dataset.charts = String(charts.length);
const resize = () => charts.forEach((chart) => chart.resize());
addEventListener("resize", resize);
addEventListener("beforeprint", resize);
addEventListener("afterprint", resize);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  document.querySelectorAll("[data-chart]").forEach((place, i) => charts[i].setOption(option(JSON.parse(document.getElementById(`chart-${place.dataset.chart}`).textContent))));
});
